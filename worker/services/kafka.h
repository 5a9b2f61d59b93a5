// kafka (challenge 5, https://fly.io/dist-sys/5a/): logs to which any node appends, committed
// offsets of those who read them.
//
// Each log has an owner, the node with the highest hash of its own name and the log's (rendezvous
// hashing: Thaler and Ravishankar, Using Name-Based Mappings to Increase Hit Rates, 1998). Only the
// owner gives offsets; another node asks it (log_asks.h). Messages, and committed offsets, of which
// the largest counts, spread to all as gossip::Replica does it, in the order in which they were
// given; so every node has the beginning of each log, without gaps, and answers polls from that.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/options/service_options.h"
#include "worker/core/service.h"
#include "worker/gossip/replica.h"
#include "worker/gossip/value_limit.h"
#include "worker/services/log_asks.h"

namespace hearsay::services {

// A log is in memory as a whole, from its beginning: none can get so far. What names an offset
// beyond is nonsense, on all nodes alike; so whatever one takes, the others take from it.
inline constexpr std::int64_t kMostOffset = std::int64_t{1} << 32;

// A place in a log; or, at kCommitted, how far its readers are.
struct LogPlace {
  static constexpr std::int64_t kCommitted = -1;

  std::string log;
  std::int64_t offset;
  auto operator<=>(const LogPlace&) const = default;
};

struct LogItem {
  std::string message;     // JSON
  gossip::Source asker;    // the node that asked for it,
  std::uint64_t number;    // and which of its asks that was; 0: the owner's own client did
  std::int64_t committed;  // at kCommitted, where the others are nothing
};

// What is replicated; see gossip::Replica.
struct LogsKind {
  using Key = LogPlace;
  using Value = LogItem;
  // In their order, which is that of the offsets.
  static constexpr bool kEntriesStandAlone = true;

  // An offset is given once. Should an owner have lost its state, the copies still become equal.
  static bool newer(const Value& a, const Value& b);
  static void write(std::string& json, const Key& place, const Value& item);
  static std::pair<Key, Value> read(std::string_view json, std::size_t nodes);
  void took(const Key& place, const Value* before, const Value& now);

  struct Log {
    std::int64_t end = 0;                              // the next offset
    std::map<gossip::Source, std::uint64_t> appended;  // the last ask of each node
  };
  struct Arrival {
    gossip::Source asker;
    std::uint64_t number;
    std::int64_t offset;
  };
  std::map<std::string, Log, std::less<>> logs;
  std::vector<Arrival> arrivals;  // of what was asked for, in this step
};

class Kafka final : public core::Service {
 public:
  explicit Kafka(const GossipOptions& gossip);

  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_new_incarnation(core::Context& context) override;
  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void snapshot(const ChangeSink& sink) const override;
  std::uint64_t snapshot_bytes() const override;

 private:
  void send(core::Context& context, const protocol::Message& message);
  void append_for_a_peer(core::Context& context, const protocol::Message& message);
  void poll(core::Context& context, const protocol::Message& message);
  void commit_offsets(core::Context& context, const protocol::Message& message);
  void list_committed_offsets(core::Context& context, const protocol::Message& message);

  // An owner from nothing, or of a new incarnation, may have given offsets that others know: first
  // it asks them, for kLongestAskNs at most.
  void look_around(core::Context& context);
  void begin(core::Context& context);
  // Whether the log has no room for so many messages.
  bool is_full(const std::string& log, std::size_t messages = 1) const;
  std::int64_t append(core::Context& context, const std::string& log, std::string message,
                      const gossip::Source& asker, std::uint64_t number);
  // Messages of the log from `offset` on, as JSON; `room` is what an answer still takes.
  std::string messages_from(const std::string& log, std::int64_t offset, std::size_t& room) const;
  // Ends a step: answers what has arrived, sends what is due.
  void finish(core::Context& context);

  gossip::ValueLimit limit_;
  LogsKind kind_;
  gossip::Replica<LogsKind> copy_;
  std::optional<std::int64_t> began_ns_;  // this incarnation
  bool knows_ends_ = false;               // of its logs
  LogAsks asks_;
};

}  // namespace hearsay::services
