// The command line as text for people.
#pragma once

#include <string>
#include <vector>

namespace hearsay::bench {

// "hearsay" and the arguments, quoted where a shell needs it.
std::string as_typed(const std::vector<std::string>& arguments);

}  // namespace hearsay::bench
