#include "tools/experiment/network/foreign_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace hearsay::bench {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint8_t kFirstBeyondAscii = 0x80;

struct Decoded {
  std::uint32_t code = 0;
  std::size_t size = 0;  // 0: no UTF-8
};

bool is_ascii(char c) {
  return static_cast<std::uint8_t>(c) < kFirstBeyondAscii;
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
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (too_long || surrogate || code > 0x10FFFF) return {};
  return {code, size};
}

bool steers_terminals(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool turns = code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                     (code >= 0x2066 && code <= 0x2069);
  const bool ends_line = code == 0x2028 || code == 0x2029;
  return control || turns || ends_line;
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

std::string printable(std::string_view text) {
  return make_printable(text, "");
}

std::string printable_lines(std::string_view text) {
  return make_printable(text, "\n\t");
}

}  // namespace hearsay::bench
