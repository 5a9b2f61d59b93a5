// The node can't go on. what() tells people why and what to do.
#pragma once

#include <stdexcept>

namespace hearsay::supervisor {

class NodeFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the command line asks for can't be done: exit code 2.
class RefusedOptions : public NodeFailure {
 public:
  using NodeFailure::NodeFailure;
};

}  // namespace hearsay::supervisor
