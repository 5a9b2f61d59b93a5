#include "tools/cluster/status_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/initiation.h"
#include "tools/cluster/watch.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::cluster {
namespace {

struct Status {
  std::string server;
  std::optional<Roster> roster;
  std::map<std::string, Seen> seen;
  std::vector<std::string> missing;  // of the roster
  std::int64_t now_ns = 0;

  bool is_good() const {
    return roster && missing.empty() && std::all_of(seen.begin(), seen.end(), [](const auto& each) {
             return each.second.presence.state == name_of(Initiation::State::ready);
           });
  }
};

Status look_around(const ClusterOptions& options) {
  Watch watch(options.bus, name_for_command(options.bus));
  Status status;
  status.server = watch.bus().server();
  status.roster = watch.ask_for_roster();
  const std::int64_t deadline_ns =
      monotonic_ns() + static_cast<std::int64_t>(options.wait_s * kNsPerSecond);
  // Without a roster nobody knows for whom to wait.
  watch.look(deadline_ns, [&] {
    status.seen = watch.seen();
    if (status.roster) status.missing = watch.missing(status.roster->nodes);
    return status.roster && status.missing.empty();
  });
  status.now_ns = monotonic_ns();
  return status;
}

double seen_ms(const Status& status, const Seen& seen) {
  return static_cast<double>(status.now_ns - seen.at_ns) / kNsPerMs;
}

nlohmann::json to_json(const Status& status, const std::string& cluster) {
  nlohmann::json nodes = nlohmann::json::object();
  for (const auto& [name, seen] : status.seen) {
    nodes[name] = to_json(seen.presence);
    nodes[name]["seen-ms"] = seen_ms(status, seen);
  }
  return {{"cluster", cluster},
          {"server", status.server},
          {"good", status.is_good()},
          {"roster", status.roster ? nlohmann::json(status.roster->nodes) : nlohmann::json()},
          {"missing", status.missing},
          {"nodes", nodes}};
}

std::string row(const Status& status, const Seen& seen) {
  const Presence& node = seen.presence;
  std::string drops;
  for (const auto& [kind, count] : node.dropped) drops += fmt::format(" {} {}", count, kind);
  // Whoever is on the bus may have written it: it is one line.
  return bench::printable(fmt::format(
             "{:<8} {:<8} {:<16} {:>8} {:>8} {:>7.0f} {:>7.0f} {:>10} {:>10}  {} on {}{}",
             node.node, node.state, node.program, node.node_pid,
             fmt::format("{:.0f} ms", seen_ms(status, seen)), node.in_per_s, node.out_per_s,
             node.lines_in, node.lines_out, node.version, node.host,
             drops.empty() ? "" : "; dropped:" + drops)) +
         "\n";
}

std::string to_table(const Status& status, const std::string& cluster) {
  std::string text = fmt::format("Cluster {} on {}: ", cluster, status.server);
  if (status.seen.empty()) {
    return text + "nobody is there (hearsay attach --name NAME brings a node)\n";
  }
  text += status.roster ? fmt::format("{} of {} nodes are there\n",
                                      status.roster->nodes.size() - status.missing.size(),
                                      status.roster->nodes.size())
                        : fmt::format("{} nodes wait for hearsay cluster up\n", status.seen.size());
  text += fmt::format("{:<8} {:<8} {:<16} {:>8} {:>8} {:>7} {:>7} {:>10} {:>10}  {}\n", "node",
                      "state", "program", "process", "seen", "in/s", "out/s", "lines in",
                      "lines out", "version");
  for (const auto& [name, seen] : status.seen) text += row(status, seen);
  for (const std::string& name : status.missing) text += fmt::format("{:<8} missing\n", name);
  return text;
}

}  // namespace

int run_status(const ClusterOptions& options) {
  try {
    const Status status = look_around(options);
    const std::string text = options.json ? to_json(status, options.bus.cluster).dump(2) + "\n"
                                          : to_table(status, options.bus.cluster);
    const std::string problem = bench::print(text);
    if (!problem.empty()) bench::tell("hearsay cluster status: stdout: {}\n", problem);
    return status.is_good() && problem.empty() ? kExitGood : kExitFailed;
  } catch (const std::exception& error) {
    bench::tell("hearsay cluster status: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
