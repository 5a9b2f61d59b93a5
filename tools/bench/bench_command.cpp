#include "tools/bench/bench_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/version.h"
#include "tools/bench/commit_contests.h"
#include "tools/bench/contest.h"
#include "tools/bench/machine.h"
#include "tools/bench/many_contests.h"
#include "tools/bench/node_contests.h"
#include "tools/bench/peers.h"
#include "tools/bench/results.h"
#include "tools/bench/ring_contests.h"
#include "tools/console/count_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/report/store.h"

namespace hearsay::measure {
namespace {

using nlohmann::json;

std::vector<Contest> make_contests(const BenchOptions& options, const Peers& peers,
                                   const Placement& placement) {
  std::vector<Contest> contests;
  const auto add = [&](const std::string& room, auto&& make) {
    if (!wants(options, room)) return;
    for (Contest& contest : make()) contests.push_back(std::move(contest));
  };
  add("ring", [&] { return ring_contests(peers, placement, options.lines); });
  add("node", [&] { return node_contests(peers, options.lines); });
  add("many", [&] { return many_contests(peers, options.seconds); });
  add("commit", [&] { return commit_contests(peers, options.lines); });
  return contests;
}

std::string build(const Peers& peers) {
  bench::ProgressLine line(0);
  line.show(monotonic_ns(), "Building what is measured; the first time takes some minutes");
  return peers.build();
}

void run_entry(Entry& entry) {
  if (!entry.why_not.empty()) return;
  try {
    entry.rounds.push_back(entry.run());
  } catch (const Unmeasured& problem) {
    entry.why_not = problem.what();
  }
}

// Round after round, all take turns.
void run_rounds(std::vector<Contest>& contests, int rounds) {
  bench::ProgressLine line(0);
  for (int round = 1; round <= rounds; ++round) {
    for (Contest& contest : contests) {
      for (Entry& entry : contest.entries) {
        line.show(monotonic_ns(),
                  fmt::format("Round {} of {}. {}: {}", round, rounds, contest.title, entry.name));
        run_entry(entry);
      }
    }
  }
}

// Something may be missing here; where all is, nothing was measured.
bool measured_anything(const std::vector<Contest>& contests) {
  return std::any_of(contests.begin(), contests.end(), [](const Contest& contest) {
    return std::any_of(contest.entries.begin(), contest.entries.end(),
                       [](const Entry& entry) { return !entry.rounds.empty(); });
  });
}

int write_files(const BenchOptions& options, const json& results) {
  int code = bench::kExitValid;
  const auto write = [&](const std::string& path, const std::string& text) {
    if (path.empty()) return;
    const std::string problem = bench::write_file(path, text);
    if (problem.empty()) return;
    bench::tell("hearsay bench: {}\n", problem);
    code = bench::kExitRunFailed;
  };
  write(options.json, bench::to_text(results));
  write(options.picture, make_picture(results));
  return code;
}

int measure_all(const BenchOptions& options) {
  if (options.in_front) go_in_front();
  std::signal(SIGPIPE, SIG_IGN);  // a node that ends is noticed when it is written to
  const Peers peers;
  const std::string problem = options.no_build ? "" : build(peers);
  if (!problem.empty()) bench::tell("hearsay bench: {}\n", problem);
  const Placement placement = choose_placement();
  json machine = probe_machine(placement, peers.path("hearsay-peer-ring"));
  machine["in-front"] = options.in_front;
  std::vector<Contest> contests = make_contests(options, peers, placement);
  run_rounds(contests, options.rounds);
  json results = make_results(contests);
  results["machine"] = machine;
  results["rounds"] = options.rounds;
  results["version"] = version();
  const std::string failure =
      bench::print(fmt::format("{}Medians of {}.\n\n{}", describe_machine(machine),
                               bench::count_text(options.rounds, "round"), make_table(results)));
  if (!failure.empty()) bench::tell("hearsay bench: {}\n", failure);
  const int code = write_files(options, results);
  if (!measured_anything(contests)) {
    bench::tell(
        "hearsay bench: nothing was measured: cmake --build {} --target benchmark_peers builds "
        "what "
        "is (as hearsay bench does without --no-build, if it lies in a build folder)\n",
        peers.build_folder());
    return bench::kExitRunFailed;
  }
  return failure.empty() ? code : bench::kExitRunFailed;
}

}  // namespace

int run_bench(const BenchOptions& options) {
  try {
    return measure_all(options);
  } catch (const std::exception& error) {
    bench::tell("hearsay bench: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::measure
