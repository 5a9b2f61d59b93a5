#include "tools/cluster/status_command.h"

#include <fmt/core.h>

#include <exception>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/initiation.h"
#include "tools/cluster/watch.h"
#include "tools/console/count_text.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::cluster {
namespace {

constexpr std::int64_t kLongestMs = 1'000'000'000'000;  // some 30 years
// When all of the cluster's nodes are there: for others, of whom nobody knows.
constexpr std::int64_t kOthersNs = 100 * kNsPerMs;

std::vector<std::string> names_with(const std::map<std::string, Seen>& seen,
                                    const std::function<bool(const Presence&)>& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, each] : seen) {
    if (wanted(each.presence)) names.push_back(name);
  }
  return names;
}

bool is_in(const Presence& node, Initiation::State state) {
  return node.state == name_of(state);
}

struct Status {
  std::string server;
  std::optional<Roster> roster;
  std::map<std::string, Seen> seen;
  std::vector<std::string> missing;  // of the roster
  std::int64_t now_ns = 0;

  // Of the missing ones: who heard it last, and when. Who is not there was not heard by anybody.
  struct Heard {
    std::string by;
    std::int64_t at_ns;
  };
  std::map<std::string, Heard> last_heard;

  // Of the roster, those that are there and not ready.
  std::vector<std::string> not_ready() const {
    return names_with(seen, [this](const Presence& node) {
      return roster->has(node.node) && !is_in(node, Initiation::State::ready);
    });
  }
  // Attached, and none of the roster.
  std::vector<std::string> others() const {
    return names_with(seen, [this](const Presence& node) { return !roster->has(node.node); });
  }
  bool is_good() const { return roster && missing.empty() && not_ready().empty(); }
};

// On a terminal.
class Patience {
 public:
  void show(const Status& status) {
    const std::int64_t now_ns = monotonic_ns();
    if (!line_.is_due(now_ns)) return;
    line_.show(now_ns, "waiting for " + (status.missing.empty() ? "whoever is there"
                                                                : in_words(status.missing)));
  }

 private:
  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
};

// Those that are there are asked about the missing ones: each once, for a hail goes to all of them.
void ask_about_missing(Watch& watch, Status& status, std::int64_t deadline_ns, Patience& patience) {
  watch.seek(status.missing);
  std::set<std::string> answered;
  watch.look(deadline_ns, [&] {
    patience.show(status);
    for (const auto& [name, each] : watch.seen()) {
      if (each.presence.heard_ms.empty() || !answered.insert(name).second) continue;
      for (const auto& [missing, ms] : each.presence.heard_ms) {
        if (ms < 0 || ms > kLongestMs) continue;  // never; or a stranger says what can't be
        const Status::Heard heard{name, each.at_ns - ms * kNsPerMs};
        const auto [last, is_new] = status.last_heard.try_emplace(missing, heard);
        if (heard.at_ns > last->second.at_ns) last->second = heard;
      }
    }
    return answered.size() >= watch.seen().size();
  });
  status.seen = watch.seen();
  status.missing = watch.missing(status.roster->nodes);
}

Status look_around(const ClusterOptions& options) {
  Watch watch(options.bus, name_for_command(options.bus));
  Patience patience;
  Status status;
  status.server = watch.bus().server();
  status.roster = watch.ask_for_roster();
  const auto wait_ns = static_cast<std::int64_t>(options.wait_s * kNsPerSecond);
  std::optional<std::int64_t> all_there_ns;
  // Without a roster nobody knows for whom to wait.
  watch.look(monotonic_ns() + wait_ns, [&] {
    patience.show(status);
    status.seen = watch.seen();
    if (status.roster) status.missing = watch.missing(status.roster->nodes);
    if (!status.roster || !status.missing.empty()) return false;
    if (!all_there_ns) all_there_ns = monotonic_ns();
    return monotonic_ns() >= *all_there_ns + kOthersNs;
  });
  if (!status.missing.empty()) {
    ask_about_missing(watch, status, monotonic_ns() + wait_ns, patience);
  }
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
  nlohmann::json heard = nlohmann::json::object();
  for (const std::string& name : status.missing) {
    const auto last = status.last_heard.find(name);
    if (last == status.last_heard.end()) continue;
    heard[name] = {{"by", last->second.by},
                   {"ms", (status.now_ns - last->second.at_ns) / kNsPerMs}};
  }
  return {{"cluster", cluster},
          {"server", status.server},
          {"good", status.is_good()},
          {"roster", status.roster ? nlohmann::json(status.roster->nodes) : nlohmann::json()},
          {"missing", status.missing},
          {"others", status.roster ? status.others() : std::vector<std::string>()},
          {"last-heard", heard},
          {"nodes", nodes}};
}

