#include "tools/bench/many_contests.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/bench/child.h"
#include "tools/bench/node_load.h"
#include "tools/processes/process_table.h"

namespace hearsay::measure {
namespace {

namespace fs = std::filesystem;

constexpr int kLookEveryMs = 250;
constexpr double kIsIdle = 0.05;  // less is shown as 0.0

// What processes have used so far.
struct Sample {
  std::int64_t at_ns = 0;
  std::size_t processes = 0;
  double cpu_ms = 0;
  double wake_ups = 0;  // a process that goes to sleep is woken up once
};

double wake_ups_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string word; file >> word;) {
    double count = 0;
    if (word == "voluntary_ctxt_switches:" && file >> count) return count;
  }
  return 0;
}

Sample look_at(const std::vector<pid_t>& processes) {
  Sample sample{monotonic_ns(), processes.size(), 0, 0};
  for (const pid_t pid : processes) {
    sample.cpu_ms += static_cast<double>(bench::own_cpu_us(pid)) / 1e3;
    sample.wake_ups += wake_ups_of(pid);
  }
  return sample;
}

Figures between(const Sample& first, const Sample& last, double pss_kb_of_all) {
  const double seconds = static_cast<double>(last.at_ns - first.at_ns) / kNsPerSecond;
  return {{"cpu-ms-per-s", (last.cpu_ms - first.cpu_ms) / seconds},
          {"wake-ups-per-s", (last.wake_ups - first.wake_ups) / seconds},
          {"pss-mb", pss_kb_of_all / 1024 / (static_cast<double>(last.processes) / 2)}};
}

// Waits, but not longer than the program runs.
bool wait_for(const Child& child, int ms) {
  pollfd output{child.output(), 0, 0};  // its end alone
  return ::poll(&output, 1, ms) == 0;
}

// The nodes of a bench: two processes each.
std::vector<pid_t> nodes_below(pid_t bench) {
  std::vector<pid_t> nodes = bench::descendants(bench);
  nodes.erase(std::remove_if(
                  nodes.begin(), nodes.end(),
                  [](pid_t pid) { return !bench::name_of_process(pid).starts_with("hearsay-"); }),
              nodes.end());
  return nodes;
}

double pss_kb_of_all(const std::vector<pid_t>& processes) {
  double sum = 0;
  for (const pid_t pid : processes) sum += own_pss_kb(pid);
  return sum;
}

// A run of `hearsay test`, whose nodes are watched from the first to the last look at all of them.
Figures run_loaded(const Peers& peers, std::size_t count, int seconds) {
  const fs::path store =
      fs::temp_directory_path() / fmt::format("hearsay-bench-store-{}", ::getpid());
  const Child test({peers.path("hearsay"), "test", "-w", "broadcast", "--node-count",
                    std::to_string(count), "--rate", "100", "--latency", "100", "--time-limit",
                    std::to_string(seconds), "--recovery", "1", "--no-page", "--store",
                    store.string()});
  std::optional<Sample> first;
  Sample last;
  double pss_kb = 0;
  while (wait_for(test, kLookEveryMs)) {
    const std::vector<pid_t> nodes = nodes_below(test.pid());
    if (nodes.size() != 2 * count) continue;
    last = look_at(nodes);
    if (!first) first = last;
    // Once: it holds up what it looks at.
    if (pss_kb == 0 && last.at_ns - first->at_ns > kNsPerSecond * seconds / 2) {
      pss_kb = pss_kb_of_all(nodes);
    }
  }
  std::ifstream file(store / "latest" / "results.json");
  const auto results = nlohmann::json::parse(file, nullptr, false);
  std::error_code ignored;
  fs::remove_all(store, ignored);
  if (!first || pss_kb == 0) throw Unmeasured("its nodes were not seen at work");
  if (!results.is_object() || results.at("valid?") != true)
    throw Unmeasured("the run was not valid");
  Figures figures = between(*first, last, pss_kb);
  const auto& latencies = results.at("perf").at("latencies").at("broadcast");
  figures["p50-ms"] = latencies.at("0.5").get<double>();
  figures["p99-ms"] = latencies.at("0.99").get<double>();
  return figures;
}

void initialise(std::vector<std::unique_ptr<Child>>& nodes) {
  nlohmann::json names = nlohmann::json::array();
  for (std::size_t i = 0; i < nodes.size(); ++i) names.push_back(fmt::format("n{}", i));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const nlohmann::json body = {
        {"type", "init"}, {"msg_id", 1}, {"node_id", names[i]}, {"node_ids", names}};
    const nlohmann::json message = {{"src", "c0"}, {"dest", names[i]}, {"body", body}};
    nodes[i]->write(message.dump() + "\n");
    nodes[i]->read_line();
  }
}

// Started, initialised, and nothing to do.
Figures run_idle(const Peers& peers, std::size_t count, int seconds) {
  std::vector<std::unique_ptr<Child>> nodes;
  for (std::size_t i = 0; i < count; ++i) {
    nodes.push_back(std::make_unique<Child>(peers.command("hearsay-node")));
  }
  initialise(nodes);
  ::sleep(2);  // for what goes on at the start
  std::vector<pid_t> processes;
  for (const auto& node : nodes) {
    processes.push_back(node->pid());
    for (const pid_t child : bench::descendants(node->pid())) processes.push_back(child);
  }
  const Sample first = look_at(processes);
  ::sleep(static_cast<unsigned>(seconds));
  const Sample last = look_at(processes);
  Figures figures = between(first, last, pss_kb_of_all(processes));
  for (const auto& node : nodes) node->end();
  return figures;
}

}  // namespace

std::vector<Contest> many_contests(const Peers& peers, int seconds) {
  std::vector<Contest> contests;
  for (const std::size_t count : {25U, 100U}) {
    Contest contest{"many",
                    fmt::format("{} nodes: broadcast, rate 100, latency 100 ms", count),
                    {{"cpu-ms-per-s", "CPU ms/s in all", 1},
                     {"wake-ups-per-s", "wake-ups/s in all", 1},
                     {"pss-mb", "PSS MB/node", 1},
                     {"p50-ms", "broadcast p50 ms", 0},
                     {"p99-ms", "p99 ms", 0}},
                    {},
                    {}};
    contest.entries.push_back({"under load", true, [&peers, count, seconds] {
                                 return run_loaded(peers, count, seconds);
                               }});
    contest.entries.push_back(
        {"idle", true, [&peers, count, seconds] { return run_idle(peers, count, seconds); }});
    contest.targets = {{"cpu-ms-per-s", "idle", "", false, kIsIdle},
                       {"wake-ups-per-s", "idle", "", false, kIsIdle},
                       {"pss-mb", "under load", "", false, 5},
                       {"pss-mb", "idle", "", false, 5}};
    contests.push_back(std::move(contest));
  }
  return contests;
}

}  // namespace hearsay::measure
