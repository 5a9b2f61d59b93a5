// Explores all executions of a program: depth first, each from its start, by the choices that lead
// to it. A state that was met before is not explored again: what follows from it is known.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "tests/interleave/execution.h"
#include "tests/interleave/program.h"

namespace hearsay::interleave {

struct Explored {
  std::string error;  // the first that was found, and the way to it; empty: none
  std::set<std::string> outcomes;
  std::size_t executions = 0;  // to an end, or to a state met before
  std::size_t states = 0;
  bool weakened = false;  // the operation of Rules was met

  std::string figures() const;
};

// Ends at the first error. More executions than a test may cost are one.
Explored explore(const std::function<std::unique_ptr<Program>()>& make, const Rules& rules = {});

}  // namespace hearsay::interleave
