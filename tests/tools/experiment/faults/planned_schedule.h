// What a fault's schedule must be, worked out without a run.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/experiment/faults/deed.h"

namespace hearsay::test {

// The deeds before `until_ns`, as results.json has them, for nodes n0, n1, ...
inline nlohmann::json planned_schedule(bench::Fault fault, std::int64_t mean_gap_ns,
                                       std::size_t node_count, std::uint64_t seed,
                                       std::int64_t until_ns) {
  std::vector<std::string> names;
  for (std::size_t node = 0; node < node_count; ++node) {
    names.push_back(fmt::format("n{}", node));
  }
  nlohmann::json schedule = nlohmann::json::array();
  bench::Deeds deeds(fault, mean_gap_ns, node_count, seed);
  for (; deeds.next().time_ns < until_ns; deeds.advance()) {
    schedule.push_back(to_json(deeds.next(), names));
  }
  return schedule;
}

}  // namespace hearsay::test
