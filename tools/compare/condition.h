// What contestants have to go through: no fault, a partition, messages that get lost, ...
#pragma once

#include <string_view>
#include <vector>

#include "tools/console/options.h"

namespace hearsay::compare {

struct Condition {
  std::string_view name;  // as --condition takes it
  std::string_view what;  // for people
  bool by_default;
  bool loses_messages;
  bool late;  // messages are as late as --lateness says; else they are punctual
  void (*impose)(bench::TestOptions& test);  // before the test's options are resolved
};

// The one whose kills are hearsay-node's own.
inline constexpr std::string_view kKillsCondition = "kills";

// All there are, in the order in which they are shown.
const std::vector<Condition>& conditions();

// Nothing: there is no such condition.
const Condition* find_condition(std::string_view name);

}  // namespace hearsay::compare
