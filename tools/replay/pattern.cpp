#include "tools/replay/pattern.h"

#include <charconv>

#include "common/options/command_line.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
namespace {

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return number;
}

std::uint64_t require_number(const std::string& option, std::string_view text) {
  const auto number = to_number(text);
  if (!number) throw BadCommandLine(option, "a number, not \"" + std::string(text) + '"');
  return *number;
}

void set(InputPattern& pattern, const std::string& condition) {
  const std::size_t equals = condition.find('=');
  const std::string key = condition.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : condition.substr(equals + 1);
  if (value.empty()) {
    throw BadCommandLine("--break", "KEY=VALUE, as type=gossip-spread, not \"" + condition + '"');
  }
  if (key == "type") {
    pattern.type = value;
  } else if (key == "src") {
    pattern.src = value;
  } else if (key == "message") {
    pattern.message = value;
  } else if (key == "input") {
    pattern.number = require_number("--break input", value);
  } else if (key == "position") {
    pattern.position = require_number("--break position", value);
  } else {
    throw BadCommandLine("--break",
                         "one of type, src, input, position and message, not \"" + key + '"');
  }
}

}  // namespace

bool InputPattern::fits(std::uint64_t input_number, const recording::RecordedInput& input) const {
  if (number && *number != input_number) return false;
  if (position && *position != input.position) return false;
  if (type.empty() && src.empty() && message.empty()) return true;
  const InputName name = name_of(input);
  return (type.empty() || type == name.type) && (src.empty() || src == name.src) &&
         (message.empty() || message == name.message);
}

InputPattern parse_pattern(const std::string& text) {
  InputPattern pattern;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    set(pattern, text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pattern;
}

InputPattern parse_target(const std::string& text) {
  InputPattern target;
  if (const auto number = to_number(text)) {
    target.number = number;
  } else if (text.starts_with('@')) {
    target.position = require_number("--to", std::string_view(text).substr(1));
  } else if (text.find(':') != std::string::npos) {
    target.message = text;
  } else {
    throw BadCommandLine("--to",
                         "an input's number, its position as in traces (@4096), or its "
                         "message (c3:5), not \"" +
                             text + '"');
  }
  return target;
}

}  // namespace hearsay::replay
