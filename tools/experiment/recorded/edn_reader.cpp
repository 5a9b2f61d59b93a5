#include "tools/experiment/recorded/edn_reader.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "tools/experiment/recorded/bad_text.h"

namespace hearsay::bench {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == ',' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool ends_word(char c) {
  return is_blank(c) || c == '{' || c == '}' || c == '[' || c == ']' || c == '(' || c == ')' ||
         c == '"' || c == ';';
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

template <typename Number>
std::optional<Number> whole(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// `word` begins as a number does.
nlohmann::json number(std::string_view word) {
  std::string_view digits = word;
  if (digits.front() == '+') digits.remove_prefix(1);
  if (digits.back() == 'N' || digits.back() == 'M') digits.remove_suffix(1);
  if (const auto small = whole<std::int64_t>(digits)) return *small;
  if (const auto large = whole<std::uint64_t>(digits)) return *large;
  double real = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  const bool is_real = error == std::errc() && end == digits.data() + digits.size() &&
                       digits.find_first_of(".eE") != std::string_view::npos;
  if (is_real) return real;
  return std::string(digits);  // too large, a ratio, digits of another base
}

bool begins_number(std::string_view word) {
  if (word.front() == '+' || word.front() == '-') word.remove_prefix(1);
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

std::string as_key(const nlohmann::json& value, const std::string& space) {
  if (!value.is_string()) return value.dump();
  return space.empty() ? value.get<std::string>() : space + "/" + value.get<std::string>();
}

}  // namespace

char EdnReader::peek() const {
  if (position_ == text_.size()) throw BadText(text_, position_, "the text ends here");
  return text_[position_];
}

void EdnReader::skip_blanks() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == ';') {
      while (position_ < text_.size() && text_[position_] != '\n') ++position_;
    } else if (is_blank(c)) {
      ++position_;
    } else if (!skip_discarded()) {
      return;
    }
  }
}

bool EdnReader::skip_discarded() {
  if (!text_.substr(position_).starts_with("#_")) return false;
  if (++depth_ > kDeepest) throw BadText(text_, position_, "too many #_ in a row");
  position_ += 2;
  value();
  --depth_;
  return true;
}

bool EdnReader::at_end() {
  skip_blanks();
  return position_ == text_.size();
}

nlohmann::json EdnReader::next() {
  return value();
}

bool EdnReader::enter_sequence() {
  if (at_end() || (text_[position_] != '[' && text_[position_] != '(')) return false;
  sequence_close_ = text_[position_] == '[' ? ']' : ')';
  sequence_begin_ = position_++;
  return true;
}

bool EdnReader::leave_sequence() {
  return take_close(sequence_close_, sequence_begin_, "list");
}

// Whether what began at `begin` ends here.
bool EdnReader::take_close(char close, std::size_t begin, const char* what) {
  skip_blanks();
  if (position_ == text_.size()) {
    throw BadText(text_, position_,
                  fmt::format("the text ends within the {} that begins in {}: it was cut off, or a "
                              "{} is missing",
                              what, place_in(text_, begin), close));
  }
  const char c = text_[position_];
  if (c == close) {
    ++position_;
    return true;
  }
  if (c == '}' || c == ']' || c == ')') {
    throw BadText(text_, position_,
                  fmt::format("{} where the {} that begins in {} should end with {}", c, what,
                              place_in(text_, begin), close));
  }
  return false;
}

nlohmann::json EdnReader::value() {
  skip_blanks();
  const char c = peek();
  if (++depth_ > kDeepest) throw BadText(text_, position_, "brackets are nested too deep");
  nlohmann::json result;
  if (c == '{') {
    result = map("");
  } else if (c == '(' || c == '[') {
    result = sequence(c == '(' ? ')' : ']', "list");
  } else if (c == '"') {
    result = string();
  } else if (c == '#') {
    result = dispatch();
  } else if (c == '^') {
    ++position_;
    value();
    result = value();
  } else if (c == '\\') {
    result = character();
  } else {
    result = atom();
  }
  --depth_;
  return result;
}

nlohmann::json EdnReader::map(const std::string& space) {
  const std::size_t begin = position_++;
  nlohmann::json::object_t result;
  while (!take_close('}', begin, "map")) {
    const std::size_t key_begin = position_;
    std::string key = as_key(value(), space);
    if (take_close('}', begin, "map")) {
      throw BadText(text_, key_begin, fmt::format("the key {} has no value", key));
    }
    if (result.contains(key)) {
      throw BadText(text_, key_begin, fmt::format("the key {} is there twice", key));
    }
    result.emplace(std::move(key), value());
  }
  return result;
}

