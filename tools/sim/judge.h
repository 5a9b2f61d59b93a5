// What is wrong with a simulated run: the checkers' findings, and what they have no eye for.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/experiment/verdict/history.h"
#include "tools/sim/options.h"

namespace hearsay::sim {

struct Violation {
  std::string kind;  // a word: two runs with the same one fail in the same way
  std::string text;
};

struct Judgement {
  std::vector<Violation> violations;  // empty: all is well
  std::string focus;                  // the value that the first one is about, JSON; empty: none
};

// Beyond the checkers: a request without an answer, or with an error, although no fault of the
// scenario excuses it; a worker that is not what its journal says.
Judgement judge(const SimOptions& scenario, const bench::History& history,
                const nlohmann::json& results);

}  // namespace hearsay::sim
