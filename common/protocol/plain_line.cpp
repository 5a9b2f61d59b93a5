#include "common/protocol/plain_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace hearsay::protocol {
namespace {

// More than these are not plain: names are compared one by one, and nesting takes the stack.
constexpr std::size_t kPlainFields = 16;
constexpr int kPlainDepth = 16;
// Of ids, whose value counts; and of others, which only have to be numbers: incarnations are long.
constexpr std::ptrdiff_t kPlainIdDigits = 18;
constexpr std::ptrdiff_t kPlainDigits = 20;

// What stands for itself in a string.
constexpr std::array<bool, 256> kPlainText = [] {
  std::array<bool, 256> plain{};
  for (std::size_t code = 0x20; code < 0x7F; ++code) plain[code] = code != '"' && code != '\\';
  return plain;
}();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Walks over the line. Each function steps behind what it is named after, blanks before it
// included, and returns false when that is not what is there.
class PlainReader {
 public:
  PlainReader(std::string_view line, std::vector<Field>& fields)
      : at_(line.data()), end_(line.data() + line.size()), fields_(fields) {}

  bool message();
  bool lone_value() { return value(0) && peek() == '\0' && at_ == end_; }
  const ParsedLine& parsed() const { return parsed_; }

 private:
  char peek() {
    while (at_ != end_ && *at_ == ' ') ++at_;
    return at_ == end_ ? '\0' : *at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool string(std::string_view& text);
  bool digits(std::ptrdiff_t most);
  bool integer(std::int64_t& value);
  bool id(std::optional<std::int64_t>& value) { return !value && integer(value.emplace()); }
  bool word(std::string_view text);
  bool value(int depth);
  // `member(name)` steps behind the member's value.
  template <typename Member>
  bool object(Member&& member);
  bool array(int depth);
  bool message_member(std::string_view name);
  bool body_member(std::string_view name);
  bool field(std::string_view name);

  const char* at_;
  const char* end_;
  std::vector<Field>& fields_;
  ParsedLine parsed_;
  bool has_type_ = false;
};

bool PlainReader::string(std::string_view& text) {
  if (!take('"')) return false;
  const char* begin = at_;
  while (at_ != end_ && kPlainText[static_cast<unsigned char>(*at_)]) ++at_;
  if (at_ == end_ || *at_ != '"') return false;
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return true;
}

bool PlainReader::digits(std::ptrdiff_t most) {
  if (peek() == '-') ++at_;
  const char* begin = at_;
  while (at_ != end_ && is_digit(*at_) && at_ - begin < most) ++at_;
  if (at_ == begin || (*begin == '0' && at_ - begin > 1)) return false;
  // A number's end is not to be seen at the end of the line, and digits may go on.
  return at_ != end_ && !is_digit(*at_) && *at_ != '.' && *at_ != 'e' && *at_ != 'E';
}

bool PlainReader::integer(std::int64_t& value) {
  peek();
  const char* begin = at_;
  return digits(kPlainIdDigits) && std::from_chars(begin, at_, value).ec == std::errc();
}

bool PlainReader::word(std::string_view text) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

bool PlainReader::value(int depth) {
  std::string_view text;
  switch (peek()) {
    case '"':
      return string(text);
    case '{':
      return depth < kPlainDepth &&
             object([&](std::string_view /*name*/) { return value(depth + 1); });
    case '[':
      return depth < kPlainDepth && array(depth + 1);
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return digits(kPlainDigits);
  }
}

template <typename Member>
bool PlainReader::object(Member&& member) {
  if (!take('{')) return false;
  if (take('}')) return true;
  do {
    std::string_view name;
    if (!string(name) || !take(':') || !member(name)) return false;
  } while (take(','));
  return take('}');
}

bool PlainReader::array(int depth) {
  if (!take('[')) return false;
  if (take(']')) return true;
  do {
    if (!value(depth)) return false;
  } while (take(','));
  return take(']');
}

bool PlainReader::message_member(std::string_view name) {
  Message& message = parsed_.message;
  if (name == "src") return message.src.empty() && string(message.src) && !message.src.empty();
  if (name == "dest") return message.dest.empty() && string(message.dest) && !message.dest.empty();
  if (name != "body") return value(1);
  if (!parsed_.body.empty() || peek() != '{') return false;
  const char* begin = at_;
  if (!object([this](std::string_view field) { return body_member(field); })) return false;
  parsed_.body = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool PlainReader::body_member(std::string_view name) {
  Message& message = parsed_.message;
  if (name == "type") {
    if (has_type_) return false;
    has_type_ = true;
    return string(message.type);
  }
  if (name == "msg_id") return id(message.msg_id);
  if (name == "in_reply_to") return id(message.in_reply_to);
  return field(name);
}

bool PlainReader::field(std::string_view name) {
  if (fields_.size() == kPlainFields) return false;
  for (const Field& other : fields_) {
    if (other.name == name) return false;
  }
  peek();
  const char* begin = at_;
  if (!value(2)) return false;
  fields_.push_back({name, {begin, static_cast<std::size_t>(at_ - begin)}});
  return true;
}

bool PlainReader::message() {
  if (!object([this](std::string_view name) { return message_member(name); })) return false;
  const Message& message = parsed_.message;
  const bool whole = has_type_ && !message.src.empty() && !message.dest.empty();
  if (!whole || peek() != '\0' || at_ != end_) return false;
  parsed_.message.fields = fields_;
  return true;
}

}  // namespace

std::optional<ParsedLine> parse_plain_line(std::string_view line, std::vector<Field>& fields) {
  PlainReader reader(line, fields);
  if (reader.message()) return reader.parsed();
  fields.clear();
  return std::nullopt;
}

bool is_plain_json(std::string_view bytes) {
  std::vector<Field> none;
  return PlainReader(bytes, none).lone_value();
}

}  // namespace hearsay::protocol
