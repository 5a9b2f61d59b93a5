// A run at a glance: what `hearsay trace summary` counts. One pass; memory grows with the values
// and the deaths, not with the trace. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/trace/death_causes.h"
#include "tools/trace/run_reader.h"
#include "tools/trace/spread.h"

namespace hearsay::traces {

struct NodeSummary {
  std::int64_t events = 0;
  std::int64_t lives = 0;
  std::int64_t deaths = 0;
  std::int64_t longest_outage_ns = 0;
  std::int64_t lines_read = 0;
  std::int64_t lines_written = 0;
  std::int64_t dropped = 0;
};

// Warnings and errors of one kind at one node.
struct Warning {
  std::int64_t count = 0;
  std::string last;  // in words
};

class Summary {
 public:
  void take(const TraceEvent& event);
  // By type of their body: those that steps which count have sent.
  using ByType = std::map<std::string, std::int64_t, std::less<>>;
  const ByType& answers() const { return answers_; }
  const ByType& messages_between_nodes() const { return between_nodes_; }

  const NodeSummary& node(std::size_t number) const;
  const Spread& spread() const { return spread_; }
  const LevelSeen& level() const { return level_; }
  const ByType& deaths() const { return deaths_; }
  const std::vector<std::int64_t>& outages_ns() const { return outages_ns_; }
  const std::map<std::pair<std::uint32_t, Event>, Warning>& warnings() const { return warnings_; }
  std::int64_t cluster_size() const { return cluster_size_; }
  std::int64_t vocabulary() const { return vocabulary_; }
  std::int64_t events() const { return events_; }
  std::int64_t first_ns() const { return first_ns_; }
  std::int64_t last_ns() const { return last_ns_; }

 private:
  // Sent by a step that may not be committed: a successor runs it again.
  struct Sent {
    std::int64_t position;
    std::int64_t* count;
  };
  struct Node {
    NodeSummary summary;
    std::deque<Sent> open;
  };

  Node& node_of(const TraceEvent& event);
  void take_life(Node& node, const TraceEvent& event);
  void take_message(Node& node, const TraceEvent& event);
  void take_warning(const TraceEvent& event);

  std::vector<Node> nodes_;
  ByType answers_;
  ByType between_nodes_;
  Spread spread_;
  LevelSeen level_;
  DeathCauses causes_;
  ByType deaths_;
  std::vector<std::int64_t> outages_ns_;
  std::map<std::pair<std::uint32_t, Event>, Warning> warnings_;
  std::int64_t cluster_size_ = 0;
  std::int64_t vocabulary_ = 0;
  std::int64_t events_ = 0;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
};

}  // namespace hearsay::traces
