#include "tools/experiment/verdict/clojure_order.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

// Whole numbers beyond 64 bits are strings of their digits here, as texts of many digits are.
bool may_be_number(const nlohmann::json& value) {
  return value.is_number() || is_large_integer(value);
}

template <typename T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// The library compares -1 and 2^64-1 as if both had a sign.
int compare_whole(const nlohmann::json& a, const nlohmann::json& b) {
  const auto below_zero = [](const nlohmann::json& number) {
    return !number.is_number_unsigned() && number.get<std::int64_t>() < 0;
  };
  if (below_zero(a) || below_zero(b)) {
    if (below_zero(a) != below_zero(b)) return below_zero(a) ? -1 : 1;
    return order_of(a.get<std::int64_t>(), b.get<std::int64_t>());
  }
  return order_of(a.get<std::uint64_t>(), b.get<std::uint64_t>());
}

int compare_numbers(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.is_number_integer() && b.is_number_integer()) return compare_whole(a, b);
  if (a.is_number() && b.is_number()) return order_of(a.get<long double>(), b.get<long double>());
  const auto value = [](const nlohmann::json& number) {
    if (!number.is_string()) return number.get<long double>();
    return std::strtold(number.get_ref<const std::string&>().c_str(), nullptr);  // or infinite
  };
  return order_of(value(a), value(b));
}

std::optional<int> compare_arrays(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.size() != b.size()) return order_of(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto order = clojure_compare(a[i], b[i]);
    if (order != 0) return order;  // also where there is none
  }
  return 0;
}

}  // namespace

std::optional<int> clojure_compare(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.is_null() || b.is_null()) return order_of(!a.is_null(), !b.is_null());
  if (a.is_string() && b.is_string()) return order_of(a, b);
  if (may_be_number(a) && may_be_number(b)) return compare_numbers(a, b);
  if (a.is_boolean() && b.is_boolean()) return order_of(a, b);
  if (a.is_array() && b.is_array()) return compare_arrays(a, b);
  return std::nullopt;
}

}  // namespace hearsay::bench
