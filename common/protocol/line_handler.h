// The SAX handler of LineParser: walks over a line and notes where the parts of the message lie.
// Used by the bench too, which judges what nodes print (tools/experiment/network).
//
// nlohmann's SAX events carry no positions. The handler therefore feeds the parser through an
// iterator that shows how far it has read: at the event of a string, a literal, a bracket or a key
// that is the byte behind it; behind a number the lexer has already looked one byte ahead, so a
// number's end is searched from its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::protocol {

// More fields than this in one body are refused: the table of fields stays small.
inline constexpr std::size_t kMaxFields = 65536;

// Between the parts of JSON.
inline constexpr std::string_view kWhiteSpace = " \t\r\n";

enum class ValueKind {
  absent,
  null,
  boolean,
  integer,
  large_integer,  // outside of int64
  floating,
  string,
  array,
  object
};

struct TextValue {
  ValueKind kind = ValueKind::absent;
  std::string_view text;  // decoded
};

struct IntegerValue {
  ValueKind kind = ValueKind::absent;
  std::int64_t number = 0;
  bool at_line_end = false;  // the last byte of the line belongs to it: perhaps digits are missing
};

// What was found in the line. Of a key given twice the last value counts.
struct Envelope {
  ValueKind root = ValueKind::absent;
  TextValue src;
  TextValue dest;
  ValueKind body = ValueKind::absent;
  std::string_view body_json;
  TextValue type;
  IntegerValue msg_id;
  IntegerValue in_reply_to;
  bool too_many_fields = false;
  std::size_t root_end = 0;  // offset behind the object's last bracket
  std::string syntax_error;  // the cause in short; empty without one
};

// A pass over text for nlohmann's parser that leaves its position where others see it.
class ShownIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  ShownIterator(const char* at, const char** shown) : at_(at), shown_(shown) {}
  const char& operator*() const { return *at_; }
  ShownIterator& operator++() {
    *shown_ = ++at_;
    return *this;
  }
  bool operator==(const ShownIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** shown_;
};

// Use once, for one line: run(), then read envelope(). Fields and decoded strings go to the
// vectors given, which must be empty. Not thread-safe.
class LineHandler {
 public:
  LineHandler(std::string_view line, std::vector<Field>& fields, std::deque<std::string>& decoded)
      : line_(line), cursor_(line.data()), fields_(fields), decoded_(decoded) {}

  // False when the line is not JSON; the envelope then holds what was read before the break.
  bool run();
  const Envelope& envelope() const { return envelope_; }
  // How many bytes of the line have been read.
  std::size_t consumed_bytes() const { return static_cast<std::size_t>(cursor_ - line_.data()); }

  // The events of nlohmann's SAX interface.
  bool null() { return scalar(ValueKind::null); }
  bool boolean(bool /*value*/) { return scalar(ValueKind::boolean); }
  bool number_integer(std::int64_t value);
  bool number_unsigned(std::uint64_t value);
  bool number_float(double value, const std::string& text);
  bool string(std::string& text);
  bool binary(nlohmann::json::binary_t& /*value*/) { return true; }  // not in JSON text
  bool start_object(std::size_t /*size*/) { return start_container(ValueKind::object); }
  bool key(std::string& text);
  bool end_object() { return end_container(); }
  bool start_array(std::size_t /*size*/) { return start_container(ValueKind::array); }
  bool end_array() { return end_container(); }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception& error);

 private:
  // Where the value behind the last key of the message or of its body goes.
  enum class Slot { ignored, src, dest, body, type, msg_id, in_reply_to, field };

  bool in_message() const { return depth_ <= 1 || (depth_ == 2 && in_body_); }
  Slot slot_of_body_key(std::string_view name);
  bool scalar(ValueKind kind);
  bool start_container(ValueKind kind);
  bool end_container();
  void note(ValueKind kind);
  void note_integer(std::int64_t value);
  void note_body(ValueKind kind);
  std::string_view keep(const std::string& decoded);
  std::string_view scalar_json(ValueKind kind) const;

  std::string_view line_;
  const char* cursor_;
  std::vector<Field>& fields_;
  std::deque<std::string>& decoded_;
  Envelope envelope_;
  std::size_t depth_ = 0;
  bool in_body_ = false;
  Slot slot_ = Slot::ignored;
  std::string_view field_name_;
  const char* key_end_ = nullptr;
  const char* field_start_ = nullptr;  // of a container
};

}  // namespace hearsay::protocol