nlohmann::json EdnReader::sequence(char close, const char* what) {
  const std::size_t begin = position_++;
  nlohmann::json::array_t result;
  while (!take_close(close, begin, what)) result.push_back(value());
  return result;
}

std::string EdnReader::string() {
  const std::size_t begin = position_++;
  std::string result;
  while (true) {
    const std::size_t end = text_.find_first_of("\"\\", position_);
    if (end == std::string_view::npos) {
      throw BadText(text_, begin, "the string that begins here has no end");
    }
    result += text_.substr(position_, end - position_);
    position_ = end + 1;
    if (text_[end] == '"') return result;
    escape(result);
  }
}

// Behind the backslash.
void EdnReader::escape(std::string& out) {
  constexpr std::string_view kNames = "tnrbf\"\\";
  constexpr std::string_view kMeant = "\t\n\r\b\f\"\\";
  const char c = peek();
  if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
    ++position_;
    out += kMeant[at];
  } else if (c == 'u') {
    std::uint32_t code = hex_digits();
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && text_.substr(position_).starts_with("\\u")) {
      ++position_;
      code = 0x10000 + ((code - 0xD800) << 10U) + (hex_digits() - 0xDC00);
    }
    append_utf8(out, code);
  } else if (c >= '0' && c <= '7') {
    std::uint32_t code = 0;
    for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i) {
      code = code * 8 + static_cast<std::uint32_t>(text_[position_++] - '0');
    }
    append_utf8(out, code);
  } else {
    throw BadText(text_, position_, fmt::format("\\{} is no escape within a string", c));
  }
}

// At the u of uXXXX.
std::uint32_t EdnReader::hex_digits() {
  const std::string_view digits = text_.substr(position_ + 1, 4);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4) {
    throw BadText(text_, position_, "four hexadecimal digits belong behind \\u");
  }
  position_ += 5;
  return code;
}

// Behind a #.
nlohmann::json EdnReader::dispatch() {
  ++position_;
  const char c = peek();
  if (c == '{') return sequence('}', "set");
  if (c == '"') return string();  // a regular expression
  if (c == '#') {
    ++position_;
    return std::string(word());
  }
  if (c == '^') return value();
  if (c == ':') {
    const std::string space(word().substr(1));
    skip_blanks();
    if (peek() == '{') return map(space);
    throw BadText(text_, position_, "a map belongs behind a namespace");
  }
  if (word().empty()) throw BadText(text_, position_, "a tag belongs behind #");
  return value();
}

nlohmann::json EdnReader::character() {
  const std::size_t begin = ++position_;
  ++position_;  // any, a bracket too
  while (position_ < text_.size() && !ends_word(text_[position_])) ++position_;
  const std::string name(text_.substr(begin, position_ - begin));
  if (name.empty()) throw BadText(text_, begin, "a character belongs behind \\");
  for (const auto& [known, meant] : {std::pair{"newline", "\n"},
                                     {"space", " "},
                                     {"tab", "\t"},
                                     {"return", "\r"},
                                     {"backspace", "\b"},
                                     {"formfeed", "\f"}}) {
    if (name == known) return meant;
  }
  if (name.size() == 5 && name.front() == 'u') {
    position_ = begin;
    std::string result;
    append_utf8(result, hex_digits());
    return result;
  }
  return name;
}

std::string_view EdnReader::word() {
  const std::size_t begin = position_;
  while (position_ < text_.size() && !ends_word(text_[position_])) ++position_;
  return text_.substr(begin, position_ - begin);
}

nlohmann::json EdnReader::atom() {
  const std::size_t begin = position_;
  const std::string_view text = word();
  if (text.empty()) {
    throw BadText(text_, begin, fmt::format("{} where a value should be", text_[begin]));
  }
  if (text.front() == ':') return std::string(text.substr(1));
  if (begins_number(text)) return number(text);
  if (text == "nil") return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  return std::string(text);
}

std::vector<nlohmann::json> read_edn(std::string_view text) {
  EdnReader reader(text);
  std::vector<nlohmann::json> values;
  while (!reader.at_end()) values.push_back(reader.next());
  return values;
}

}  // namespace hearsay::bench
