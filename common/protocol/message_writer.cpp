#include "common/protocol/message_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hearsay::protocol {
namespace {

constexpr std::size_t kLargeBytes = 4096;
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHexDigits[code >> 4U];
  out += kHexDigits[code & 0xFU];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!needs_escape(text[at])) continue;
    out.append(text, copied, at - copied);
    append_escaped(out, text[at]);
    copied = at + 1;
  }
  out.append(text, copied);
  out += '"';
}

void append_json_integer(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{};  // the longest: -9223372036854775808
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

MessageWriter::MessageWriter(std::string& out, std::string_view src, std::string_view dest,
                             std::string_view type)
    : out_(out) {
  out_ += R"({"src":)";
  append_json_string(out_, src);
  out_ += R"(,"dest":)";
  append_json_string(out_, dest);
  out_ += R"(,"body":{"type":)";
  append_json_string(out_, type);
}

MessageWriter& MessageWriter::msg_id(std::int64_t id) {
  return integer("msg_id", id);
}

MessageWriter& MessageWriter::in_reply_to(std::int64_t id) {
  return integer("in_reply_to", id);
}

MessageWriter& MessageWriter::integer(std::string_view name, std::int64_t value) {
  begin(name);
  append_json_integer(out_, value);
  return *this;
}

MessageWriter& MessageWriter::string(std::string_view name, std::string_view value) {
  begin(name);
  append_json_string(out_, value);
  return *this;
}

MessageWriter& MessageWriter::json(std::string_view name, std::string_view value) {
  begin(name);
  // All at once: doubling a string that is most of the memory may be too much. Some more, for what
  // comes behind it, and for the line being cut into records (worker/core/effects.cpp).
  if (value.size() > kLargeBytes) {
    out_.reserve(out_.size() + value.size() + value.size() / 1024 + kLargeBytes);
  }
  const auto from = static_cast<std::ptrdiff_t>(out_.size());
  out_.append(value);
  std::replace_if(
      out_.begin() + from, out_.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return *this;
}

MessageWriter& MessageWriter::begin(std::string_view name) {
  out_ += ",\"";
  out_ += name;
  out_ += "\":";
  return *this;
}

void MessageWriter::finish() {
  out_ += "}}\n";
}

void append_error(std::string& out, std::string_view src, std::string_view dest,
                  std::int64_t in_reply_to, ErrorCode code, std::string_view text) {
  MessageWriter(out, src, dest, "error")
      .in_reply_to(in_reply_to)
      .integer("code", static_cast<std::int64_t>(code))
      .string("text", text)
      .finish();
}

}  // namespace hearsay::protocol
