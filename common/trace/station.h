// Where a worker was when it died: the texts of the field `station`. The README says what they
// mean.
#pragma once

#include <string_view>

namespace hearsay::trace::station {

inline constexpr std::string_view kStart = "start";
inline constexpr std::string_view kRecovery = "recovery";
inline constexpr std::string_view kStep = "step";
inline constexpr std::string_view kCommit = "commit";
inline constexpr std::string_view kIdle = "idle";

}  // namespace hearsay::trace::station
