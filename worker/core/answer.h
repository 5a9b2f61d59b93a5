// What a service asks peers and Maelstrom's services by Context::request(), and what comes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/units.h"
#include "common/protocol/error_code.h"
#include "common/protocol/message.h"

namespace hearsay::core {

// Who waits for an answer of this node, and outlives the step: a client's (or peer's) request of
// which no more is needed. Made by Context::asker(). Nobody: `name` is empty; a reply to nobody is
// not sent.
struct Asker {
  std::string name;
  std::int64_t msg_id = 0;
  std::int64_t taken_ns = 0;  // when its request came: how long it waits is counted from there
};

inline constexpr std::int64_t kLongestTimeoutNs = 3600 * kNsPerSecond;

struct RequestPolicy {
  std::int64_t timeout_ns = kNsPerSecond;  // of each try; 1 to kLongestTimeoutNs
  // How often it is sent, with a new msg_id each time: again when nothing came in time. More than
  // once only for what may be done more than once.
  std::uint32_t tries = 1;
  // Whether the answer to an earlier try counts when it comes after all; if not, it is dropped.
  bool late_answers_count = true;
};

// The end of a request: an answer, whatever its type, or none in time. Comes once a request.
struct Answer {
  const Asker& asker;                // as it was given to request()
  std::string_view memo;             // as it was given to request()
  std::string_view from;             // who was asked
  const protocol::Message* message;  // null: none came in time
  std::uint32_t tries;               // how often it was sent

  bool is(std::string_view type) const { return message != nullptr && message->type == type; }
  // Nothing: it is no error. That none came in time is error 0, and an error without a readable
  // code is 13: both are indefinite, what was asked for may have been done or may be done later. So
  // may it be after a definite one, if it was sent more than once.
  std::optional<protocol::ErrorCode> error() const;
  // For people; of an error.
  std::string error_text() const;
};

}  // namespace hearsay::core
