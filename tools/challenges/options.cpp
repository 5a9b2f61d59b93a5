#include "tools/challenges/options.h"

#include <algorithm>

#include "tools/console/command_text.h"
#include "tools/sim/node_arguments.h"

namespace hearsay::challenges {

void add_challenges_options(CommandLine& command, ChallengesOptions& options) {
  command.add("--only", options.only, "These alone, separated by commas")
      .separated_by_commas()
      .one_of(bench::challenge_names())
      .value_name("NAMES");
  command
      .add("--bin", options.binary,
           "The program that is a node (default: hearsay-node beside this program)")
      .value_name("FILE");
  command.add_flag("--sim", options.simulated,
                   "In virtual time, with simulated nodes: all of them in seconds");
  command.add_flag("--json", options.json, "What came out as JSON on stdout, instead of the lines");
  command.add_flag("--no-page", options.no_page, "Leave no report.html");
  command.add("--seed", options.seed, "Repeats the random choices of another time").value_name("N");
  command.add("--store", options.store, "Where the results go").value_name("DIR");
  command.footer(
      "Behind -- follow arguments for the node.\n"
      "Exit codes: 0 all passed, 1 one did not, 130 interrupted, 254 bad arguments, 255 a run "
      "could not go on, or a file could not be written.\n"
      "One alone: hearsay test --challenge 3d\n"
      "Example: hearsay challenges --sim\n"
      "         hearsay challenges --only 1 --bin ./my-node.py");
}

bench::TestOptions test_options(const ChallengesOptions& options,
                                const bench::Challenge& challenge) {
  std::vector<std::string> words = {"--challenge", std::string(challenge.name), "--store",
                                    options.store};
  if (options.seed) words.insert(words.end(), {"--seed", std::to_string(*options.seed)});
  std::vector<std::string> typed = {options.simulated ? "sim" : "test"};
  typed.insert(typed.end(), words.begin(), words.end());
  bench::spell_out_challenge(words);

  bench::TestOptions test;
  CommandLine command("");
  bench::add_test_options(command, test);
  command.parse(words);
  test.no_page = options.no_page;
  test.node_arguments = options.node_arguments;
  test.binary = options.simulated ? bench::kSimulated : options.binary;
  if (!options.binary.empty()) typed.insert(typed.end(), {"--bin", options.binary});
  if (!options.node_arguments.empty()) typed.emplace_back("--");
  typed.insert(typed.end(), options.node_arguments.begin(), options.node_arguments.end());
  test.command = bench::as_typed(options.program, typed);
  bench::resolve(test);
  return test;
}

void resolve(ChallengesOptions& options) {
  if (options.simulated && !options.binary.empty()) {
    throw BadCommandLine("--bin", "not with --sim: the simulator has its nodes built in");
  }
  if (options.simulated) sim::parse_node_arguments(options.node_arguments);
  options.chosen.clear();
  for (const bench::Challenge& challenge : bench::challenges()) {
    const bool named =
        std::find(options.only.begin(), options.only.end(), challenge.name) != options.only.end();
    if (options.only.empty() || named) options.chosen.push_back(&challenge);
  }
}

}  // namespace hearsay::challenges
