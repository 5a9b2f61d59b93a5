#include "supervisor/death_tally.h"

#include <algorithm>

namespace hearsay::supervisor {
namespace {

constexpr int kImmediateStarts = 3;
constexpr std::int64_t kFirstDelayMs = 10;
constexpr std::int64_t kLongestDelayMs = 1000;

// Three crashes, two hangs (a third would end when nobody waits any more), or ten kills from
// outside.
constexpr int kPoison = 30;

// Every worker is told of its own start: to have consumed that is no progress yet.
constexpr std::uint64_t kOwnStart = 1;

int blame_of(DeathCause cause) {
  switch (cause) {
    case DeathCause::chaos:
    case DeathCause::no_room:
      return 0;
    case DeathCause::outside:
      return 3;
    case DeathCause::hang:
      return 15;
    case DeathCause::crash:
      return 10;
  }
  return 0;
}

}  // namespace

void DeathTally::record(const Death& death) {
  const bool by_somebody = death.cause == DeathCause::chaos || death.cause == DeathCause::outside;
  if (death.inputs > 0) {
    fruitless_ = 0;
  } else if (!by_somebody) {
    ++fruitless_;
  }
  const bool idle = death.was_ready && death.position == shm::kNoPosition;
  const bool got_on = death.cause == DeathCause::no_room && death.inputs > 0;
  const bool is_wanted = death.cause == DeathCause::chaos && death.was_ready;
  if (is_wanted || (idle && death.cause == DeathCause::outside) || got_on) {
    in_a_row_ = outside_in_a_row_ = 0;
    return;
  }
  if (death.inputs > kOwnStart) in_a_row_ = outside_in_a_row_ = 0;
  ++(by_somebody ? outside_in_a_row_ : in_a_row_);
  if (death.position == shm::kNoPosition) return;
  if (death.position != suspect_) blame_ = 0;
  suspect_ = death.position;
  blame_ += blame_of(death.cause);
}

std::int64_t DeathTally::delay_ms() const {
  if (in_a_row_ <= kImmediateStarts)
    return outside_in_a_row_ > kImmediateStarts ? kFirstDelayMs : 0;
  const int doublings = std::min(in_a_row_ - kImmediateStarts - 1, 10);
  return std::min(kLongestDelayMs, kFirstDelayMs << doublings);
}

std::uint64_t DeathTally::poison_position() const {
  return blame_ >= kPoison ? suspect_ : shm::kNoPosition;
}

}  // namespace hearsay::supervisor