std::string row(const Status& status, const Seen& seen) {
  const Presence& node = seen.presence;
  std::string drops;
  for (const auto& [kind, count] : node.dropped) drops += fmt::format(" {} {}", count, kind);
  // Whoever is on the bus may have written it: it is one line.
  return bench::printable(fmt::format(
             "{:<8} {:<8} {:<16} {:>8} {:>8} {:>7.0f} {:>7.0f} {:>10} {:>10}  {} on {}{}{}",
             node.node, node.state, node.program, node.node_pid,
             fmt::format("{:.0f} ms", seen_ms(status, seen)), node.in_per_s, node.out_per_s,
             node.lines_in, node.lines_out, node.version, node.host,
             node.network.empty() ? "" : "; network: " + node.network,
             drops.empty() ? "" : "; dropped:" + drops)) +
         "\n";
}

std::string row_of_missing(const Status& status, const std::string& name) {
  const auto last = status.last_heard.find(name);
  if (last == status.last_heard.end()) {
    return fmt::format("{:<8} missing; none that is there has had a line of it\n",
                       bench::printable(name));
  }
  const Status::Heard& heard = last->second;
  return fmt::format("{:<8} missing; {} had the last line of it {:.1f} s ago\n",
                     bench::printable(name), bench::printable(heard.by),
                     static_cast<double>(status.now_ns - heard.at_ns) / kNsPerSecond);
}

std::string are(const std::vector<std::string>& names) {
  return in_words(names) + (names.size() == 1 ? " is" : " are");
}

// Of a cluster that is up.
std::string words_about_members(const Status& status) {
  const std::size_t count = status.roster->nodes.size();
  std::string text = fmt::format("{} of {} nodes are there", count - status.missing.size(), count);
  if (const auto names = status.not_ready(); !names.empty()) {
    text += ", " + are(names) + " not ready";
  }
  if (status.is_good()) text += ", all are ready";
  if (const auto names = status.others(); !names.empty()) {
    text += "; " + are(names) + " attached, and none of them";
  }
  return text;
}

// Of nodes that nobody has told of a cluster.
std::string words_about_strangers(const Status& status) {
  const auto waits = [](const Presence& node) { return is_in(node, Initiation::State::waiting); };
  const auto waiting = names_with(status.seen, waits);
  const auto tested = names_with(status.seen, std::not_fn(waits));
  std::string text = bench::count_text(static_cast<std::int64_t>(status.seen.size()), "node");
  if (!tested.empty()) {
    text += fmt::format(", {}of a test that runs or ran: attach them anew for something else",
                        waiting.empty() ? "" : are(tested) + " ");
  }
  if (!waiting.empty()) {
    text += fmt::format("{} wait{} for hearsay cluster up",
                        tested.empty() ? ", which" : "; " + in_words(waiting),
                        waiting.size() == 1 ? "s" : "");
  }
  return text;
}

std::string to_table(const Status& status, const std::string& cluster) {
  std::string text = fmt::format("Cluster {} on {}: ", cluster, status.server);
  if (status.seen.empty()) {
    return text + "nobody is there (hearsay attach --name NAME brings a node)\n";
  }
  text += (status.roster ? words_about_members(status) : words_about_strangers(status)) + "\n";
  text += fmt::format("{:<8} {:<8} {:<16} {:>8} {:>8} {:>7} {:>7} {:>10} {:>10}  {}\n", "node",
                      "state", "program", "process", "seen", "in/s", "out/s", "lines in",
                      "lines out", "version");
  for (const auto& [name, seen] : status.seen) text += row(status, seen);
  for (const std::string& name : status.missing) text += row_of_missing(status, name);
  return text;
}

}  // namespace

int run_status(const ClusterOptions& options) {
  try {
    const Status status = look_around(options);
    const std::string text = options.json
                                 ? bench::printable_json(to_json(status, options.bus.cluster), 2)
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
