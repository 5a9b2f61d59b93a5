// The command line as text for people.
#pragma once

#include <string>
#include <vector>

namespace hearsay::bench {

// One word, as a shell needs it.
std::string quoted(const std::string& argument);

// The program as it is, and its arguments, quoted where a shell needs it.
std::string as_typed(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace hearsay::bench
