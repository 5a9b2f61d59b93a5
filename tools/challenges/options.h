// The options of `hearsay challenges`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/console/challenge.h"
#include "tools/console/options.h"

namespace hearsay::challenges {

struct ChallengesOptions {
  std::vector<std::string> only;  // names; empty: all
  std::string binary;
  std::vector<std::string> node_arguments;
  std::string program = "hearsay";  // as it was typed, without its folder
  bool simulated = false;
  bool json = false;
  bool no_page = false;
  std::optional<std::uint64_t> seed;
  std::string store = "store";

  // Worked out by resolve(), in the order of the challenges.
  std::vector<const bench::Challenge*> chosen;
};

void add_challenges_options(CommandLine& command, ChallengesOptions& options);

// Checks all runs. Throws BadCommandLine with words for people.
void resolve(ChallengesOptions& options);

// The run of one of them, resolved, for `hearsay test` or the simulator.
bench::TestOptions test_options(const ChallengesOptions& options,
                                const bench::Challenge& challenge);

}  // namespace hearsay::challenges
