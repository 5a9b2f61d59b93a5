// The arguments behind `--`, as hearsay-node takes them, as far as the simulator can honour them.
#pragma once

#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "common/options/worker_options.h"

namespace hearsay::sim {

struct NodeOptions {
  ServiceOptions services;
  CareOptions care;
};

// Throws BadCommandLine with words for people.
NodeOptions parse_node_arguments(const std::vector<std::string>& arguments);

}  // namespace hearsay::sim
