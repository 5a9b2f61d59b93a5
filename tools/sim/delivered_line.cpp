#include "tools/sim/delivered_line.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "common/protocol/array_elements.h"

namespace hearsay::sim {
namespace {

using protocol::Field;
using protocol::Message;

constexpr std::size_t kMostFields = 24;  // each is compared with all others

// Shortens `line` by `text`, if it begins so.
bool skip(std::string_view& line, std::string_view text) {
  if (!line.starts_with(text)) return false;
  line.remove_prefix(text.size());
  return true;
}

// The text of the JSON string at the start of `line`, which is shortened by it.
std::optional<std::string_view> take_string(std::string_view& line) {
  if (!skip(line, "\"")) return std::nullopt;
  const std::size_t end = line.find_first_of("\"\\");
  if (end == std::string_view::npos || line[end] == '\\') return std::nullopt;
  const std::string_view text = line.substr(0, end);
  line.remove_prefix(end + 1);
  return text;
}

std::optional<std::string_view> whole_string(std::string_view json) {
  const auto text = take_string(json);
  return json.empty() ? text : std::nullopt;
}

bool set_once(std::optional<std::int64_t>& number, std::string_view json) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  if (number || error != std::errc() || end != json.data() + json.size()) return false;
  number = value;
  return true;
}

// A member of the body. False if the parser is to look.
bool take_member(std::string_view member, Message& message, std::vector<Field>& fields) {
  const auto name = take_string(member);
  if (!name || !skip(member, ":") || member.empty()) return false;
  if (std::string_view(" \t\r\n").find(member.front()) != std::string_view::npos) return false;
  if (*name == "msg_id") return set_once(message.msg_id, member);
  if (*name == "in_reply_to") return set_once(message.in_reply_to, member);
  if (*name == "type") {
    const auto type = whole_string(member);
    if (message.type.data() != nullptr || !type) return false;
    message.type = *type;
    return true;
  }
  const auto is_same = [&](const Field& field) { return field.name == *name; };
  if (fields.size() == kMostFields || std::any_of(fields.begin(), fields.end(), is_same)) {
    return false;
  }
  fields.push_back({*name, member});
  return true;
}

}  // namespace

std::optional<Message> read_delivered(std::string_view line, std::vector<Field>& fields) {
  fields.clear();
  Message message{};
  if (!skip(line, R"({"id":)")) return std::nullopt;
  line.remove_prefix(std::min(line.find(','), line.size()));
  if (!skip(line, R"(,"src":)")) return std::nullopt;
  const auto src = take_string(line);
  if (!src || !skip(line, R"(,"dest":)")) return std::nullopt;
  const auto dest = take_string(line);
  if (!dest || !skip(line, R"(,"body":)") || !line.ends_with("}}\n")) return std::nullopt;
  line.remove_suffix(2);
  if (!line.starts_with('{')) return std::nullopt;
  bool simple = true;
  protocol::for_each_element(line, [&](std::string_view member) {
    simple = simple && take_member(member, message, fields);
  });
  if (!simple || message.type.data() == nullptr) return std::nullopt;
  message.src = *src;
  message.dest = *dest;
  message.fields = fields;
  return message;
}

}  // namespace hearsay::sim
