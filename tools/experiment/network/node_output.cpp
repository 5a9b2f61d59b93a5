#include "tools/experiment/network/node_output.h"

#include <cstddef>
#include <optional>

namespace hearsay::bench {
namespace {

// Offset behind the string that starts at `quote`.
std::size_t end_of_string(std::string_view line, std::size_t quote) {
  std::size_t i = quote + 1;
  while (i < line.size() && line[i] != '"') i += line[i] == '\\' ? 2U : 1U;
  return i + 1;
}

bool is_key(std::string_view line, std::size_t behind) {
  const std::size_t next = line.find_first_not_of(" \t\r", behind);
  return next != std::string_view::npos && line[next] == ':';
}

// `line` is valid JSON, an object; the body is jumped over.
std::optional<std::string_view> extra_key(std::string_view line, std::string_view body) {
  const auto body_begin = static_cast<std::size_t>(body.data() - line.data());
  int depth = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (i == body_begin) {
      i += body.size();
      continue;
    }
    const char c = line[i];
    if (c == '"') {
      const std::size_t behind = end_of_string(line, i);
      const std::string_view name = line.substr(i + 1, behind - i - 2);
      const bool known = name == "src" || name == "dest" || name == "body" || name == "id";
      if (depth == 1 && !known && is_key(line, behind)) return name;
      i = behind;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
  }
  return std::nullopt;
}

}  // namespace

std::variant<Envelope, std::string> parse_output(protocol::LineParser& parser,
                                                 std::string_view line) {
  const auto parsed = parser.parse(line);
  if (const auto* bad = std::get_if<protocol::BadLine>(&parsed)) return bad->reason;
  const auto& good = std::get<protocol::ParsedLine>(parsed);
  if (const auto extra = extra_key(line, good.body)) {
    return "a top-level key that no message has: \"" + std::string(*extra) + "\"";
  }
  return Envelope{good.message.src, good.message.dest, good.body, good.message.type};
}

}  // namespace hearsay::bench
