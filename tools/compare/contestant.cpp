#include "tools/compare/contestant.h"

#include <charconv>
#include <sstream>

#include "common/options/command_line.h"
#include "common/options/worker_options.h"

namespace hearsay::compare {
namespace {

constexpr std::string_view kOption = "--contestant";
constexpr std::string_view kDefaultBudget = "default";

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw BadCommandLine(std::string(kOption), "\"" + text + "\": " + why);
}

std::optional<std::int64_t> parse_budget(const std::string& text, std::string_view budget) {
  if (budget == kDefaultBudget) return std::nullopt;
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(budget.data(), budget.data() + budget.size(), ms);
  if (error != std::errc() || end != budget.data() + budget.size() || ms < 0) {
    refuse(text, "behind the colon belongs a latency budget in ms, like relay:250");
  }
  return ms;
}

void check_other(const std::string& text, const std::string& argument) {
  const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
  if (name == "--gossip" || name == "--latency-budget") {
    refuse(text, "write the strategy and its budget in front, like relay:250");
  }
}

}  // namespace

Contestant parse_contestant(const std::string& text) {
  std::istringstream words(text);
  Contestant contestant;
  std::string first;
  words >> first;
  const std::size_t colon = first.find(':');
  contestant.strategy = first.substr(0, colon);
  if (contestant.strategy.empty() || contestant.strategy[0] == '-') {
    refuse(text, "the name of a strategy comes first, like relay or relay:250");
  }
  if (colon != std::string::npos) {
    if (!has_budget(contestant.strategy)) refuse(text, "this strategy has no latency budget");
    contestant.budget_ms = parse_budget(text, std::string_view(first).substr(colon + 1));
  }
  for (std::string word; words >> word;) {
    check_other(text, word);
    contestant.other_arguments.push_back(word);
  }
  return contestant;
}

std::vector<std::string> default_contestants() {
  return {"relay:0",    "relay:250", "relay", "relay:450", "relay:600",
          "relay:1000", "epidemic",  "push",  "flood"};
}

std::vector<std::string> node_arguments(const Contestant& contestant) {
  std::vector<std::string> arguments = {"--gossip", contestant.strategy};
  if (contestant.budget_ms) {
    arguments.insert(arguments.end(), {"--latency-budget", std::to_string(*contestant.budget_ms)});
  }
  arguments.insert(arguments.end(), contestant.other_arguments.begin(),
                   contestant.other_arguments.end());
  return arguments;
}

std::string name_of(const Contestant& contestant) {
  std::string name = contestant.strategy;
  if (contestant.budget_ms) name.append(":").append(std::to_string(*contestant.budget_ms));
  for (const std::string& argument : contestant.other_arguments) name.append(" ").append(argument);
  return name;
}

std::string family_of(const Contestant& contestant) {
  Contestant family = contestant;
  family.budget_ms.reset();
  return name_of(family);
}

bool has_budget(std::string_view strategy) {
  return strategy != "push" && strategy != "flood";
}

std::int64_t budget_ms(const Contestant& contestant) {
  return contestant.budget_ms.value_or(GossipOptions().latency_budget_ms);
}

bool survives_loss(std::string_view strategy) {
  return strategy != "flood";
}

}  // namespace hearsay::compare
