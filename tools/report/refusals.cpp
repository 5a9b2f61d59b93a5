#include "tools/report/refusals.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/protocol/error_code.h"
#include "tools/console/count_text.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/report/silence.h"

namespace hearsay::bench {
namespace {

// Answers that belong to the workload: a register's compare-and-set, a transaction's conflict.
bool is_part_of_it(const nlohmann::json& error) {
  constexpr const char* kNames[] = {"key-does-not-exist", "precondition-failed", "txn-conflict",
                                    "abort"};
  return error.is_array() && !error.empty() &&
         std::find(std::begin(kNames), std::end(kNames), error.front()) != std::end(kNames);
}

// A node answered with an error, for a reason that does not pass by itself.
bool is_refusal(const Operation& operation) {
  if (operation.exception.starts_with(kReplyIsError)) {
    const auto body =
        nlohmann::json::parse(operation.exception.substr(kReplyIsError.size()), nullptr, false);
    const auto later = static_cast<int>(protocol::ErrorCode::temporarily_unavailable);
    return !body.is_object() || body.value("code", nlohmann::json()) != later;
  }
  return operation.error.is_array() && !operation.error.empty() &&
         operation.error.front() != "temporarily-unavailable" && !is_part_of_it(operation.error);
}

// As a node wrote it: any text, and one that was cut may end within a character.
std::string reason_of(const Operation& operation) {
  if (operation.error.is_null()) return shorten_line(operation.exception);
  return shorten_line(
      operation.error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

// Others: killed by the nemesis, from outside, or by the node, which had its reason.
bool is_own_fault(std::string_view cause) {
  constexpr std::string_view kSignals[] = {"Aborted", "Segmentation fault", "Bus error",
                                           "Illegal instruction", "Floating point exception"};
  if (cause.starts_with("exit status")) return true;
  return cause.starts_with("signal") &&
         std::any_of(std::begin(kSignals), std::end(kSignals), [&](std::string_view name) {
           return cause.find(name) != std::string_view::npos;
         });
}

struct Ends {
  std::int64_t ok = 0;
  std::int64_t in_vain = 0;
  std::string first_in_vain;
  std::int64_t refused = 0;
  std::string first_refused;
};

Ends ends_of(const History& history) {
  Ends ends;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    if (operation.type == OperationType::ok) ++ends.ok;
    if (operation.type == OperationType::ok || is_never_ok(operation.f)) continue;
    if (is_part_of_it(operation.error) || has_malformed_reply(operation)) continue;
    if (ends.in_vain++ == 0) ends.first_in_vain = reason_of(operation);
    if (is_refusal(operation) && ends.refused++ == 0) ends.first_refused = reason_of(operation);
  }
  return ends;
}

}  // namespace

std::vector<std::string> remarks_on_refusals(const History& history, bool has_faults) {
  const Ends ends = ends_of(history);
  if (ends.ok == 0) return {};  // which the verdict says
  if (ends.refused > 0 && !has_faults) {
    return {fmt::format("nodes answered {} with errors, the first with {}",
                        count_text(ends.refused, "operation"), ends.first_refused)};
  }
  if (ends.in_vain <= ends.ok) return {};
  return {fmt::format("only {} of {} operations succeeded; the first that did not: {}", ends.ok,
                      ends.ok + ends.in_vain, ends.first_in_vain)};
}

std::vector<std::string> remarks_on_deaths(const nlohmann::json& deaths) {
  std::vector<std::string> remarks;
  for (const auto& [cause, count] : deaths.at("by-cause").items()) {
    if (!is_own_fault(cause)) continue;
    const auto dead = count.get<std::int64_t>();
    remarks.push_back(fmt::format(
        "{} ({}): hearsay trace crash says what came before",
        dead == 1 ? "1 worker died by itself" : fmt::format("{} workers died by themselves", dead),
        cause));
  }
  return remarks;
}

}  // namespace hearsay::bench
