// How a message becomes inputs of the worker (link.h): one record, or several parts if it is long.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/record.h"
#include "common/protocol/link.h"
#include "common/protocol/message.h"
#include "common/protocol/message_record.h"

namespace hearsay::protocol {

// Calls push(InputKind, std::uint16_t flags, std::string payload) for each input, in order.
template <typename Push>
void make_message_inputs(std::int64_t taken_ns, const Message& message, Push&& push) {
  constexpr std::uint64_t kLongestPartBytes = kLongestPayloadBytes - sizeof(InputHeader);
  std::string payload(bytes_of(InputHeader{taken_ns}));
  append_message_record(payload, message);
  if (payload.size() <= kLongestPayloadBytes) {
    push(InputKind::message, std::uint16_t{0}, std::move(payload));
    return;
  }
  const std::string_view record = std::string_view(payload).substr(sizeof(InputHeader));
  for (std::uint64_t at = 0; at < record.size(); at += kLongestPartBytes) {
    const auto place = static_cast<std::uint16_t>(
        (at == 0 ? kFirstPart : 0) | (at + kLongestPartBytes >= record.size() ? kLastPart : 0));
    std::string part(bytes_of(InputHeader{taken_ns}));
    part.append(record.substr(at, kLongestPartBytes));
    push(InputKind::message_part, place, std::move(part));
  }
}

}  // namespace hearsay::protocol
