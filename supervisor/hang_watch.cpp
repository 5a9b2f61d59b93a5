#include "supervisor/hang_watch.h"

#include <algorithm>
#include <utility>

namespace hearsay::supervisor {
namespace {

constexpr std::int64_t kStartLimitNs = 10 * kNsPerSecond;  // between two signs of work
constexpr std::int64_t kStopLimitNs = kNsPerSecond;

}  // namespace

void HangWatch::restart() {
  was_waiting_ = false;
  without_work_ns_ = standing_still_ns_ = 0;
}

bool HangWatch::overdue(std::int64_t now_ns, const Look& look) {
  const std::int64_t passed_ns =
      std::min(now_ns - std::exchange(looked_ns_, now_ns), 2 * kLookEveryNs);
  const bool waiting =
      look.busy || look.state == LifeState::starting || look.state == LifeState::stopping;
  // What passed before the worker had anything to do does not count against it.
  const bool waited = std::exchange(was_waiting_, waiting) && waiting;
  const bool no_work = std::exchange(work_, look.work) == look.work && waited;
  const bool stands_still = std::exchange(cpu_ns_, look.cpu_ns) == look.cpu_ns && no_work;
  without_work_ns_ = no_work ? without_work_ns_ + passed_ns : 0;
  standing_still_ns_ = stands_still ? standing_still_ns_ + passed_ns : 0;
  switch (look.state) {
    case LifeState::starting:
      return without_work_ns_ > kStartLimitNs || standing_still_ns_ > hang_limit_ns_;
    case LifeState::stopping:
      return without_work_ns_ > kStopLimitNs;
    default:
      return without_work_ns_ > hang_limit_ns_ + look.allowance_ns;
  }
}

}  // namespace hearsay::supervisor
