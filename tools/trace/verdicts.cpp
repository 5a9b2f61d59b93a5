#include "tools/trace/verdicts.h"

#include <utility>

namespace hearsay::traces {
namespace {

constexpr std::size_t kMostEvidence = 1000;  // of one rule

using trace::Level;

// clang-format off
constexpr std::array<RuleText, kRules> kTexts{{
    {"every start of a worker ends in ready or in death", "start", Level::info},
    {"no worker finds that shared memory makes no sense, or ends of an error", "start", Level::info},
    {"every answer is written after its step was in the journal", "line", Level::debug},
    {"nothing is answered twice", "answer", Level::debug},
    {"every request is answered, refused or dropped", "request", Level::debug},
    {"every step is committed once, in order", "commit", Level::trace},
    {"no worker has forgotten a value of the one before it", "value", Level::debug},
    {"every acknowledged value is at every node", "value", Level::debug},
}};
// clang-format on

}  // namespace

const RuleText& text_of(Rule rule) {
  return kTexts[static_cast<std::size_t>(rule)];
}

void Verdicts::violate(Rule rule, std::uint32_t node, std::int64_t time_ns, std::string text) {
  State& state = of(rule);
  ++state.violations;
  if (state.by_node.size() <= node) state.by_node.resize(node + 1);
  ++state.by_node[node];
  if (state.evidence.size() < kMostEvidence) {
    state.evidence.push_back({node, time_ns, std::move(text)});
  }
}

void Verdicts::excuse(std::uint32_t node) {
  for (State& state : states_) {
    std::erase_if(state.evidence, [&](const Evidence& each) { return each.node == node; });
    if (node >= state.by_node.size()) continue;
    state.violations -= state.by_node[node];
    state.by_node[node] = 0;
  }
}

}  // namespace hearsay::traces
