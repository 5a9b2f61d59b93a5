#include "common/protocol/line_parser.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "common/protocol/line_handler.h"
#include "common/protocol/plain_line.h"

namespace hearsay::protocol {
namespace {

// nlohmann spells each of them out with 8 characters in its error texts, several times over: a line
// full of them would take seconds and gigabytes.
constexpr std::ptrdiff_t kMaxTabs = 1'000'000;
constexpr std::size_t kContextBefore = 28;
constexpr std::size_t kContextAfter = 12;

const char* describe(ValueKind kind) {
  switch (kind) {
    case ValueKind::absent:
      return "nothing";
    case ValueKind::null:
      return "null";
    case ValueKind::boolean:
      return "a boolean";
    case ValueKind::integer:
      return "an integer";
    case ValueKind::large_integer:
      return "one beyond 64 bits";
    case ValueKind::floating:
      return "a float";
    case ValueKind::string:
      return "a string";
    case ValueKind::array:
      return "an array";
    case ValueKind::object:
      return "an object";
  }
  return "nothing";
}

std::string wrong_kind(const std::string& name, const std::string& expected, ValueKind found) {
  if (found == ValueKind::absent) return "missing field '" + name + "'";
  return name + " must be " + expected + ", not " + describe(found);
}

// The checks return what is wrong, "" for nothing.

std::string check_address(const std::string& name, const TextValue& value) {
  if (value.kind != ValueKind::string) return wrong_kind(name, "a string", value.kind);
  return value.text.empty() ? name + " must not be empty" : "";
}

std::string check_optional_integer(const std::string& name, const IntegerValue& value) {
  if (value.kind == ValueKind::integer || value.kind == ValueKind::absent) return "";
  return wrong_kind(name, "an integer", value.kind);
}

std::string check_envelope(const Envelope& envelope) {
  if (envelope.root != ValueKind::object) {
    return std::string("a message must be a JSON object, not ") + describe(envelope.root);
  }
  if (auto wrong = check_address("src", envelope.src); !wrong.empty()) return wrong;
  if (auto wrong = check_address("dest", envelope.dest); !wrong.empty()) return wrong;
  if (envelope.body != ValueKind::object) return wrong_kind("body", "an object", envelope.body);
  if (envelope.type.kind != ValueKind::string) {
    return wrong_kind("body.type", "a string", envelope.type.kind);
  }
  if (auto wrong = check_optional_integer("body.msg_id", envelope.msg_id); !wrong.empty()) {
    return wrong;
  }
  if (auto wrong = check_optional_integer("body.in_reply_to", envelope.in_reply_to);
      !wrong.empty()) {
    return wrong;
  }
  if (envelope.too_many_fields) {
    return "body must not have more than " + std::to_string(kMaxFields) + " fields";
  }
  return "";
}

// Some of the line around `at`, what is not printable ASCII as \xNN.
std::string context(std::string_view line, std::size_t at) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  const std::size_t begin = at > kContextBefore ? at - kContextBefore : 0;
  std::string out;
  for (const char c : line.substr(begin, at - begin + kContextAfter)) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code < 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kHexDigits[code >> 4U];
      out += kHexDigits[code & 0xFU];
    }
  }
  return out;
}

// `at`: how many bytes were read when the break was seen.
std::string not_json(std::string_view line, std::size_t at, std::string_view cause) {
  const bool nul = at > 0 && line[at - 1] == '\0';
  std::string reason = "not valid JSON at byte " + std::to_string(at) + ": ";
  reason += nul ? std::string_view("NUL byte") : cause;
  return reason + ", near: " + context(line, at);
}

// nlohmann takes a NUL byte for the end of its input and never looks behind it.
std::string check_rest(std::string_view line, std::size_t root_end) {
  const auto at = line.find_first_not_of(kWhiteSpace, root_end);
  return at == std::string_view::npos ? "" : not_json(line, at + 1, "text behind the object");
}

std::ptrdiff_t count_tabs(std::string_view line) {
  return std::count_if(line.begin(), line.end(),
                       [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
}

BadLine bad_line(std::string reason, const Envelope& envelope, bool is_json) {
  BadLine bad;
  bad.reason = std::move(reason);
  if (!envelope.src.text.empty()) bad.src = std::string(envelope.src.text);
  if (!envelope.dest.text.empty()) bad.dest = std::string(envelope.dest.text);
  const IntegerValue& msg_id = envelope.msg_id;
  if (msg_id.kind == ValueKind::integer && (is_json || !msg_id.at_line_end)) {
    bad.msg_id = msg_id.number;
  }
  return bad;
}

}  // namespace

std::variant<ParsedLine, BadLine> LineParser::parse(std::string_view line) {
  fields_.clear();
  if (const auto plain = parse_plain_line(line, fields_)) return *plain;
  return parse_any(line);
}

std::variant<ParsedLine, BadLine> LineParser::parse_any(std::string_view line) {
  fields_.clear();
  decoded_.clear();
  if (line.find_first_not_of(kWhiteSpace) == std::string_view::npos) {
    return BadLine{"empty line", {}, {}, {}};
  }
  if (count_tabs(line) > kMaxTabs) {
    return BadLine{"more than 1000000 tabs, carriage returns and line feeds", {}, {}, {}};
  }
  LineHandler handler(line, fields_, decoded_);
  const bool is_json = handler.run();
  const Envelope& envelope = handler.envelope();
  std::string wrong = is_json ? check_envelope(envelope)
                              : not_json(line, handler.consumed_bytes(), envelope.syntax_error);
  if (wrong.empty()) wrong = check_rest(line, envelope.root_end);
  if (!wrong.empty()) return bad_line(std::move(wrong), envelope, is_json);

  merge_repeated_fields();
  ParsedLine parsed;
  parsed.body = envelope.body_json;
  parsed.message.src = envelope.src.text;
  parsed.message.dest = envelope.dest.text;
  parsed.message.type = envelope.type.text;
  if (envelope.msg_id.kind == ValueKind::integer) parsed.message.msg_id = envelope.msg_id.number;
  if (envelope.in_reply_to.kind == ValueKind::integer) {
    parsed.message.in_reply_to = envelope.in_reply_to.number;
  }
  parsed.message.fields = fields_;
  return parsed;
}

void LineParser::merge_repeated_fields() {
  if (fields_.size() < 2) return;
  by_name_.resize(fields_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const int order = fields_[a].name.compare(fields_[b].name);
    return order != 0 ? order < 0 : a < b;
  });
  bool repeated = false;
  for (std::size_t i = by_name_.size() - 1; i > 0; --i) {
    Field& earlier = fields_[by_name_[i - 1]];
    Field& later = fields_[by_name_[i]];
    if (earlier.name != later.name) continue;
    earlier.json = std::exchange(later.json, {});  // no value's text is empty: marked to go
    repeated = true;
  }
  if (repeated) std::erase_if(fields_, [](const Field& field) { return field.json.empty(); });
}

}  // namespace hearsay::protocol
