// The program that --bin names.
#pragma once

#include <string>

namespace hearsay::bench {

struct Program {
  std::string path;  // absolute
  std::string
      problem;  // why it can't be started, with what to do; empty: nothing is known against it
};

// A name without a slash that is no file here is looked up in PATH.
Program find_program(const std::string& name);

}  // namespace hearsay::bench
