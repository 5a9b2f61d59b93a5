#include "tools/experiment/clients/counter_workload.h"

#include <nlohmann/json.hpp>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kLeastDelta = -5;
constexpr std::uint64_t kDeltas = 10;

}  // namespace

Intent CounterWorkload::next(Random& random) {
  if (random.below(2) == 0) {
    return {"add", kLeastDelta + static_cast<std::int64_t>(random.below(kDeltas))};
  }
  return {"read", nullptr};
}

std::optional<Intent> CounterWorkload::final_intent() const {
  return Intent{"read", nullptr};
}

nlohmann::json CounterWorkload::request_body(const Operation& invocation) const {
  if (invocation.f == "read") return {{"type", "read"}};
  return {{"type", "add"}, {"delta", invocation.value}};
}

nlohmann::json CounterWorkload::result(const Operation& invocation,
                                       const nlohmann::json& body) const {
  return invocation.f == "read" ? body.at("value") : invocation.value;
}

std::string_view CounterWorkload::reply_field(std::string_view request_type) const {
  return request_type == "read" ? "value" : "";
}

std::string CounterWorkload::wrong_field(std::string_view /*request_type*/,
                                         const nlohmann::json& value) const {
  if (std::string wrong = no_integer(value); !wrong.empty()) return wrong;
  // Maelstrom's client makes a long of it.
  return int64_of(value) ? "" : "is out of the range of 64 bits";
}

}  // namespace hearsay::bench
