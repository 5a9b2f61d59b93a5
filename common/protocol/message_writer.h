// Writes one protocol message as one line of JSON, appending to a string.
//
//   MessageWriter(out, "n1", "c2", "read_ok").in_reply_to(7).json("messages", "[1,2]").finish();
//
// gives {"src":"n1","dest":"c2","body":{"type":"read_ok","in_reply_to":7,"messages":[1,2]}}\n
//
// Names of fields are literals of the program and are not escaped; src, dest, type and string
// values are escaped (RFC 8259), so that any text gives valid JSON on one line. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/protocol/error_code.h"

namespace hearsay::protocol {

// Appends `text` as a JSON string, quotes included. `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Appends `number` in decimal.
void append_json_integer(std::string& out, std::int64_t number);

class MessageWriter {
 public:
  MessageWriter(std::string& out, std::string_view src, std::string_view dest,
                std::string_view type);
  // Goes on with a message whose beginning is the end of `out`.
  explicit MessageWriter(std::string& out) : out_(out) {}
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  MessageWriter& msg_id(std::int64_t id);
  MessageWriter& in_reply_to(std::int64_t id);
  MessageWriter& integer(std::string_view name, std::int64_t value);
  MessageWriter& string(std::string_view name, std::string_view value);
  // `value` is JSON text, taken as it is but for line feeds and carriage returns between tokens,
  // which become spaces (they can't stand inside a JSON string, so a message stays one line).
  MessageWriter& json(std::string_view name, std::string_view value);
  // Starts the field `name`; the caller appends its JSON value to the string itself.
  MessageWriter& begin(std::string_view name);
  // Ends a value that the caller has appended: with what is left of it.
  MessageWriter& end(std::string_view rest) {
    out_.append(rest);
    return *this;
  }
  // Closes the message and ends the line.
  void finish();

 private:
  std::string& out_;
};

// Appends an error reply: {"type":"error","in_reply_to":...,"code":...,"text":...}.
void append_error(std::string& out, std::string_view src, std::string_view dest,
                  std::int64_t in_reply_to, ErrorCode code, std::string_view text);

}  // namespace hearsay::protocol
