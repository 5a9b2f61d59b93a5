// A scenario, spelled out: its operations and faults one by one, so that each can be taken away.
//
// draw_scenario() says how many operations a second and how often something strikes; a plan says
// what, when and where. Deterministic: the same plan gives the same run, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/experiment/network/fault.h"
#include "tools/experiment/run.h"
#include "tools/sim/options.h"

namespace hearsay::sim {

// A fault from its beginning to its end.
struct Strike {
  bench::Fault fault = bench::Fault::partition;
  std::int64_t at_ns = 0;              // since the start of the load
  std::optional<std::int64_t> for_ns;  // of a fault that ends; nothing: until the load is over
  std::vector<std::size_t> nodes;      // kills and pauses: those that are hit, in order
  std::vector<std::pair<std::size_t, std::size_t>> deaf;  // cuts: who doesn't hear whom
};

struct Plan {
  SimOptions options;  // as given; without nemeses and without node names of their own
  std::vector<bench::PlannedOperation> operations;  // in the order of their times
  std::vector<Strike> strikes;                      // likewise; of one fault, none overlaps another
};

// Whether the fault ends, and what its strikes name.
bool has_end(bench::Fault fault);
bool hits_nodes(bench::Fault fault);
bool cuts(bench::Fault fault);

// Who runs an operation, by the thread's number: a node has as many clients as any other.
inline std::size_t node_of(const bench::PlannedOperation& operation, std::size_t node_count) {
  return operation.thread % node_count;
}
inline std::size_t client_of(const bench::PlannedOperation& operation, std::size_t node_count) {
  return operation.thread / node_count;
}
inline std::size_t thread_of(std::size_t node, std::size_t client, std::size_t node_count) {
  return client * node_count + node;
}

// Whether the fault is in the plan.
bool strikes(const Plan& plan, bench::Fault fault);

// Runs the scenario (resolved options) to see its operations.
Plan spell_out(const SimOptions& scenario);

// Resolved options, which Simulation runs. Throws BadCommandLine with words for people.
SimOptions options_of(const Plan& plan);

}  // namespace hearsay::sim
