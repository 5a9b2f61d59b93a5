// The machine that is measured on: which cores there are, and what they share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::measure {

// Where the two processes of a ring go.
struct Placement {
  int first = -1;  // -1: nowhere in particular
  int second = -1;
};

// Two CPUs that we may use, of two cores if there are two, the ones with the smallest numbers.
Placement choose_placement();

// What is known and what was probed of the machine: model, CPUs, SMT siblings, how much two loops
// slow each other down on the CPUs chosen (siblings do, whatever a virtual machine says of them),
// how long a word travels between them, and the load. `ring_peer` is the program that probes the
// pair.
nlohmann::json probe_machine(const Placement& placement, const std::string& ring_peer);
std::string describe_machine(const nlohmann::json& machine);

// From now on this process and its children come before what else the machine does (SCHED_RR).
// Throws std::system_error: only root may.
void go_in_front();

}  // namespace hearsay::measure
