// The wake-ups that workers asked for. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "common/protocol/link.h"

namespace hearsay::supervisor {

class Timers {
 public:
  void arm(protocol::WakeRequest wake) { waiting_.push(wake); }
  // Those of dead workers need not fire.
  void clear() { waiting_ = {}; }
  std::optional<std::int64_t> next_ns() const;
  // The token of a timer that is due, which is thereby disarmed.
  std::optional<std::uint64_t> take_due(std::int64_t now_ns);

 private:
  struct Later {
    bool operator()(const protocol::WakeRequest& a, const protocol::WakeRequest& b) const {
      return a.at_ns > b.at_ns;
    }
  };
  std::priority_queue<protocol::WakeRequest, std::vector<protocol::WakeRequest>, Later> waiting_;
};

}  // namespace hearsay::supervisor
