// From a plan that fails to the smallest one that still does: fewer nodes, operations, faults,
// seconds.
//
// Parts are left out by ddmin (ddmin.h), options set to what is simplest, faults and gaps made
// shorter, round by round, until a round changes nothing. Everything that is tried stays within
// what the swarm may draw, but for smaller clusters: faults only go. Deterministic: it knows no
// clock and counts runs.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "tools/sim/plan.h"

namespace hearsay::sim {

// The first of `count` plans that fails as the first one did; plan(i) makes the one with number i.
using FirstFailingPlan = std::function<std::optional<std::size_t>(
    std::size_t count, const std::function<Plan(std::size_t)>& plan)>;

struct ShrinkLimits {
  std::size_t most_runs = 5000;
  // A run that ends too early loses values without being wrong.
  bool shorter_recovery = false;
  // Asked between runs: whether there is time for more.
  std::function<bool()> go_on = [] { return true; };
};

struct Shrunk {
  Plan plan;
  std::size_t runs = 0;
  bool finished = true;  // false: a limit came first
};

// `failing` fails.
Shrunk shrink(Plan failing, const FirstFailingPlan& first_failing, const ShrinkLimits& limits);

}  // namespace hearsay::sim
