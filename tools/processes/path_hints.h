// Files that a node did not find because nodes start in another folder than their users. Lines for
// people; "": nothing speaks for that.
#pragma once

#include <string>
#include <vector>

#include "tools/processes/node_process.h"

namespace hearsay::bench {

// The first argument that names a file here, and none where nodes start.
std::string hint_on_relative_paths(const NodeCommand& command);

// `last_log_lines`: of its stderr. One that was not found, and lies beside the program.
std::string hint_on_missing_file(const NodeCommand& command,
                                 const std::vector<std::string>& last_log_lines);

}  // namespace hearsay::bench
