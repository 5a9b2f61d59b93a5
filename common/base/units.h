// Units of time. A name says its unit: `_ns`, `_us`, `_ms`, `_s`.
#pragma once

#include <cstdint>

namespace hearsay {

inline constexpr std::int64_t kNsPerUs = 1'000;
inline constexpr std::int64_t kNsPerMs = 1'000'000;
inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace hearsay
