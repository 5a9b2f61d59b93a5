// The node can't go on. what() tells people why and what to do.
#pragma once

#include <stdexcept>

namespace hearsay::supervisor {

class NodeFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace hearsay::supervisor
