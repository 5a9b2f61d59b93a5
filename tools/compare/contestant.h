// Who takes part in a comparison: a strategy, its latency budget, other options of the node.
//
// What a contestant's text may say is checked by resolve() (options.h), which knows who runs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/options/command_line.h"

namespace hearsay::compare {

struct Contestant {
  std::string strategy;
  std::optional<std::int64_t> budget_ms;  // nothing: the strategy's default, if it has a budget
  std::vector<std::string> other_arguments;
};

// "NAME", "NAME:BUDGET" or "NAME:default", then options of hearsay-node; separated by spaces.
// Throws BadCommandLine with words for people.
Contestant parse_contestant(const std::string& text);

// What the contestants are if nobody says.
std::vector<std::string> default_contestants();

// For hearsay-node.
std::vector<std::string> node_arguments(const Contestant& contestant);

// What it goes by, as parse_contestant takes it: "relay:250", "push --gossip-interval-ms 100".
std::string name_of(const Contestant& contestant);
// The same without the budget: contestants of one name differ by their budgets only.
std::string family_of(const Contestant& contestant);

bool has_budget(std::string_view strategy);
// The budget in force. Needs has_budget().
std::int64_t budget_ms(const Contestant& contestant);
// Whether all values are to reach everybody although messages between nodes get lost.
bool survives_loss(std::string_view strategy);

}  // namespace hearsay::compare
