#include "tools/experiment/network/node_output.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/protocol/array_elements.h"
#include "common/protocol/line_handler.h"
#include "common/protocol/plain_line.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/experiment/network/string_end.h"

namespace hearsay::bench {
namespace {

using protocol::ValueKind;

// JavaScript's, of an object that becomes text.
constexpr const char* kPrintedObject = "[object Object]";
constexpr const char* kPrintAsJson =
    " (JSON has names in double quotation marks: in Python print json.dumps(message), in "
    "JavaScript "
    "console.log(JSON.stringify(message)))";
// nlohmann spells each of them out with 8 characters in its error texts, several times over.
constexpr std::ptrdiff_t kMostTabs = 1'000'000;
// The limits of Maelstrom's own parser.
constexpr std::ptrdiff_t kDeepest = 1000;
constexpr std::size_t kLongestName = 50'000;
constexpr std::size_t kLongestString = 20'000'000;
constexpr std::size_t kLongestType = 200;
constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kNoBody = "{}";

// The text from the value on that belongs to the key whose string ends before `behind`; nothing:
// it is no key.
std::optional<std::string_view> value_behind(std::string_view line, std::size_t behind) {
  const std::size_t colon = line.find_first_not_of(kWhiteSpace, behind);
  if (colon == std::string_view::npos || line[colon] != ':') return std::nullopt;
  return line.substr(std::min(line.find_first_not_of(kWhiteSpace, colon + 1), line.size()));
}

struct TopLevel {
  std::optional<std::string> extra;  // a key that no message has
  std::optional<std::string_view> id;
  std::optional<std::string_view> body;
};

void take_key(TopLevel& found, std::string_view quoted, std::string_view value) {
  const std::string name = protocol::string_of(quoted);
  if (name == "id") {
    found.id = value;
  } else if (name == "body") {
    found.body = value;
  } else if (name != "src" && name != "dest") {
    found.extra = name;
  }
}

// `line` is a valid JSON object; the body, if it is an object, is jumped over.
TopLevel scan(std::string_view line, std::string_view body) {
  TopLevel found;
  int depth = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (!body.empty() && line.data() + i == body.data()) {
      i += body.size();
      continue;
    }
    const char c = line[i];
    if (c == '"') {
      const std::size_t behind = behind_string(line, i + 1);
      const auto value = depth == 1 ? value_behind(line, behind) : std::nullopt;
      if (value) take_key(found, line.substr(i, behind - i), *value);
      i = behind;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
  }
  return found;
}

bool is_integer(std::string_view value) {
  const std::size_t end = value.find_first_not_of("0123456789-");
  return end != 0 && (end == std::string_view::npos ||
                      (value[end] != '.' && value[end] != 'e' && value[end] != 'E'));
}

// Whether brackets stand in brackets more often than the limit; `line` is valid JSON.
bool is_too_deep(std::string_view line) {
  const auto opens = [](char c) { return c == '{' || c == '['; };
  if (std::count_if(line.begin(), line.end(), opens) <= kDeepest) return false;
  std::ptrdiff_t depth = 0;
  for (std::size_t i = 0; i < line.size() && depth <= kDeepest;) {
    if (line[i] == '"') {
      i = behind_string(line, i + 1);
      continue;
    }
    if (opens(line[i])) ++depth;
    if (line[i] == '}' || line[i] == ']') --depth;
    ++i;
  }
  return depth > kDeepest;
}

// As Java counts them, of a string as it stands in JSON: two for what lies beyond the first plane.
std::size_t count_characters(std::string_view string) {
  constexpr std::size_t kLongEscapeBytes = 6;
  std::size_t count = 0;
  for (std::size_t i = 0; i < string.size();) {
    const auto byte = static_cast<unsigned char>(string[i]);
    const bool is_escape = byte == '\\' && i + 1 < string.size();
    count += is_escape || byte < 0x80 ? 1 : byte < 0xC0 ? 0 : byte < 0xF0 ? 1 : 2;
    i += !is_escape ? 1 : string[i + 1] == 'u' ? kLongEscapeBytes : 2;
  }
  return count;
}

// `line` is valid JSON.
std::string check_lengths(std::string_view line) {
  for (std::size_t i = line.find('"'); i < line.size();) {
    const std::size_t behind = behind_string(line, i + 1);
    const std::string_view string = line.substr(i + 1, behind - i - 2);
    const std::size_t limit = value_behind(line, behind) ? kLongestName : kLongestString;
    if (string.size() > limit && count_characters(string) > limit) {
      return fmt::format("a {} of more than {} characters, which Maelstrom's parser does not take",
                         limit == kLongestName ? "name" : "string", limit);
    }
    i = line.find('"', behind);
  }
  return "";
}

bool is_within_lengths(std::string_view line) {
  return line.size() <= kLongestName || check_lengths(line).empty();
}

// What can be said without looking into the JSON.
std::string check_text(std::string_view line) {
  if (line.find_first_not_of(kWhiteSpace) == std::string_view::npos) return "an empty line";
  if (line.starts_with("\xEF\xBB\xBF")) return "a byte order mark in front";
  const std::string_view inner = line.substr(0, line.size() - (line.back() == '\r' ? 1 : 0));
  if (inner.find('\r') != std::string_view::npos) {
    return "a carriage return within the line: Maelstrom ends the line there";
  }
  if (std::count(line.begin(), line.end(), '\t') > kMostTabs) return "more than 1000000 tabs";
  return "";
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::string_view kSourceField = "\"src\"";

std::string describe_syntax(std::string_view line, const protocol::LineHandler& handler) {
  const std::size_t first = line.find_first_not_of(kWhiteSpace);
  const std::size_t byte = handler.consumed_bytes();
  const bool is_nul = byte > 0 && byte <= line.size() && line[byte - 1] == '\0';
  const std::string reason = fmt::format("not JSON, at byte {}: {}", byte,
                                         is_nul ? "a NUL byte" : handler.envelope().syntax_error);
  if (line.find(kPrintedObject) != std::string_view::npos) return reason + kPrintAsJson;
  const std::size_t source = line.find(kSourceField);
  if (source != std::string_view::npos &&
      line.find(kSourceField, source + 1) != std::string_view::npos) {
    const char* const print =
        line[first] == '{' ? "" : "only messages go to stdout, print to stderr instead; or ";
    return fmt::format(
        "{} ({}pieces of two messages in one line: does each end with a line feed, and does one "
        "thread at a time print?)",
        reason, print);
  }
  if (is_nul) return reason + " (a string's end is no part of a message: print its text only)";
  if (line[first] != '{') return reason + " (only messages go to stdout; print to stderr instead)";
  const std::size_t name = line.find_first_not_of(kWhiteSpace, first + 1);
  if (name != std::string_view::npos && (line[name] == '\'' || is_letter(line[name]))) {
    return reason + kPrintAsJson;
  }
  const bool ends_early = reason.find("unexpected end of input") != std::string::npos;
  return ends_early ? reason + " (a message is one line, without line feeds in it)" : reason;
}

std::string check_address(std::string_view name, const protocol::TextValue& value) {
  if (value.kind == ValueKind::absent) return fmt::format("no \"{}\"", name);
  return value.kind == ValueKind::string ? "" : fmt::format("\"{}\" must be a string", name);
}

// Clojure turns what is empty into an empty map; it takes no other body that isn't an object.
bool is_empty_body(const std::optional<std::string_view>& value) {
  if (!value || value->starts_with("null") || value->starts_with("\"\"")) return true;
  if (!value->starts_with('[')) return false;
  const std::size_t inner = value->find_first_not_of(kWhiteSpace, 1);
  return inner != std::string_view::npos && (*value)[inner] == ']';
}

std::string check_keys(const protocol::Envelope& envelope, const TopLevel& top) {
  if (auto wrong = check_address("src", envelope.src); !wrong.empty()) return wrong;
  if (auto wrong = check_address("dest", envelope.dest); !wrong.empty()) return wrong;
  if (envelope.body != ValueKind::object && !is_empty_body(top.body)) {
    return "\"body\" must be an object";
  }
  if (top.id && !is_integer(*top.id)) return "\"id\" must be an integer, where it is given";
  if (top.extra) {
    return fmt::format("a top-level key that no message has: \"{}\"", printable(*top.extra));
  }
  return "";
}

}  // namespace

std::variant<Envelope, std::string> OutputParser::parse(std::string_view line) {
  auto parsed = parse_text(line);
  if (std::holds_alternative<Envelope>(parsed)) return parsed;
  repaired_ = line;
  const char* oddity = nullptr;
  const auto repair = [&](std::optional<std::string> repaired, const char* what) {
    if (!repaired) return;
    repaired_ = std::move(*repaired);
    if (oddity == nullptr) oddity = what;
  };
  repair(repaired_utf8(repaired_), "bytes that are not UTF-8 (taken for U+FFFD)");
  repair(repaired_surrogates(repaired_), "half of a surrogate pair (taken for a question mark)");
  repair(escaped_controls(repaired_), "a control character in a string (JSON writes it \\u0009)");
  if (oddity == nullptr) return parsed;
  parsed = parse_text(repaired_);
  if (auto* envelope = std::get_if<Envelope>(&parsed)) envelope->oddity = oddity;
  return parsed;
}

// Nearly every line of a node that writes plainly; nothing: the long way has to look.
std::optional<Envelope> OutputParser::parse_plain(std::string_view line) {
  fields_.clear();
  const auto plain = protocol::parse_plain_line(line, fields_);
  if (!plain) return std::nullopt;
  const TopLevel top = scan(line, plain->body);
  if (top.extra || (top.id && !is_integer(*top.id))) return std::nullopt;
  if (!is_within_lengths(line)) return std::nullopt;
  Envelope message;
  message.src = plain->message.src;
  message.dest = plain->message.dest;
  message.body = plain->body;
  message.type = plain->message.type.substr(0, kLongestType);
  return message;
}

std::variant<Envelope, std::string> OutputParser::parse_text(std::string_view line) {
  if (const auto plain = parse_plain(line)) return *plain;
  if (std::string wrong = check_text(line); !wrong.empty()) return wrong;
  fields_.clear();
  decoded_.clear();
  protocol::LineHandler handler(line, fields_, decoded_);
  const bool is_json = handler.run();
  const protocol::Envelope& envelope = handler.envelope();
  const bool is_whole = is_json || envelope.root_end > 0;  // text behind the object is no matter
  if (!is_whole) return describe_syntax(line, handler);
  if (envelope.root != ValueKind::object) return "a message must be a JSON object";
  const std::string_view text = line.substr(0, envelope.root_end);
  if (is_too_deep(text)) return fmt::format("more than {} brackets in each other", kDeepest);
  if (!is_within_lengths(text)) return check_lengths(text);
  const TopLevel top = scan(text, envelope.body_json);
  if (std::string wrong = check_keys(envelope, top); !wrong.empty()) return wrong;

  Envelope message;
  message.src = envelope.src.text;
  message.dest = envelope.dest.text;
  message.body = envelope.body == ValueKind::object ? envelope.body_json : kNoBody;
  message.type = envelope.type.text.substr(0, kLongestType);
  const std::string_view rest = line.substr(envelope.root_end);
  if (rest.find_first_not_of(kWhiteSpace) != std::string_view::npos) {
    message.oddity = "text behind the message (nobody reads it)";
  }
  return message;
}

}  // namespace hearsay::bench
