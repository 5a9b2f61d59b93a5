#include "worker/core/body.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/protocol/array_elements.h"
#include "worker/core/service.h"

namespace hearsay::core {
namespace {

// Not for values that may be nested without limit.
nlohmann::json json_field(const protocol::Message& message, std::string_view name) {
  return nlohmann::json::parse(required_field(message, name));
}

[[noreturn]] void wrong_type(std::string_view name, const char* wanted,
                             const nlohmann::json& value) {
  throw BadRequest("body." + std::string(name) + " must be " + wanted + ", not " +
                   value.type_name());
}

}  // namespace

std::string_view required_field(const protocol::Message& message, std::string_view name) {
  const auto json = message.field(name);
  if (!json) throw BadRequest("missing field 'body." + std::string(name) + "'");
  return *json;
}

std::int64_t integer_field(const protocol::Message& message, std::string_view name) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto value = json_field(message, name);
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost)) {
    wrong_type(name, "an integer of 64 bits", value);
  }
  return value.get<std::int64_t>();
}

std::string string_field(const protocol::Message& message, std::string_view name) {
  const auto value = json_field(message, name);
  if (!value.is_string()) wrong_type(name, "a string", value);
  return value.get<std::string>();
}

Roster string_list_field(const protocol::Message& message, std::string_view name,
                         const Roster& expected) {
  auto names = Roster::parse(required_field(message, name), expected);
  if (names) return std::move(*names);
  const auto value = json_field(message, name);
  if (!value.is_array()) wrong_type(name, "an array of strings", value);
  for (const auto& element : value) {
    if (!element.is_string()) wrong_type(name, "an array of strings", element);
  }
  return {};
}

std::vector<std::string_view> read_elements(std::string_view json) {
  std::vector<std::string_view> found;
  found.reserve(8);  // most have no more
  read_elements(json, found);
  return found;
}

void read_elements(std::string_view json, std::vector<std::string_view>& found) {
  if (!json.starts_with('[')) throw BadRequest("an array was expected");
  found.clear();
  protocol::for_each_element(json, [&](std::string_view element) { found.push_back(element); });
}

}  // namespace hearsay::core
