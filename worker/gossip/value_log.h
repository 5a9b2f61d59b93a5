// Which values a node knows, by who first took them: (origin, incarnation, sequence).
//
// A node that takes a value from a client gives it the next number of its own sequence; a node
// restarted from nothing is another source, with an incarnation of its own. For each source the log
// knows up to which number it has everything: all these together are the version vector (Parker et
// al., Detection of Mutual Inconsistency in Distributed Systems, 1983), and what a peer lacks is
// exact and cheap to say. The log also keeps the values in the order in which they came here.
//
// Nodes are numbered by their rank in the cluster (core::Roster::rank). Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

struct Source {
  std::uint32_t rank;
  std::uint64_t incarnation;
  auto operator<=>(const Source&) const = default;
};

struct ValueId {
  Source source;
  std::uint32_t sequence;  // from 1
  auto operator<=>(const ValueId&) const = default;
};

struct LogEntry {
  ValueId id;
  std::int64_t taken_ns;  // when this node learned it, on its clock
  ValueSet::Place place;
};

class ValueLog {
 public:
  // False when the id is known already. Constant time but for ids that come far out of order.
  bool add(const LogEntry& entry);
  bool contains(const ValueId& id) const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  // By the order in which they came, from 0.
  const LogEntry& operator[](std::uint32_t position) const { return entries_[position]; }
  std::optional<std::uint32_t> position(const ValueId& id) const;

  // All numbers of the source up to this one are known.
  std::uint32_t complete_up_to(const Source& source) const;
  // The same for all sources: the version vector.
  struct Known {
    std::vector<std::uint32_t> positions;  // of number 1, 2, ... without a gap
  };
  const std::map<Source, Known>& sources() const { return sources_; }

  // What is known behind a gap, with its position.
  const std::map<ValueId, std::uint32_t>& early() const { return early_; }
  // Whether some number is missing before one that is known, of any source or of one.
  bool has_gaps() const { return !early_.empty(); }
  bool has_gap(const Source& source) const;

  // Depends on which ids are known and on nothing else: two nodes with the same number of values
  // and the same fingerprint know the same.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<LogEntry> entries_;
  std::map<Source, Known> sources_;
  std::uint64_t fingerprint_ = 0;
  std::map<ValueId, std::uint32_t> early_;  // ids behind a gap, with their positions
};

}  // namespace hearsay::gossip
