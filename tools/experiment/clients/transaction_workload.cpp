#include "tools/experiment/clients/transaction_workload.h"

#include <nlohmann/json.hpp>

#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {

TransactionWorkload::TransactionWorkload(const WorkloadOptions& options, std::string_view write)
    : source_(options.key_count, options.max_txn_length, options.max_writes_per_key),
      write_(write),
      consistency_models_(options.consistency_models) {}

Intent TransactionWorkload::next(Random& random) {
  nlohmann::json steps = nlohmann::json::array();
  for (const MicroOperation& each : source_.next(random)) {
    nlohmann::json step = {"r", each.key, nullptr};
    if (each.is_write) step = {write_, each.key, each.value};
    steps.push_back(std::move(step));
  }
  return {"txn", std::move(steps)};
}

nlohmann::json TransactionWorkload::request_body(const Operation& invocation) const {
  return {{"type", "txn"}, {"txn", invocation.value}};
}

nlohmann::json TransactionWorkload::result(const Operation& /*invocation*/,
                                           const nlohmann::json& body) const {
  const nlohmann::json& steps = body.at("txn");
  return steps.is_null() ? nlohmann::json::array() : steps;
}

std::string_view TransactionWorkload::reply_field(std::string_view /*request_type*/) const {
  return "txn";
}

std::string TransactionWorkload::wrong_field(std::string_view /*request_type*/,
                                             const nlohmann::json& value) const {
  if (std::string wrong = no_array(value); !wrong.empty()) return wrong;
  for (const nlohmann::json& step : value) {
    if (!step.is_array() || step.size() != 3) {
      return "has a step that is no list of three: " + step.dump();
    }
    if (step[0] == write_) continue;
    if (step[0] != "r") return R"(has a step that is neither "r" nor ")" + write_ + "\"";
    const std::string wrong = wrong_read(step[2]);
    if (!wrong.empty()) return "has a read that " + wrong + ": " + step.dump();
  }
  return "";
}

nlohmann::json TransactionWorkload::check(const History& history) const {
  JudgeOptions options;
  options.consistency_models = consistency_models_;
  return check_workload(name(), history, options);
}

}  // namespace hearsay::bench
