#include "tests/interleave/explorer.h"

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace hearsay::interleave {
namespace {

constexpr std::size_t kMostExecutions = 2'000'000;

struct Choice {
  std::size_t taken;
  std::size_t of;
};

// The next execution in depth-first order; false: that was the last.
bool go_back(std::vector<Choice>& choices) {
  while (!choices.empty() && choices.back().taken + 1 == choices.back().of) choices.pop_back();
  if (choices.empty()) return false;
  ++choices.back().taken;
  return true;
}

}  // namespace

std::string Explored::figures() const {
  return std::to_string(executions) + " executions, " + std::to_string(states) + " states";
}

Explored explore(const std::function<std::unique_ptr<Program>()>& make, const Rules& rules) {
  Explored explored;
  std::unordered_set<std::uint64_t> met;
  std::vector<Choice> choices;
  do {
    Execution execution(make(), rules);
    for (const Choice& choice : choices) execution.take(choice.taken);
    while (const std::size_t of = execution.alternatives()) {
      if (!met.insert(execution.state()).second) break;
      choices.push_back({0, of});
      execution.take(0);
    }
    ++explored.executions;
    explored.weakened |= execution.weakened();
    if (!execution.error().empty()) {
      explored.error = execution.error() + '\n' + execution.story();
    } else if (execution.alternatives() == 0) {
      explored.outcomes.insert(execution.outcome());
    }
    if (explored.executions == kMostExecutions) explored.error = "too many executions";
  } while (explored.error.empty() && go_back(choices));
  explored.states = met.size();
  return explored;
}

}  // namespace hearsay::interleave
