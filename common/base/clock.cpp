#include "common/base/clock.h"

#include <ctime>

#include "common/base/units.h"

namespace hearsay {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * kNsPerSecond + now.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() {
  return read_clock(CLOCK_MONOTONIC);
}
std::int64_t wall_ns() {
  return read_clock(CLOCK_REALTIME);
}

}  // namespace hearsay
