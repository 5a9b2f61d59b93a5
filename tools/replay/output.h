// What a replay prints.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "tools/console/loop_progress.h"

namespace hearsay::replay {

// Stdout takes no more; what() says why.
class OutputLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// To stdout. Throws OutputLost.
void print(std::string_view text);

// Beside it, on a terminal, if it is time: so many of the inputs are replayed.
void show_replayed(bench::LoopProgress& progress, std::uint64_t inputs, std::uint64_t of);

}  // namespace hearsay::replay
