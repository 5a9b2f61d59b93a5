// How long services wait for Maelstrom's stores. A client waits for 5 s, and what is answered later
// than --reply-deadline-ms (4.5 s) after its request is dropped: so whatever is asked for a client,
// be it the third question of one operation, ends kPatienceNs after its request came. Pure.
#pragma once

#include <algorithm>

#include "common/base/units.h"
#include "worker/core/answer.h"

namespace hearsay::services {

inline constexpr std::int64_t kPatienceNs = 4 * kNsPerSecond;
inline constexpr std::int64_t kTryNs = kNsPerSecond;

// For what nobody waits for and may be done more than once.
inline constexpr core::RequestPolicy kRepeated{.timeout_ns = kTryNs, .tries = 5};

// What is left of the asker's patience; the clock may have gone back since (a state directory).
inline std::int64_t patience_left_ns(const core::Asker& asker, std::int64_t now_ns) {
  constexpr std::int64_t kLeastNs = 10 * kNsPerMs;
  return std::clamp(asker.taken_ns - now_ns + kPatienceNs, kLeastNs, kPatienceNs);
}

// For what may be done more than once: tries of about a second.
inline core::RequestPolicy repeated_for(const core::Asker& asker, std::int64_t now_ns) {
  const std::int64_t left_ns = patience_left_ns(asker, now_ns);
  const std::int64_t tries = std::max<std::int64_t>(1, left_ns / kTryNs);
  return {.timeout_ns = left_ns / tries, .tries = static_cast<std::uint32_t>(tries)};
}

// For what may not.
inline core::RequestPolicy once_for(const core::Asker& asker, std::int64_t now_ns) {
  return {.timeout_ns = patience_left_ns(asker, now_ns)};
}

}  // namespace hearsay::services
