#include "common/protocol/canonical_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/protocol/message_writer.h"

namespace hearsay::protocol {
namespace {

// The work is done in two passes, so that no text is moved more than once however deep it lies:
// CanonicalHandler writes everything but the objects' own punctuation and keys to one text, in the
// order of the input, and notes where the objects and their members lie in it; append_ordered then
// copies the pieces in the order of the keys.

// Offsets into Pieces::text. The objects that lie within are those with an index from first_object
// up to end_object, in the order of their beginnings, an outer one before those inside it.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t first_object = 0;
  std::size_t end_object = 0;
};

struct Member {
  std::size_t key_begin = 0;  // in Pieces::keys
  std::size_t key_bytes = 0;
  Span value;
};

struct Object {
  std::size_t begin = 0;  // of its members' values in Pieces::text, one behind the other
  std::size_t end = 0;
  std::size_t end_object = 0;  // index behind the last object inside it
  std::size_t first_member = 0;
  std::size_t end_member = 0;
};

struct Pieces {
  std::string text;
  std::string keys;  // decoded
  std::vector<Object> objects;
  std::vector<Member> members;  // an object's lie side by side, in canonical order

  std::string_view key(const Member& member) const {
    return std::string_view(keys).substr(member.key_begin, member.key_bytes);
  }
};

class CanonicalHandler {
 public:
  explicit CanonicalHandler(Pieces& pieces) : pieces_(pieces), text_(pieces.text) {}

  bool null() { return literal("null"); }
  bool boolean(bool value) { return literal(value ? "true" : "false"); }
  bool number_integer(std::int64_t value);
  bool number_unsigned(std::uint64_t value);
  bool number_float(double value, const std::string& text);
  bool string(std::string& text);
  bool binary(nlohmann::json::binary_t& /*value*/) { return true; }  // not in JSON text
  bool start_object(std::size_t size);
  bool key(std::string& text);
  bool end_object();
  bool start_array(std::size_t size);
  bool end_array();
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) {
    return false;
  }

 private:
  // An object or array that is not closed yet.
  struct Open {
    bool is_array = false;
    bool has_elements = false;     // of an array
    std::size_t object = 0;        // index in Pieces::objects
    std::size_t first_member = 0;  // index in open_members_
  };

  bool literal(std::string_view text);
  void begin_value();
  void end_member();
  void order_members(std::size_t first);

  Pieces& pieces_;
  std::string& text_;
  std::vector<Open> open_;
  std::vector<Member> open_members_;  // of all open objects, the innermost one's last
};

void CanonicalHandler::begin_value() {
  if (open_.empty() || !open_.back().is_array) return;
  if (open_.back().has_elements) text_ += ',';
  open_.back().has_elements = true;
}

bool CanonicalHandler::literal(std::string_view text) {
  begin_value();
  text_ += text;
  return true;
}

bool CanonicalHandler::number_integer(std::int64_t value) {
  begin_value();
  append_json_integer(text_, value);  // -0 comes as 0
  return true;
}

