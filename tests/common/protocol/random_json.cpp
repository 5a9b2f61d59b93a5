#include "tests/common/protocol/random_json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

namespace hearsay::protocol {
namespace {

using nlohmann::json;

std::string format(const char* pattern, auto value) {
  std::array<char, 400> text{};
  const int bytes = std::snprintf(text.data(), text.size(), pattern, value);
  return {text.data(), static_cast<std::size_t>(bytes)};
}

}  // namespace

json RandomJson::value(int depth) {
  const std::size_t kind = below(depth > 0 ? 7 : 5);
  if (kind == 0) return nullptr;
  if (kind == 1) return below(2) == 0;
  if (kind == 2) return text();
  if (kind <= 4) return number();
  json result = kind == 5 ? json::array() : json::object();
  for (std::size_t left = below(5); left > 0; --left) {
    if (kind == 5) {
      result.push_back(value(depth - 1));
    } else {
      result[text()] = value(depth - 1);
    }
  }
  return result;
}

json RandomJson::number() {
  switch (below(6)) {
    case 0:
      return below(100);
    case 1:
      return -static_cast<std::int64_t>(below(100));
    case 2:
      return random_();
    case 3:
      return static_cast<std::int64_t>(random_());
    case 4:
      return static_cast<double>(below(1000)) / 8;
    default:
      break;
  }
  const auto any = std::bit_cast<double>(random_());
  return std::isfinite(any) ? any : -0.0;
}

std::string RandomJson::text() {
  static const std::vector<std::string> kPieces = {"a",
                                                   "b",
                                                   "key",
                                                   "\"",
                                                   "\\",
                                                   "/",
                                                   "\n",
                                                   "\r",
                                                   "\t",
                                                   "\b",
                                                   "\f",
                                                   "\x1f",
                                                   "\x7f",
                                                   "\xC3\xA9",
                                                   "\xE2\x80\xA8",
                                                   " ",
                                                   ":",
                                                   ",",
                                                   "{",
                                                   "]",
                                                   "0",
                                                   "\\u0041",
                                                   "\xF0\x9F\x98\x80",
                                                   std::string(1, '\0')};
  std::string result;
  for (std::size_t left = below(6); left > 0; --left) result += kPieces[below(kPieces.size())];
  return result;
}

std::string RandomJson::space() {
  static constexpr std::array<const char*, 8> kSpaces = {"", "", "", "", " ", "\t", "\r\n", "  "};
  return kSpaces.at(below(kSpaces.size()));
}

std::string RandomJson::spell_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    const bool must_escape = code < 0x20 || c == '"' || c == '\\';
    if (must_escape || (code < 0x80 && below(4) == 0)) {
      result += format(below(2) == 0 ? "\\u%04x" : "\\u%04X", code);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string RandomJson::spell_float(double value) {
  const double size = std::abs(value);
  if (below(3) == 0 && size > 1e-3 && size < 1e15) return format("%.20f", value);
  return format(below(2) == 0 ? "%.17e" : "%.20E", value);
}

std::string RandomJson::spell(const json& value) {
  if (value.is_string()) return spell_string(value.get<std::string>());
  if (value.is_number_float()) return spell_float(value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [name, element] : value.items()) {
    std::string part = value.is_object() ? spell_string(name) + space() + ":" : "";
    part += space() + spell(element) + space();
    parts.push_back(std::move(part));
  }
  if (value.is_object()) std::shuffle(parts.begin(), parts.end(), random_);
  std::string result = value.is_object() ? "{" : "[";
  result += space();
  for (std::size_t i = 0; i < parts.size(); ++i) result += (i == 0 ? "" : ",") + parts[i];
  return result + (value.is_object() ? "}" : "]");
}

}  // namespace hearsay::protocol
