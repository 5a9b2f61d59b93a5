#include "tools/experiment/network/large_integers.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "tools/experiment/network/string_end.h"

namespace hearsay::bench {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kFewestDigits = 19;

template <typename Number>
bool fits(std::string_view digits) {
  Number number{};
  return std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc();
}

bool is_large(std::string_view number) {
  if (number.size() < kFewestDigits) return false;
  const std::string_view digits = number.substr(number.front() == '-' ? 1 : 0);
  if (digits.find_first_not_of(kDigits) != std::string_view::npos) return false;
  if (digits.empty() || digits.front() == '0') return false;  // no number in JSON
  return !fits<std::int64_t>(number) && !fits<std::uint64_t>(number);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Nearly every text has none. So many digits in a row cover a place whose number is a multiple of
// that: the others need no look.
bool may_hold_one(std::string_view json) {
  for (std::size_t i = kFewestDigits - 1; i < json.size(); i += kFewestDigits) {
    if (!is_digit(json[i])) continue;
    std::size_t begin = i;
    while (begin > 0 && is_digit(json[begin - 1])) --begin;
    std::size_t end = i + 1;
    while (end < json.size() && is_digit(json[end])) ++end;
    if (end - begin >= kFewestDigits) return true;
  }
  return false;
}

// No key: one without quotes is to stay wrong.
bool is_value(std::string_view json, std::size_t end) {
  const std::size_t next = json.find_first_not_of(" \t\r\n", end);
  return next == std::string_view::npos || json[next] != ':';
}

}  // namespace

std::optional<std::string> quote_large_integers(std::string_view json, std::string_view mark) {
  if (!may_hold_one(json)) return std::nullopt;
  std::string quoted;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      i = behind_string(json, i + 1);
      continue;
    }
    const std::size_t end = std::min(json.find_first_not_of("0123456789+-.eE", i), json.size());
    if (is_large(json.substr(i, end - i)) && is_value(json, end)) {
      quoted.append(json.substr(copied, i - copied)).append("\"").append(mark);
      quoted.append(json.substr(i, end - i)).append("\"");
      copied = end;
    }
    i = std::max(end, i + 1);
  }
  if (copied == 0) return std::nullopt;
  return quoted.append(json.substr(copied));
}

std::string unquote_large_integers(std::string_view json, std::string_view mark) {
  const std::string begin = '"' + std::string(mark);
  std::string numbers;
  std::size_t copied = 0;
  for (std::size_t i = json.find(begin); i != std::string_view::npos; i = json.find(begin, i + 1)) {
    const std::size_t digits = i + begin.size();
    const std::size_t end = std::min(json.find('"', digits), json.size());
    const bool within_a_string = i > 0 && json[i - 1] == '\\';
    if (within_a_string || !is_large(json.substr(digits, end - digits))) continue;
    numbers.append(json.substr(copied, i - copied)).append(json.substr(digits, end - digits));
    copied = std::min(end + 1, json.size());
  }
  return numbers.append(json.substr(copied));
}

bool is_large_integer(const nlohmann::json& value) {
  return value.is_string() && is_large(value.get_ref<const std::string&>());
}

bool is_whole_number(const nlohmann::json& value) {
  return value.is_number_integer() || is_large_integer(value);
}

std::optional<std::int64_t> int64_of(const nlohmann::json& whole_number) {
  if (!whole_number.is_number_integer()) return std::nullopt;
  const auto bits = whole_number.get<std::int64_t>();
  if (whole_number.is_number_unsigned() && bits < 0) return std::nullopt;
  return bits;
}

std::int64_t clamped_int64(const nlohmann::json& whole_number) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (const auto fitting = int64_of(whole_number)) return *fitting;
  const bool is_negative =
      whole_number.is_string() && whole_number.get_ref<const std::string&>().starts_with('-');
  return is_negative ? Limits::min() : Limits::max();
}

}  // namespace hearsay::bench
