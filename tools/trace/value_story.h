// What the trace says about one value: who learned it when and by which way, which messages carried
// it, which of them were lost. Two passes over the trace. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/trace/deliveries.h"
#include "tools/trace/run_reader.h"
#include "tools/trace/spread.h"

namespace hearsay::traces {

struct Learned {
  std::uint32_t node;
  std::uint32_t life;
  std::int64_t position;
  std::int64_t time_ns;
  std::string way;
  std::string peer;
  std::string batch;
  std::string request;                    // the client's
  std::optional<std::int64_t> on_way_ns;  // since its message was sent
  std::optional<std::int64_t> asked_ns;   // the node's last question for what it lacked: when
  std::string asked_peer;
};

struct Carried {
  std::uint64_t id;
  std::uint32_t from;
  std::string to;
  std::int64_t position;
  std::int64_t sent_ns;
  std::string way;
  std::string batch;
  std::int64_t count;                       // of values in it
  std::optional<std::int64_t> received_ns;  // nothing: lost, or on its way
};

class ValueStory {
 public:
  // `value` as the trace writes it.
  ValueStory(const RunReader& run, std::string value);

  const std::string& value() const { return value_; }
  const std::vector<std::string>& nodes() const { return trace_.nodes(); }
  // In the order of time.
  const std::vector<Learned>& learned() const { return learned_; }
  const std::vector<Carried>& carried() const { return carried_; }
  // Nodes whose logs tell of values, being of level debug, and whether one has it at the end.
  const std::set<std::uint32_t>& telling() const { return telling_; }
  bool has(std::uint32_t node) const;
  const LevelSeen& level() const { return level_; }
  std::int64_t end_ns() const { return end_ns_; }
  // Whether a message is longer than what the trace lists of it: it may have carried the value
  // unseen.
  bool lists_are_cut() const { return lists_are_cut_; }
  std::optional<std::int64_t> learned_ns(std::uint32_t node) const;

 private:
  struct Asked {
    std::int64_t time_ns;
    std::string peer;
  };

  void find_batches(const RunReader& run);
  void take(const TraceEvent& event);
  void take_learned(const TraceEvent& event);
  void take_sent(const TraceEvent& event, const Delivery& delivery);
  void take_received(const TraceEvent& event, const Delivery* delivery);
  void take_back(const TraceEvent& recovered);

  std::string value_;
  MergedTrace trace_;
  Deliveries deliveries_;
  std::set<std::string, std::less<>> batches_;  // that brought it to someone
  std::vector<Learned> learned_;
  std::vector<Carried> carried_;
  std::map<std::uint64_t, std::size_t> by_id_;
  std::map<std::uint32_t, Asked> asked_;
  std::set<std::uint32_t> telling_;
  Spread spread_;
  LevelSeen level_;
  std::map<std::uint32_t, std::string> requests_;  // that each node's step at hand takes up
  std::int64_t end_ns_ = 0;
  bool lists_are_cut_ = false;
};

}  // namespace hearsay::traces
