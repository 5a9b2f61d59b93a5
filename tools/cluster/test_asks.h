// What a test asks of an attached node: to have it (test_hold.h), and faults, as they are asked for
// on its control subject: {"ask":"kill-worker"}. The answer says what was hit, {"process":ID}, null
// if there was nothing to hit; of the network (conditions.h), what holds now, {"network":WORDS}.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace hearsay::cluster {

inline constexpr std::string_view kTest = "test";
inline constexpr std::string_view kOver = "over";

inline constexpr std::string_view kKillWorker = "kill-worker";
inline constexpr std::string_view kPauseWorker = "pause-worker";
inline constexpr std::string_view kResumeWorker = "resume-worker";
// The whole node. One that was killed stays attached, and is started again when that is asked for:
// new, waiting for its init.
inline constexpr std::string_view kPause = "pause";
inline constexpr std::string_view kResume = "resume";
inline constexpr std::string_view kKill = "kill";
inline constexpr std::string_view kStart = "start";

inline constexpr std::string_view kNetwork = "network";

inline bool is_fault_ask(std::string_view ask) {
  constexpr std::string_view kAll[] = {kKillWorker, kPauseWorker, kResumeWorker, kPause,
                                       kResume,     kKill,        kStart,        kNetwork};
  return std::find(std::begin(kAll), std::end(kAll), ask) != std::end(kAll);
}

}  // namespace hearsay::cluster
