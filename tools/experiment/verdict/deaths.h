// How workers died and how long their nodes were without one, as far as the nodes' logs tell.
//
// Our nodes say it (events worker_killed, worker_died, worker_ready); of others nothing is known.
// An outage is what worker_ready says it was (a worker that hung was none for longer than it was
// dead), else the time from the log's worker_died to it: what the supervisor sees, whoever killed.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

// A node was without a worker.
struct Outage {
  std::size_t node = 0;
  std::int64_t begin_ns = 0;
  std::optional<std::int64_t> end_ns;  // nothing: to the end, or until the node was started anew
  std::string cause;
};
// So many are kept one by one.
inline constexpr std::size_t kMostOutagesKept = 20'000;

class Deaths {
 public:
  // The nemesis killed this worker.
  void note_nemesis_kill(std::size_t node, std::int64_t pid);
  // The node is new: what was open is forgotten.
  void note_start(std::size_t node);
  // A line that the node wrote to stderr.
  void take_line(std::size_t node, std::string_view line);

  std::int64_t count() const { return count_; }
  // "count"; "by-cause" ("nemesis", "chaos", "took too long": the node's own words; "outside": a
  // signal 9 that none of these sent; else how it ended); "outage-ms" with "median", "maximum",
  // "count", where outages are known.
  nlohmann::json json() const;
  // On the logs' clock, in the order of their beginnings in each log; up to kMostOutagesKept.
  const std::vector<Outage>& outages() const { return outages_; }

 private:
  struct Node {
    std::set<std::int64_t> nemesis_kills;
    std::map<std::int64_t, std::string> killed;  // by the node itself, with its reason
    std::int64_t died_ns = 0;                    // 0: it has a worker
    std::optional<std::size_t> outage;           // of outages_, while it has none
  };
  void end_outage(Node& node, std::int64_t now_ns, std::int64_t outage_ns);
  std::string cause_of(Node& node, std::int64_t pid, const std::string& end);

  std::map<std::size_t, Node> nodes_;
  std::int64_t count_ = 0;
  std::map<std::string, std::int64_t> by_cause_;
  std::vector<std::int64_t> outages_us_;
  std::vector<Outage> outages_;
};

}  // namespace hearsay::bench
