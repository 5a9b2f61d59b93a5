// Which values a node knows, by who first took them: (origin, incarnation, sequence).
//
// A node that takes a value from a client gives it the next number of its own sequence; a node
// restarted from nothing is another source, with an incarnation of its own. For each source the log
// knows up to which number it has everything: all these together are the version vector (Parker et
// al., Detection of Mutual Inconsistency in Distributed Systems, 1983), and what a peer lacks is
// exact and cheap to say. The log also keeps the values in the order in which they came here.
//
// Nodes are numbered by their rank in the cluster (core::Roster::rank). A value costs 20 bytes
// here, a source 32 more. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "common/base/growing_array.h"
#include "worker/gossip/position_list.h"

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
  std::uint32_t value;    // its number (ValueSet)
};

class ValueLog {
 public:
  ValueLog();

  // Of one source, by the order in which sources were first heard of.
  struct Known {
    // Of number 1, 2, ... without a gap.
    [[no_unique_address]] PositionList positions;
    std::uint32_t rank = 0;
    std::uint64_t incarnation = 0;

    Source source() const { return {rank, incarnation}; }
  };
  static_assert(sizeof(Known) == 24);

  // False when the id is known already. Constant time but for ids that come far out of order.
  bool add(const LogEntry& entry) { return add(number_of(entry.id.source), entry); }
  // The same, with the number that its source has (source_number).
  bool add(std::uint32_t source_number, const LogEntry& entry);
  // The number of the source, from now on.
  std::uint32_t number_of(const Source& source);
  bool contains(const ValueId& id) const;

  std::uint32_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  // By the order in which they came, from 0.
  LogEntry operator[](std::uint32_t position) const;
  std::optional<std::uint32_t> position(const ValueId& id) const;
  // When the latest was learned; 0 while there is none.
  std::int64_t last_taken_ns() const { return empty() ? 0 : taken_ns(entries_[size() - 1]); }

  // All numbers of the source up to this one are known.
  std::uint32_t complete_up_to(const Source& source) const;
  // The same for all sources: the version vector, in the order of the sources.
  std::uint32_t source_count() const { return static_cast<std::uint32_t>(sources_.size()); }
  const Known& source_at(std::uint32_t place) const { return sources_[order()[place].number]; }
  // The place of the first source that is not before this one.
  std::uint32_t first_place(const Source& source) const;
  // The sources are numbered in the order in which they were first heard of.
  const Known& source(std::uint32_t number) const { return sources_[number]; }
  std::optional<std::uint32_t> source_number(const Source& source) const;
  std::uint32_t number_at(std::uint32_t position) const { return entries_[position].source; }
  // The number of the value at a position.
  std::uint32_t value_at(std::uint32_t position) const;

  // What is known behind a gap, with its position.
  const std::map<ValueId, std::uint32_t>& early() const { return early_; }
  // Whether some number is missing before one that is known, of any source or of one.
  bool has_gaps() const { return !early_.empty(); }
  bool has_gap(const Source& source) const;

  // Depends on which ids are known and on nothing else: two nodes with the same number of values
  // and the same fingerprint know the same.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  // As small as it can be: there is one for each value.
  struct Entry {
    std::uint32_t taken_low;
    std::uint32_t taken_high;
    std::uint32_t source;  // its number
    std::uint32_t sequence;
  };
  static_assert(sizeof(Entry) == 16);

  // From this position on values follow each other, beginning with this one. Ids and values both
  // come one by one: until a value comes without an id, or under a second one, they keep step.
  struct Step {
    std::uint32_t position;
    std::uint32_t value;
  };

  static std::int64_t taken_ns(const Entry& entry) {
    return static_cast<std::int64_t>(std::uint64_t{entry.taken_high} << 32 | entry.taken_low);
  }
  // A source's number. Its rank stands here too, so that a search need not look at other sources.
  struct Place {
    std::uint32_t rank;
    std::uint32_t number;
  };

  bool is_before(const Place& place, const Source& source) const {
    return place.rank != source.rank ? place.rank < source.rank
                                     : sources_[place.number].incarnation < source.incarnation;
  }
  using Order = GrowingArray<Place, std::uint32_t>;

  // So many may wait at least.
  static constexpr std::size_t kMostFresh = 64;

  // All sources, sorted.
  const Order& order() const {
    if (!fresh_.empty()) sort_in();
    return order_;
  }
  void sort_in() const;
  // Among the first of those that are sorted.
  std::uint32_t first_sorted(const Source& source, std::uint32_t end) const;
  void mix_in(const ValueId& id);
  void close_gap(Known& known);

  GrowingArray<Entry, std::uint32_t> entries_;
  GrowingArray<Step, std::uint32_t> steps_;  // behind {0, 0}
  std::vector<Known> sources_;
  // By source. Many that came one by one would each move those behind it: the latest wait until
  // they are some more, or somebody asks for a place.
  mutable Order order_;
  mutable std::map<Source, std::uint32_t> fresh_;
  std::uint64_t fingerprint_ = 0;
  struct Salt {
    Source source;
    std::uint64_t value;
  };
  Salt salt_;                               // of the source of the latest value
  std::map<ValueId, std::uint32_t> early_;  // ids behind a gap, with their positions
};

}  // namespace hearsay::gossip
