#include "tools/console/challenge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>

#include "tools/console/command_text.h"

namespace hearsay::bench {
namespace {

std::vector<std::string> split_at_spaces(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

struct NamedChallenge {
  const Challenge* challenge = nullptr;  // null: none, or one that there is not
  std::ptrdiff_t behind = 0;             // its name, among the arguments
};

NamedChallenge named_challenge(const std::vector<std::string>& arguments) {
  constexpr std::string_view kOption = "--challenge";
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    const bool joined = word->starts_with(std::string(kOption) + "=");
    if (!joined && (*word != kOption || std::next(word) == arguments.end())) continue;
    if (!joined) ++word;
    const auto name = joined ? std::string_view(*word).substr(kOption.size() + 1) : *word;
    return {find_challenge(name), std::next(word) - arguments.begin()};
  }
  return {};
}

}  // namespace

const std::vector<Challenge>& challenges() {
  constexpr std::string_view kMessages = "messages-per-op";
  constexpr std::string_view kMedian = "stable-latency-median";
  constexpr std::string_view kMaximum = "stable-latency-maximum";
  const std::vector<std::string> large_cluster =
      split_at_spaces("-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100");
  const std::string logs = "-w kafka --concurrency 2n --time-limit 20 --rate 1000 ";
  const std::string transactions =
      "-w txn-rw-register --concurrency 2n --time-limit 20 --rate 1000 ";
  const std::string cut = "--node-count 2 --availability total --nemesis partition ";
  static const std::vector<Challenge> kList = {
      {"1", "echo", split_at_spaces("-w echo --node-count 1 --time-limit 10"), {}, {}},
      {"2",
       "unique ids",
       split_at_spaces(
           "-w unique-ids --time-limit 30 --rate 1000 --node-count 3 --availability total "
           "--nemesis partition"),
       {},
       {}},
      {"3a",
       "broadcast, one node",
       split_at_spaces("-w broadcast --node-count 1 --time-limit 20 --rate 10"),
       {},
       {}},
      {"3b",
       "broadcast, 5 nodes",
       split_at_spaces("-w broadcast --node-count 5 --time-limit 20 --rate 10"),
       {},
       {}},
      {"3c",
       "broadcast, partitions",
       split_at_spaces("-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition"),
       {},
       {}},
      {"3d",
       "efficient broadcast I",
       large_cluster,
       {},
       {{kMessages, 30}, {kMedian, 400}, {kMaximum, 600}}},
      {"3e",
       "efficient broadcast II",
       large_cluster,
       {"--latency-budget", "1000"},
       {{kMessages, 20}, {kMedian, 1000}, {kMaximum, 2000}}},
      {"4",
       "grow-only counter",
       split_at_spaces(
           "-w g-counter --node-count 3 --rate 100 --time-limit 20 --nemesis partition"),
       {},
       {}},
      {"5a", "logs, one node", split_at_spaces(logs + "--node-count 1"), {}, {}},
      {"5b", "logs, two nodes", split_at_spaces(logs + "--node-count 2"), {}, {}},
      {"5c", "efficient logs", split_at_spaces(logs + "--node-count 2"), {}, {}},
      {"6a",
       "transactions, one node",
       split_at_spaces(transactions +
                       "--node-count 1 --consistency-models read-uncommitted --availability total"),
       {},
       {}},
      {"6b",
       "transactions, partitions",
       split_at_spaces(transactions + cut + "--consistency-models read-uncommitted"),
       {},
       {}},
      {"6c",
       "read committed",
       split_at_spaces(transactions + cut + "--consistency-models read-committed"),
       {},
       {}}};
  return kList;
}

std::vector<std::string> challenge_names() {
  std::vector<std::string> names;
  for (const Challenge& challenge : challenges()) names.emplace_back(challenge.name);
  return names;
}

const Challenge* find_challenge(std::string_view name) {
  const auto& all = challenges();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Challenge& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void spell_out_challenge(std::vector<std::string>& arguments) {
  const auto [challenge, behind] = named_challenge(arguments);
  if (challenge == nullptr) return;
  arguments.insert(arguments.begin() + behind, challenge->flags.begin(), challenge->flags.end());
}

std::string in_words_of_challenge(const std::string& problem,
                                  const std::vector<std::string>& arguments) {
  constexpr std::string_view kTwice = ": given more than once";
  const Challenge* challenge = named_challenge(arguments).challenge;
  if (challenge == nullptr || !problem.ends_with(kTwice)) return problem;
  const std::string name = problem.substr(0, problem.size() - kTwice.size());
  const auto& flags = challenge->flags;
  const bool fixed =
      std::find(flags.begin(), flags.end(), name == "--workload" ? "-w" : name) != flags.end();
  return fixed ? fmt::format("{}: fixed by --challenge {}", name, challenge->name) : problem;
}

std::string meaning_of_challenge(const std::vector<std::string>& arguments) {
  const Challenge* challenge = named_challenge(arguments).challenge;
  if (challenge == nullptr) return "";
  return as_typed(fmt::format("--challenge {} stands for", challenge->name), challenge->flags);
}

}  // namespace hearsay::bench
