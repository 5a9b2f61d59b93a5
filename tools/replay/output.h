// What a replay prints.
#pragma once

#include <stdexcept>
#include <string_view>

namespace hearsay::replay {

// Stdout takes no more; what() says why.
class OutputLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// To stdout. Throws OutputLost.
void print(std::string_view text);

}  // namespace hearsay::replay
