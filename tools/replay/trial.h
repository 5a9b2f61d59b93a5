// Work done in a child process, because it may kill whoever does it.
#pragma once

#include <functional>
#include <string>

namespace hearsay::replay {

struct Ending {
  bool lived;         // the work was done
  std::string how;    // else: what ended it
  bool hung = false;  // it was not done in time
};

// The child's stdout and stderr go nowhere. Throws std::system_error when there can be none.
Ending try_in_child(const std::function<void()>& work);

}  // namespace hearsay::replay