bool CanonicalHandler::number_unsigned(std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

// nlohmann also reports integers beyond 64 bits here.
bool CanonicalHandler::number_float(double value, const std::string& text) {
  if (text.find_first_of(".eE") == std::string::npos) return literal(text);
  std::array<char, 32> digits{};  // the longest: -2.2250738585072014e-308
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view shortest(digits.data(), static_cast<std::size_t>(end - digits.data()));
  literal(shortest);
  if (shortest.find_first_of(".e") == std::string_view::npos) text_ += ".0";
  return true;
}

bool CanonicalHandler::string(std::string& text) {
  begin_value();
  append_json_string(text_, text);
  return true;
}

bool CanonicalHandler::start_array(std::size_t /*size*/) {
  literal("[");
  open_.push_back({true, false, 0, 0});
  return true;
}

bool CanonicalHandler::end_array() {
  text_ += ']';
  open_.pop_back();
  return true;
}

bool CanonicalHandler::start_object(std::size_t /*size*/) {
  begin_value();
  open_.push_back({false, false, pieces_.objects.size(), open_members_.size()});
  pieces_.objects.emplace_back().begin = text_.size();
  return true;
}

bool CanonicalHandler::key(std::string& text) {
  end_member();
  Member member;
  member.key_begin = pieces_.keys.size();
  member.key_bytes = text.size();
  member.value.begin = text_.size();
  member.value.first_object = pieces_.objects.size();
  pieces_.keys += text;
  open_members_.push_back(member);
  return true;
}

// Closes the span of the innermost object's last member, if it has one.
void CanonicalHandler::end_member() {
  if (open_members_.size() == open_.back().first_member) return;
  Span& value = open_members_.back().value;
  value.end = text_.size();
  value.end_object = pieces_.objects.size();
}

bool CanonicalHandler::end_object() {
  end_member();
  const Open closed = open_.back();
  open_.pop_back();
  order_members(closed.first_member);
  Object& object = pieces_.objects[closed.object];
  object.end = text_.size();
  object.end_object = pieces_.objects.size();
  object.first_member = pieces_.members.size();
  pieces_.members.insert(pieces_.members.end(),
                         open_members_.begin() + static_cast<std::ptrdiff_t>(closed.first_member),
                         open_members_.end());
  object.end_member = pieces_.members.size();
  open_members_.resize(closed.first_member);
  return true;
}

// Sorts open_members_ from `first` on by key; of equal keys the last one given stays.
void CanonicalHandler::order_members(std::size_t first) {
  const auto begin = open_members_.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, open_members_.end(), [this](const Member& a, const Member& b) {
    const int order = pieces_.key(a).compare(pieces_.key(b));
    return order != 0 ? order < 0 : a.key_begin > b.key_begin;
  });
  const auto same_key = [this](const Member& a, const Member& b) {
    return pieces_.key(a) == pieces_.key(b);
  };
  open_members_.erase(std::unique(begin, open_members_.end(), same_key), open_members_.end());
}

// An object being written: the rest of the member's value under way, and the members to come.
struct Writing {
  Span value;
  std::size_t next_member = 0;
  std::size_t end_member = 0;
};

void append_ordered(std::string& out, const Pieces& pieces) {
  const Span everything{0, pieces.text.size(), 0, pieces.objects.size()};
  std::vector<Writing> stack{{everything, 0, 0}};
  while (!stack.empty()) {
    Writing& top = stack.back();
    if (top.value.first_object < top.value.end_object) {
      const Object& object = pieces.objects[top.value.first_object];
      out.append(pieces.text, top.value.begin, object.begin - top.value.begin);
      out += '{';
      top.value.begin = object.end;
      top.value.first_object = object.end_object;
      stack.push_back({{}, object.first_member, object.end_member});
      continue;
    }
    out.append(pieces.text, top.value.begin, top.value.end - top.value.begin);
    if (top.next_member < top.end_member) {
      const Member& member = pieces.members[top.next_member++];
      if (out.back() != '{') out += ',';
      append_json_string(out, pieces.key(member));
      out += ':';
      top.value = member.value;
    } else {
      stack.pop_back();
      if (!stack.empty()) out += '}';
    }
  }
}

bool is_plain_integer(std::string_view json) {
  return !json.empty() &&
         std::all_of(json.begin(), json.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void append_canonical_json(std::string& out, std::string_view json) {
  if (is_plain_integer(json)) {  // the values of Maelstrom's workloads
    out += json;
    return;
  }
  Pieces pieces;
  CanonicalHandler handler(pieces);
  if (!nlohmann::json::sax_parse(json, &handler)) {
    out += json;
  } else if (pieces.objects.empty()) {
    out += pieces.text;
  } else {
    append_ordered(out, pieces);
  }
}

}  // namespace hearsay::protocol
