// What the strategies that know values by id share: the node's place in the cluster, its log of
// values, and how both come back from the journal.
//
// Everything learned here is in the journal when the step commits. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worker/core/context.h"
#include "worker/gossip/strategy.h"
#include "worker/gossip/value_log.h"
#include "worker/gossip/value_record.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {

// How long the values may be that a message repeats although nobody asked.
inline constexpr std::uint64_t kRepeatedBytes = 4'096;

class Ledger {
 public:
  explicit Ledger(Knowledge& knowledge) : knowledge_(knowledge) {}

  const ValueLog& log() const { return log_; }
  const ValueSet& values() const { return knowledge_.values; }
  const ValueLimit& limit() const { return knowledge_.limit; }

  // Gives values that the service has just learned from a client the node's next ids. Returns their
  // positions in the log. `fate` stands in the journal with them.
  std::vector<std::uint32_t> add_own(core::Context& context, std::span<const std::string> values,
                                     Fate fate);
  // Learns what a peer says; returns the positions of what was new.
  std::vector<std::uint32_t> learn(core::Context& context, const std::vector<Arrival>& arrivals,
                                   const Travel& travel, Fate fate = Fate::none);

  // How long the text of the value at a position is.
  std::uint64_t bytes_of_value(std::uint32_t position) const {
    return values().bytes(log_.value_at(position));
  }

  // The latest values, as far as they were learned after `since_ns`, but no more than so many and
  // so long: their positions, latest first.
  std::vector<std::uint32_t> learned_since(std::int64_t since_ns, std::size_t most,
                                           std::uint64_t most_bytes) const;

  // A record of the journal (value_record.h).
  Fate restore(std::string_view record);
  // All values, also those without ids.
  void snapshot(const core::Service::ChangeSink& sink) const;

  // When the latest value was learned; nothing while there is none.
  std::optional<std::int64_t> last_news_ns() const;

 private:
  // Adds an entry to the log and to the record. `text`: of its value, if that is new.
  void add(ValueRecord& record, const LogEntry& entry, std::optional<std::string_view> text);

  Knowledge& knowledge_;
  ValueLog log_;
};

// The positions in order, in pieces whose values are not longer than one message should be. A value
// that is, is a piece of its own.
std::vector<std::vector<std::uint32_t>> pieces_of(const Ledger& ledger,
                                                  const std::vector<std::uint32_t>& positions);

// This node's rank, and the name of another.
std::uint32_t own_rank(const core::Context& context);
std::uint32_t node_count(const core::Context& context);
std::string_view name_of(const core::Context& context, std::uint32_t rank);
// The rank of the peer that sent the message; BadRequest if it is no node.
std::uint32_t sender_rank(const core::Context& context, const protocol::Message& message);
Source own_source(const core::Context& context);
// This node's time as it goes into messages, in microseconds; at least 1.
std::uint64_t time_us(const core::Context& context);

}  // namespace hearsay::gossip
