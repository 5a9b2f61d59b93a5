// A strategy decides who is told what, and when.
//
// It sees the node's values and topology neighbours, is told of news and of its own messages, and
// sends messages. Simple strategies send the type "gossip", whose field "messages" is an array of
// values; the service learns them and reports what was new. Strategies that know values by id have
// types of their own (relay.h, epidemic.h) and handle them themselves.
//
// What a strategy keeps in memory is lost with the worker. What must not be, because losing it
// would cost messages or time, it puts into the journal.
//
// Pure, like a service: all it may use is the Context.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "worker/core/context.h"
#include "worker/core/roster.h"
#include "worker/core/service.h"
#include "worker/gossip/value_limit.h"
#include "worker/gossip/value_set.h"
#include "worker/gossip/value_trace.h"

namespace hearsay::gossip {

inline constexpr std::string_view kGossipType = "gossip";
inline constexpr std::string_view kMessagesField = "messages";

// The messages of strategies that know values by id.
inline constexpr std::string_view kTellType = "gossip-tell";      // values for the relay
inline constexpr std::string_view kSpreadType = "gossip-spread";  // a batch on its way to all
inline constexpr std::string_view kHaveType = "gossip-have";      // what I have; what I miss
inline constexpr std::string_view kFillType = "gossip-fill";      // what you miss

// The kinds of the broadcast service's journal records: its own and those of the strategies. A
// strategy ignores the records of another: a node may be started again with another one.
enum class ServiceChange : std::uint16_t {
  value = 1,  // canonical JSON
  topology,   // the neighbours: a JSON array of names
  identified  // values with ids (value_record.h)
};
enum class StrategyChange : std::uint16_t {
  epoch = 17,  // relay.cpp, these and the following
  owed,
  told,
  flushed,
  echoed,
  hop,
  phase,  // epidemic.cpp, these and the following
  forward,
  forwarded,
  stream_seen,  // streams.cpp
  settled,      // repair.cpp, and the following
  asked,
  joining,
  streams_begun  // relay.cpp: this node's batches are numbered from 1 again
};
inline constexpr std::uint16_t kFirstStrategyChange = 16;

// The payload of `flushed`: what was owed is owed no more.
struct FlushRecord {
  std::uint64_t number;  // of the batch that it became; 0: it went elsewhere
  std::int64_t at_ns;
};

// What a node knows; owned by the broadcast service.
struct Knowledge {
  // Keeps a value; it has yet to be put into the journal. False if it is known already. `travel`:
  // how it came.
  bool learn(core::Context& context, std::string_view value, const Travel& travel);

  ValueLimit limit;  // of values that are taken in
  ValueSet values;
  core::Roster neighbours;  // by the topology; all peers while there is none
};

class Strategy {
 public:
  explicit Strategy(Knowledge& knowledge) : knowledge_(knowledge) {}
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  // As core::Service::on_new_incarnation() and start().
  virtual void on_new_incarnation(core::Context& /*context*/) {}
  virtual void start(core::Context& /*context*/) {}
  virtual void on_timer(core::Context& /*context*/, std::uint32_t /*token*/) {}
  // Values that were new here, which the strategy puts into the journal: those without ids with
  // keep(). `source` is the node or client that they came from.
  virtual void on_news(core::Context& context, std::span<const std::string> values,
                       std::string_view source) = 0;
  // The service has got its topology: this cluster broadcasts.
  virtual void on_topology(core::Context& /*context*/) {}
  // A message of one of the types above but kGossipType. Throws BadRequest.
  virtual void handle(core::Context& context, const protocol::Message& message);

  // As core::Service::replay(): a record of values with ids, and one of the kinds from
  // kFirstStrategyChange on. A strategy without ids keeps the values only.
  virtual void restore(std::string_view record);
  virtual void replay(std::uint16_t /*kind*/, std::string_view /*payload*/) {}
  // As core::Service::snapshot(), the values included.
  virtual void snapshot(const core::Service::ChangeSink& sink) const;

 protected:
  const Knowledge& knowledge() const { return knowledge_; }
  // Puts values into the journal, without ids.
  static void keep(core::Context& context, std::span<const std::string> values);
  // Sends values, given as a JSON array, to a peer: in one message if they fit its line.
  void tell(core::Context& context, std::string_view peer, std::string_view json_array) const;

 private:
  Knowledge& knowledge_;
};

}  // namespace hearsay::gossip
