#include "common/protocol/array_elements.h"

#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::protocol {

std::size_t element_length(std::string_view json) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return json.size();
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_element(object, [&](std::string_view member) {
    std::size_t quote = 1;  // the one that closes the key
    bool escaped = false;
    for (; member[quote] != '"'; ++quote) {
      if (member[quote] != '\\') continue;
      escaped = true;
      ++quote;
    }
    const std::string_view key = member.substr(1, quote - 1);
    const bool matches =
        escaped ? nlohmann::json::parse(member.substr(0, quote + 1)).get<std::string>() == name
                : key == name;
    if (!matches) return;
    const std::size_t colon = member.find(':', quote);
    const std::size_t value = member.find_first_not_of(" \t\r\n", colon + 1);
    found = member.substr(value);
  });
  return found;
}

}  // namespace hearsay::protocol
