#include "tools/sim/plan_values.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hearsay::sim {
namespace {

using nlohmann::json;

std::string unless(bool good, const char* expected) {
  return good ? "" : expected;
}

bool is_list_of(const json& value, std::size_t size) {
  return value.is_array() && value.size() == size;
}

std::string expected_of_counter(const json& value, bool may_fall) {
  const bool is_whole = value.is_number_integer();
  if (may_fall) return unless(is_whole, "a whole number");
  return unless(is_whole && value >= 0, "a whole number from 0 on");
}

std::string expected_of_log(std::string_view f, const json& value) {
  if (f == "send") {
    const bool good = is_list_of(value, 1) && is_list_of(value[0], 3) && value[0][0] == "send" &&
                      value[0][1].is_string() && !value[0][2].is_null();
    return unless(good, R"([["send", "KEY", MESSAGE]])");
  }
  const bool is_poll = f == "poll" && value == json::array({json::array({"poll"})});
  if (f != "assign") {
    return unless(value.is_null() || is_poll,
                  f == "poll" ? R"([["poll"]], or nothing,)" : "nothing");
  }
  const bool good =
      value.is_array() &&
      std::all_of(value.begin(), value.end(), [](const json& key) { return key.is_string(); });
  return unless(good, R"(a list of keys, ["KEY", ...])");
}

std::string expected_of_register(std::string_view f, const json& value) {
  const bool has_key = is_list_of(value, 2) && !value[0].is_null();
  if (f == "read") return unless(has_key, "[KEY, null]");
  if (f == "write") return unless(has_key, "[KEY, VALUE]");
  return unless(has_key && is_list_of(value[1], 2), "[KEY, [FROM, TO]]");
}

std::string expected_of_transaction(std::string_view write, const json& value) {
  const bool good =
      value.is_array() && std::all_of(value.begin(), value.end(), [&](const json& step) {
        return is_list_of(step, 3) && !step[1].is_null() &&
               (step[0] == "r" ? step[2].is_null() : step[0] == write && !step[2].is_null());
      });
  return unless(good, write == "w" ? R"(steps, [["r", KEY, null], ["w", KEY, VALUE], ...])"
                                   : R"(steps, [["r", KEY, null], ["append", KEY, VALUE], ...])");
}

}  // namespace

std::string expected_value(std::string_view workload, std::string_view f, const json& value) {
  if (workload == "kafka") return expected_of_log(f, value);
  if (workload == "lin-kv") return expected_of_register(f, value);
  if (workload == "txn-list-append") return expected_of_transaction("append", value);
  if (workload == "txn-rw-register") return expected_of_transaction("w", value);
  if (f == "read" || f == "generate") return unless(value.is_null(), "nothing");
  if (workload == "g-counter") return expected_of_counter(value, false);
  if (workload == "pn-counter") return expected_of_counter(value, true);
  return unless(!value.is_null(), "a value");
}

}  // namespace hearsay::sim
