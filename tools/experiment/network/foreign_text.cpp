#include "tools/experiment/network/foreign_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace hearsay::bench {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint8_t kFirstBeyondAscii = 0x80;
constexpr std::uint32_t kFirstLowSurrogate = 0xDC00;

struct Decoded {
  std::uint32_t code = 0;
  std::size_t size = 0;  // 0: no UTF-8
};

bool is_ascii(char c) {
  return static_cast<std::uint8_t>(c) < kFirstBeyondAscii;
}

bool is_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDFFF;
}

// The character at the front of `text`, which is not empty.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (is_ascii(text[0])) return {byte(0), 1};
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return {};
  std::uint32_t code = byte(0) & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (too_long || is_surrogate(code) || code > 0x10FFFF) return {};
  return {code, size};
}

// Takes no room: what looks the same is not. Those that join letters (U+200C, U+200D) are writing.
bool is_unseen(std::uint32_t code) {
  const bool no_width = code == 0x200B || code == 0xFEFF || (code >= 0x2060 && code <= 0x2064);
  const bool tag = code >= 0xE0000 && code <= 0xE007F;
  return no_width || tag;
}

bool steers_terminals(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool turns = code == 0x061C || code == 0x200E || code == 0x200F ||
                     (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool ends_line = code == 0x2028 || code == 0x2029;
  return control || turns || ends_line || is_unseen(code);
}

constexpr std::size_t kUnicodeEscapeBytes = 6;

// Of the \uXXXX in front; 0: there is none, or it is U+0000.
std::uint32_t code_unit(std::string_view json) {
  if (!json.starts_with("\\u") || json.size() < kUnicodeEscapeBytes) return 0;
  std::uint32_t unit = 0;
  constexpr int kHex = 16;
  const char* const end = json.data() + kUnicodeEscapeBytes;
  return std::from_chars(json.data() + 2, end, unit, kHex).ptr == end ? unit : 0;
}

// How many bytes belong together in front: a pair of surrogates, an escape, or one byte.
std::size_t escape_size(std::string_view json) {
  if (json[0] != '\\' || json.size() < 2) return 1;
  if (json[1] != 'u' || json.size() < kUnicodeEscapeBytes) return 2;
  const std::uint32_t second = code_unit(json.substr(kUnicodeEscapeBytes));
  const bool is_pair = is_surrogate(code_unit(json)) && code_unit(json) < kFirstLowSurrogate &&
                       is_surrogate(second) && second >= kFirstLowSurrogate;
  return is_pair ? 2 * kUnicodeEscapeBytes : kUnicodeEscapeBytes;
}

std::string spell_out(std::string_view bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto value = static_cast<std::uint8_t>(c);
    text += "\\x";
    text += kHexDigits[value >> 4U];
    text += kHexDigits[value & 0xFU];
  }
  return text;
}

std::string make_printable(std::string_view text, std::string_view kept) {
  const auto harmless = [](char c) { return c >= ' ' && c < '\x7f'; };
  if (std::all_of(text.begin(), text.end(), harmless)) return std::string(text);
  std::string result;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(1, next.size));
    const bool stays = next.size > 0 && (!steers_terminals(next.code) ||
                                         kept.find(text[0]) != std::string_view::npos);
    result += stays ? std::string(bytes) : spell_out(bytes);
    text.remove_prefix(bytes.size());
  }
  return result;
}

}  // namespace

std::optional<std::string> repaired_utf8(std::string_view text) {
  std::optional<std::string> repaired;
  for (std::size_t i = 0; i < text.size();) {
    const bool ascii = is_ascii(text[i]);
    const std::size_t size = ascii ? 1 : decode(text.substr(i)).size;
    if (size == 0 && !repaired) repaired.emplace(text.substr(0, i));
    if (repaired) repaired->append(size == 0 ? kReplacement : text.substr(i, size));
    i += std::max<std::size_t>(1, size);
  }
  return repaired;
}

std::optional<std::string> repaired_surrogates(std::string_view json) {
  std::optional<std::string> repaired;
  for (std::size_t i = 0; i < json.size();) {
    const std::size_t size = escape_size(json.substr(i));
    const bool is_half = size == kUnicodeEscapeBytes && is_surrogate(code_unit(json.substr(i)));
    if (is_half && !repaired) repaired.emplace(json.substr(0, i));
    if (repaired) repaired->append(is_half ? "?" : json.substr(i, size));
    i += size;
  }
  return repaired;
}

std::optional<std::string> escaped_controls(std::string_view json) {
  constexpr unsigned char kFirstPrintable = 0x20;
  std::optional<std::string> escaped;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const bool is_control = in_string && static_cast<unsigned char>(c) < kFirstPrintable;
    if (is_control && !escaped) escaped.emplace(json.substr(0, i));
    if (escaped) *escaped += is_control ? fmt::format("\\u{:04x}", c) : std::string(1, c);
    if (c == '"') in_string = !in_string;
    if (!in_string || c != '\\' || i + 1 == json.size()) continue;
    if (escaped) *escaped += json[i + 1];
    ++i;
  }
  return escaped;
}

std::string printable(std::string_view text) {
  return make_printable(text, "");
}

std::string printable_lines(std::string_view text) {
  return make_printable(text, "\n\t");
}

}  // namespace hearsay::bench
