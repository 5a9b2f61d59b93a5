#include "common/protocol/array_elements.h"

#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::protocol {

bool is_json(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos && nlohmann::json::accept(bytes);
}

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

std::string string_of(std::string_view json) {
  if (json.find('\\') != std::string_view::npos) {
    return nlohmann::json::parse(json).get<std::string>();
  }
  return std::string(json.substr(1, json.size() - 2));
}

MemberText split_member(std::string_view member) {
  std::size_t quote = 1;  // the one that closes the name
  for (; member[quote] != '"'; ++quote) {
    if (member[quote] == '\\') ++quote;
  }
  const std::size_t colon = member.find(':', quote);
  return {member.substr(0, quote + 1),
          member.substr(member.find_first_not_of(" \t\r\n", colon + 1))};
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_member(object, [&](const std::string& its_name, std::string_view value) {
    if (its_name == name) found = value;
  });
  return found;
}

}  // namespace hearsay::protocol
