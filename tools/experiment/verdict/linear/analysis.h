// Whether what happened to a key is linearizable, and if not, the least that shows it.
//
// A search from the start finds a linearization, or exhausts all. Where it gets stuck, windows are
// searched that end with the stage it is stuck at and begin with anything: mostly a few operations
// are enough to show that no state before them would have done. The work is bounded by steps and
// memory, not by a clock: the same history has the same verdict everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tools/experiment/verdict/linear/register_history.h"

namespace hearsay::bench::linear {

// A configuration before the operation that has no place.
struct Stuck {
  State state = kUnwritten;
  std::vector<std::uint32_t> open;  // of calls(), those that have not taken place
};

struct Analysis {
  std::optional<bool> linearizable;  // nothing: more work than is allowed
  // Of what is not linearizable, or where the search had got to:
  std::uint32_t stage = 0;            // its operation has no place
  std::vector<Stuck> configurations;  // up to ten
  // The operations that show it, by invocation, the one without a place included.
  std::vector<std::uint32_t> witnesses;
  bool self_contained = false;  // they show it whatever was before
};

// `steps`: how much work is left; it may take half of that, and takes off what it has done.
Analysis analyse(const RegisterHistory& history, std::size_t& steps);

// For all keys of a history: some seconds.
inline constexpr std::size_t kMostSteps = 1'500'000'000;

}  // namespace hearsay::bench::linear
