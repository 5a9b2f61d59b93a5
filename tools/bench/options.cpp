#include "tools/bench/options.h"

#include <algorithm>

namespace hearsay::measure {
namespace {

constexpr double kMostRounds = 1000;
constexpr double kMostSeconds = 3600;
constexpr double kFewestLines = 100;
constexpr double kMostLines = 10'000'000;

}  // namespace

void add_bench_options(CommandLine& command, BenchOptions& options) {
  command
      .add("--only", options.only,
           "What is measured: the ring between the two processes, one node, many nodes, what it "
           "costs to survive crashes. All of it, if nothing is said")
      .separated_by_commas()
      .one_of({"ring", "node", "many", "commit"})
      .value_name("WHAT");
  command.add("--rounds", options.rounds, "How often each is measured; the medians count")
      .between(1, kMostRounds)
      .value_name("N");
  command
      .add("--lines", options.lines,
           "So many requests a round go to a fast node; slow nodes get an eighth of it, rings ten "
           "times as many messages")
      .between(kFewestLines, kMostLines)
      .value_name("N");
  command.add("--seconds", options.seconds, "So long many nodes are under load, and idle, a round")
      .between(1, kMostSeconds)
      .value_name("S");
  command.add_flag("--no-build", options.no_build,
                   "Build nothing: those of others are measured if they are there");
  command.add_flag("--in-front", options.in_front,
                   "Run in front of what else the machine does (SCHED_RR; only root may)");
  command.add("--json", options.json, "Write all figures, those of each round too")
      .value_name("FILE");
  command.add("--svg", options.picture, "Draw them").value_name("FILE");
  command.footer(
      "Others stand beside ours, and all take turns: a busy machine is busy for everybody. They "
      "are "
      "built when they are needed, in the build folder that this program lies in; what is not "
      "there (no go, no node) is left out, and that is said.\n"
      "Exit codes: 0 measured, 254 bad arguments, 255 it could not be.\n"
      "Example: hearsay bench --only ring,node --json bench.json --svg bench.svg");
}

bool wants(const BenchOptions& options, const std::string& room) {
  return options.only.empty() ||
         std::find(options.only.begin(), options.only.end(), room) != options.only.end();
}

}  // namespace hearsay::measure
