#include "tools/bench/node_contests.h"

#include <memory>

#include "tools/bench/node_load.h"

namespace hearsay::measure {
namespace {

constexpr const char* kDom = "C++, documents, a flush a line";
constexpr const char* kSax = "C++, SAX, large reads and writes";
constexpr const char* kGo = "Go, as Maelstrom's library";

// Slow ones get fewer lines: it is lines a second that count.
constexpr std::int64_t kSlower = 8;
constexpr std::int64_t kFewerBroadcasts = 20;
constexpr std::int64_t kFewerRoundTrips = 200;

using Command = std::function<std::vector<std::string>()>;

struct Contestant {
  const char* name;
  bool fast;
  Command command;
};

std::vector<Contestant> contestants(const Peers& peers) {
  const auto program = [&](const char* name) -> Command {
    return [&peers, name] { return peers.command(name); };
  };
  return {{kOurs, true, program("hearsay-node")},
          {kSax, true, program("hearsay-peer-sax")},
          {kDom, false, program("hearsay-peer-dom")},
          {kGo, false, program("hearsay-peer-go")},
          {"Node.js", false, [&] { return peers.script("node", "hearsay-peer.js"); }},
          {"Python", false, [&] { return peers.script("python3", "hearsay-peer.py"); }}};
}

Contest make_contest(const Peers& peers, const std::string& title, Load (*make)(std::int64_t),
                     std::int64_t lines, std::int64_t slow_lines, std::int64_t round_trips) {
  Contest contest{
      "node",
      title,
      {{"lines-per-s", "lines/s", 0}, {"cpu-us", "CPU us/line", 2}, {"pss-mb", "PSS MB", 1}},
      {},
      {}};
  const auto fast = std::make_shared<Load>(make(lines));
  const auto slow = std::make_shared<Load>(make(slow_lines));
  fast->round_trips = slow->round_trips = round_trips;
  for (const Contestant& each : contestants(peers)) {
    contest.entries.push_back(
        {each.name, each.name == std::string(kOurs),
         [each, load = each.fast ? fast : slow] { return measure_node(each.command(), *load); }});
  }
  return contest;
}

}  // namespace

std::vector<Contest> node_contests(const Peers& peers, std::int64_t lines) {
  Contest echo = make_contest(peers, "Node: echo", echo_load, lines, lines / kSlower,
                              lines / kFewerRoundTrips + 1);
  echo.columns.push_back({"p50-us", "alone p50 us", 1});
  echo.columns.push_back({"p99-us", "p99 us", 1});
  echo.targets = {{"lines-per-s", kOurs, kDom, true, 5},
                  {"lines-per-s", kOurs, kGo, true, 20},
                  {"lines-per-s", kOurs, kSax, true, 1},
                  {"p50-us", kOurs, kSax, false, 2.5}};
  return {echo, make_contest(peers, "Node: unique ids", unique_ids_load, lines, lines / kSlower, 0),
          make_contest(peers, "Node: broadcast, each hundredth request a read", broadcast_load,
                       lines / kFewerBroadcasts, lines / kFewerBroadcasts, 0)};
}

}  // namespace hearsay::measure
