#include "common/protocol/array_elements.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::protocol {

namespace {

enum class Mark : std::uint8_t { none, quote, open, close, comma };

// Most bytes mean nothing here: one look says so.
constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  marks['"'] = Mark::quote;
  marks['['] = marks['{'] = Mark::open;
  marks[']'] = marks['}'] = Mark::close;
  marks[','] = Mark::comma;
  return marks;
}();

}  // namespace

bool is_json(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos && nlohmann::json::accept(bytes);
}

std::size_t element_length(std::string_view json) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    switch (kMarks[static_cast<unsigned char>(json[i])]) {
      case Mark::none:
        break;
      case Mark::quote:
        for (++i; i < json.size() && json[i] != '"'; ++i) {
          if (json[i] == '\\') ++i;
        }
        break;
      case Mark::open:
        ++depth;
        break;
      case Mark::close:
        --depth;
        break;
      case Mark::comma:
        if (depth == 0) return i;
        break;
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
