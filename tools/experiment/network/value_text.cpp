#include "tools/experiment/network/value_text.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/experiment/network/string_end.h"

namespace hearsay::bench {
namespace {

constexpr std::string_view kNegativeZero = "-0.0";

// What dump() writes of numbers: only this one begins so and ends there.
bool is_negative_zero(std::string_view json, std::size_t i) {
  if (!json.substr(i).starts_with(kNegativeZero)) return false;
  const std::size_t end = i + kNegativeZero.size();
  return end == json.size() || json[end] == ',' || json[end] == ']' || json[end] == '}';
}

std::string without_negative_zeros(std::string_view json) {
  std::string text;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      i = behind_string(json, i + 1);
      continue;
    }
    if (is_negative_zero(json, i)) {
      text.append(json.substr(copied, i - copied));
      copied = i + 1;
    }
    ++i;
  }
  return text.append(json.substr(copied));
}

}  // namespace

std::string value_text(const nlohmann::json& value) {
  std::string text = value.dump();
  if (text.find(kNegativeZero) == std::string::npos) return text;
  return without_negative_zeros(text);
}

}  // namespace hearsay::bench
