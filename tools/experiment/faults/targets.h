// Which nodes a deed hits: the choices of Jepsen's nemesis.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tools/experiment/time/random.h"

namespace hearsay::bench {

enum class TargetKind {
  subset,          // any number of nodes
  one,             // a single node
  minority_third,  // fewer than a third
  minority,        // fewer than half
  majority,        // a bare majority
  all,
};

inline constexpr TargetKind kTargetKinds[] = {TargetKind::subset,         TargetKind::one,
                                              TargetKind::minority_third, TargetKind::minority,
                                              TargetKind::majority,       TargetKind::all};

// "subset", "one", "minority-third", "minority", "majority", "all".
std::string_view name_of(TargetKind kind);

// In ascending order; at least one node, in the smallest clusters too.
std::vector<std::size_t> choose_targets(TargetKind kind, std::size_t node_count, Random& random);

}  // namespace hearsay::bench
