// Jepsen's analysis of a log service, put together.
#include <algorithm>
#include <array>
#include <string_view>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench {
namespace {

// Found, told, and no reason to call a run invalid.
constexpr std::array<std::string_view, 6> kAllowed = {
    "int-send-skip",           "G0", "G0-process", "G0-realtime", "PL-1-cycle-exists",
    "strong-PL-1-cycle-exists"};

nlohmann::json causes_of_unknown(const kafka::Messages& messages) {
  nlohmann::json causes = nlohmann::json::array();
  for (const kafka::Action& action : messages.actions()) {
    if (action.is_assign || action.type != OperationType::info) continue;
    const nlohmann::json& error = messages.history().operations()[action.operation].error;
    if (std::find(causes.begin(), causes.end(), error) == causes.end()) causes.push_back(error);
  }
  return causes;
}

}  // namespace

nlohmann::json check_kafka(const History& history) {
  const kafka::Messages messages(history);
  const kafka::LogOrder order(messages);
  kafka::Errors errors;
  find_order_errors(messages, order, errors);
  find_poll_errors(messages, order, errors);
  find_send_errors(messages, order, errors);
  find_losses(messages, order, errors);
  find_unseen(messages, errors);
  find_aborted_reads(messages, order, errors);
  find_cycles(messages, order, errors);
  nlohmann::json types = nlohmann::json::array();
  nlohmann::json bad = nlohmann::json::array();
  nlohmann::json result = nlohmann::json::object();
  for (auto& [type, section] : errors) {
    types.push_back(type);
    if (std::find(kAllowed.begin(), kAllowed.end(), type) == kAllowed.end()) bad.push_back(type);
    result[type] = std::move(section);
  }
  result["valid?"] = bad.empty();
  result["worst-realtime-lag"] = worst_realtime_lag(messages);
  result["bad-error-types"] = bad;
  result["error-types"] = types;
  result["info-txn-causes"] = causes_of_unknown(messages);
  return result;
}

}  // namespace hearsay::bench
