// The checkers: from a history to a verdict, with Maelstrom's keys and figures.
//
// Each returns an object with "valid?": true, false or "unknown", and its findings. They are pure
// functions of the history, and look away where Jepsen does; what it overlooks is another
// function's (find_oddities).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tools/experiment/network/network.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// The history is such that Maelstrom's checker throws: the verdict is "unknown".
class CheckerFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each answered request got its value back. Jepsen pairs only what ended as ok or fail: an echo
// that is not answered, or badly, is no error.
nlohmann::json check_echo(const History& history);

// No id was handed out twice. Throws CheckerFailed where ids have no order.
nlohmann::json check_unique_ids(const History& history);

// Jepsen's set-full: each value that is known to be in (its `add_f` was acknowledged, or a read
// showed it) is in all later reads, from some moment on.
nlohmann::json check_set_full(const History& history, std::string_view add_f);

// The final reads of a counter are sums that may be. Throws CheckerFailed.
nlohmann::json check_counter(const History& history);

// Jepsen's analysis of logs (kafka/README.md). Throws CheckerFailed where Jepsen's checker throws.
nlohmann::json check_kafka(const History& history);

// Each key of a key-value store is linearizable (linear/README.md). Throws CheckerFailed.
nlohmann::json check_lin_kv(const History& history);

// What Jepsen's set-full overlooks: "duplicated" (value: the most often that one read showed it),
// "unexpected" (values read that nobody added) and "missing" (values that some final read lacks,
// though a read that began later shows them), each with its "-count".
nlohmann::json find_oddities(const History& history, std::string_view add_f);

// When a value reached everybody, as check_set_full sees it.
struct ValueLatency {  // NOLINT(bugprone-exception-escape): as in history.h
  nlohmann::json value;
  std::int64_t known_ns = 0;
  std::int64_t latency_ms = 0;  // of a lost value, until it was last seen
  bool lost = false;
};
// Of all values that are stable or lost.
std::vector<ValueLatency> value_latencies(const History& history, std::string_view add_f);

// Whether it is no matter that operations of this name never succeed: kafka's crashes can't.
bool is_never_ok(std::string_view f);

// Counts of ok, fail and info, by operation; invalid if some operation never succeeded.
nlohmann::json check_stats(const History& history);

// `wanted`: the fraction of invocations that must be ok; nothing: no demand.
nlohmann::json check_availability(const History& history, std::optional<double> wanted);

// Malformed replies; always valid.
nlohmann::json check_exceptions(const History& history);

// Quantiles of the time that ok operations took, in ms, by operation; always valid.
nlohmann::json check_perf(const History& history);

// Operations that clients began.
std::int64_t count_invocations(const History& history);

// Messages, and messages per operation; always valid.
nlohmann::json check_net(const History& history, const Network& network);

// The worst of several verdicts: false before "unknown" before true.
nlohmann::json merge_valid(const std::vector<nlohmann::json>& verdicts);

// {"0": ..., "0.5": ..., "0.95": ..., "0.99": ..., "1": ...}; `sorted` isn't empty. The quantile p
// of n values is the one at index min(n-1, floor(n*p)).
nlohmann::json quantiles(const std::vector<std::int64_t>& sorted);

// The shortest decimal that reads back as the same 32-bit float, as a number: Maelstrom prints
// ratios so.
nlohmann::json short_ratio(double numerator, double denominator);

}  // namespace hearsay::bench
