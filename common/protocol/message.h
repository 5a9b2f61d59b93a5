// One message of the Maelstrom protocol, as views.
//
// A Message owns nothing: its views point into whatever it was made from (a LineParser, a record
// in a ring) and die with it. Copy what must live longer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hearsay::protocol {

// One field of a body: its name (unescaped) and its value as JSON text, as it was received
// (surrounding white space removed, validity already checked).
struct Field {
  std::string_view name;
  std::string_view json;
};

struct Message {
  std::string_view src;   // never empty
  std::string_view dest;  // never empty
  std::string_view type;  // of the body; may be empty if the sender said ""
  std::optional<std::int64_t> msg_id;
  std::optional<std::int64_t> in_reply_to;
  // The body's fields but for type, msg_id and in_reply_to, in the order of their first appearance;
  // of a name that appears twice the last value counts, as in most JSON readers.
  std::span<const Field> fields;

  // The JSON text of the field `name`, or nothing.
  std::optional<std::string_view> field(std::string_view name) const;
};

// "c3:7", the name of a request in traces: who sent it and its msg_id. Empty without a msg_id.
std::string trace_name(std::string_view src, std::optional<std::int64_t> msg_id);
inline std::string trace_name(const Message& message) {
  return trace_name(message.src, message.msg_id);
}

}  // namespace hearsay::protocol
