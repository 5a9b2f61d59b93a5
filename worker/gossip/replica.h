// A copy of a state that all nodes have and change, of which each sends the others what is new.
//
// The state is a join semilattice: a map in which the newer of two values of a key counts, on every
// node the same one. So messages may be lost, come twice or in any order; and all copies become
// equal. A message has all entries that changed since what the receiver has confirmed (causal
// delta-intervals: Almeida, Shoker, Baquero, Delta State Replicated Data Types, 2018, Algorithm 2),
// so what changed together is seen together. Of very many the first come first; where entries do
// not stand alone, they are kept (staged) until the last of them has come. To whom, and when:
// replica_peers.h.
//
// `Kind` says what is in the map:
//
//   using Key = ...; using Value = ...;             Key has an order
//   bool newer(const Value& a, const Value& b);     a total order of the values of a key
//   void write(std::string& json, const Key&, const Value&);
//   std::pair<Key, Value> read(std::string_view json, std::size_t nodes);   BadRequest if it is no
//                                                   entry in a cluster of so many nodes
//   static constexpr bool kEntriesStandAlone;       whether they may be seen one after the other
//   void took(const Key&, const Value* before, const Value& now);   now counts; before did, or null
//
// Timers of the service are the replica's. The journal has every change, with its number, and what
// is known of the neighbours: a worker's death costs no message. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/record.h"
#include "common/protocol/array_elements.h"
#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/core/service.h"
#include "worker/gossip/alarm.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/replica_peers.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {

// What stands before an entry in the journal.
struct EntryRecord {
  std::uint64_t number;
  std::uint32_t from;
  std::uint32_t zero;
};
static_assert(sizeof(EntryRecord) == 16);

// Of the entries in one message, where it is cut: far below what a line may have.
inline constexpr std::uint64_t kMostEntryBytes = std::uint64_t{1} << 20;

template <typename Kind>
class Replica {
 public:
  using Key = typename Kind::Key;
  using Value = typename Kind::Value;

  // `kind` outlives the replica. `pace`: as of ReplicaPeers. `max_line_bytes`: as of GossipOptions.
  template <typename Pace>
  Replica(Kind& kind, const Pace& pace, std::uint64_t max_line_bytes)
      : kind_(kind), peers_(pace), most_bytes_(std::min(kMostEntryBytes, max_line_bytes / 2)) {}

  const Value* find(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }

  // A change by this node: the value is newer than the one that is there.
  void put(core::Context& context, const Key& key, const Value& value) {
    peers_.see_cluster(context);
    change(context, key, value, kNobody);
  }
  // Whether all that the neighbours had to bring to this incarnation is here.
  bool has_met_all(const core::Context& context) {
    peers_.see_cluster(context);
    return peers_.has_met_all();
  }
  // After the last put() of a step.
  void tick(core::Context& context);

  // The following as of core::Service. handle() is for messages of kDeltaType.
  void on_new_incarnation(core::Context& context);
  void start(core::Context& context);
  void on_timer(core::Context& context);
  void handle(core::Context& context, const protocol::Message& message);
  void replay(std::uint16_t kind, std::string_view payload);
  void snapshot(const core::Service::ChangeSink& sink) const;
  std::uint64_t snapshot_bytes() const {
    return entries_.size() * (sizeof(EntryRecord) + sizeof(RecordHeader)) + json_bytes_;
  }

 private:
  struct Entry {
    Value value;
    std::uint64_t number = 0;  // of the change that made it so
    std::uint32_t from = kNobody;
    std::uint32_t json_bytes = 0;
  };
  using Entries = std::map<Key, Entry>;
  using Arrivals = std::vector<std::pair<Key, Value>>;

  static constexpr std::uint16_t tag_of(ReplicaChange change) {
    return static_cast<std::uint16_t>(change);
  }
  // Writes the entry's record; the room of what was in `record` is used again.
  void write_record(std::string& record, const Key& key, const Entry& entry) const {
    record.assign(bytes_of(EntryRecord{entry.number, entry.from, 0}));
    kind_.write(record, key, entry.value);
  }

  void change(core::Context& context, const Key& key, const Value& value, std::uint32_t from);
  void take_entry(const Key& key, Entry entry);
  // All that came from the neighbour: its present incarnation does not have it, or ours does not
  // know whether it has.
  void forget_source(std::uint32_t rank);
  std::string staged_record(std::uint32_t from, const Key& key, const Value& value) const {
    std::string record;
    write_record(record, key, {value, 0, from, 0});
    return record;
  }
  std::pair<Key, Value> restore_pair(std::string_view json);
  void stage(core::Context& context, const Key& key, const Value& value, std::uint32_t from);
  void take_staged(const Key& key, const Value& value, std::uint32_t from);
  void unstage(core::Context& context, std::uint32_t from);
  // What the neighbour has brought, once what it says was heard.
  void take_arrivals(core::Context& context, Heard heard, const Arrivals& arrivals,
                     ReplicaPeer& peer, std::uint64_t upto);
  template <typename Pairs>
  bool join(core::Context& context, const Pairs& pairs, std::uint32_t from);
  void send(core::Context& context, std::uint32_t rank);
  // The number of the last change that still fits a message with all after `since`; at least one.
  std::uint64_t reach(std::uint32_t rank, std::uint64_t since) const;
  std::string entries_for(std::uint32_t rank, std::uint64_t since, std::uint64_t upto) const;

  Kind& kind_;
  ReplicaPeers peers_;
  std::uint64_t most_bytes_;
  Alarm alarm_;
  bool started_ = false;
  Entries entries_;
  std::map<std::uint64_t, typename Entries::const_iterator> by_number_;
  std::uint64_t json_bytes_ = 0;                          // of all entries
  std::map<std::uint32_t, std::map<Key, Value>> staged_;  // by the neighbour that brought them
};

template <typename Kind>
void Replica<Kind>::change(core::Context& context, const Key& key, const Value& value,
                           std::uint32_t from) {
  Entry entry{value, peers_.next_number(from), from, 0};
  std::string record;
  write_record(record, key, entry);
  entry.json_bytes = static_cast<std::uint32_t>(record.size() - sizeof(EntryRecord));
  context.change(tag_of(ReplicaChange::entry), record);
  take_entry(key, std::move(entry));
}

template <typename Kind>
void Replica<Kind>::take_entry(const Key& key, Entry entry) {
  const auto [place, fresh] = entries_.try_emplace(key);
  kind_.took(key, fresh ? nullptr : &place->second.value, entry.value);
  if (!fresh) {
    by_number_.erase(place->second.number);
    json_bytes_ -= place->second.json_bytes;
  }
  json_bytes_ += entry.json_bytes;
  place->second = std::move(entry);
  by_number_.emplace_hint(by_number_.end(), place->second.number, place);
}

template <typename Kind>
void Replica<Kind>::forget_source(std::uint32_t rank) {
  for (auto& [key, entry] : entries_) {
    if (entry.from == rank) entry.from = kNobody;
  }
  staged_.erase(rank);
}

template <typename Kind>
void Replica<Kind>::stage(core::Context& context, const Key& key, const Value& value,
                          std::uint32_t from) {
  context.change(tag_of(ReplicaChange::staged), staged_record(from, key, value));
  take_staged(key, value, from);
}

template <typename Kind>
void Replica<Kind>::take_staged(const Key& key, const Value& value, std::uint32_t from) {
  const auto [place, fresh] = staged_[from].try_emplace(key, value);
  if (!fresh && kind_.newer(value, place->second)) place->second = value;
}

template <typename Kind>
void Replica<Kind>::unstage(core::Context& context, std::uint32_t from) {
  if (staged_.erase(from) == 0) return;
  context.change(tag_of(ReplicaChange::unstaged), bytes_of(std::uint64_t{from}));
}

template <typename Kind>
void Replica<Kind>::take_arrivals(core::Context& context, Heard heard, const Arrivals& arrivals,
                                  ReplicaPeer& peer, std::uint64_t upto) {
  if (heard == Heard::nothing) return;
  if (heard == Heard::stage) {
    for (const auto& [key, value] : arrivals) stage(context, key, value, peer.rank);
    return;
  }
  bool changed = false;
  if (heard == Heard::join_with_staged) changed = join(context, staged_[peer.rank], peer.rank);
  changed = join(context, arrivals, peer.rank) || changed;
  if (changed) peers_.brought(context, peer, upto);
  if (peer.received >= peer.staged) unstage(context, peer.rank);
}

template <typename Kind>
template <typename Pairs>
bool Replica<Kind>::join(core::Context& context, const Pairs& pairs, std::uint32_t from) {
  bool changed = false;
  for (const auto& [key, value] : pairs) {
    const Value* known = find(key);
    if (known != nullptr && !kind_.newer(value, *known)) continue;
    change(context, key, value, from);
    changed = true;
  }
  return changed;
}

template <typename Kind>
void Replica<Kind>::start(core::Context& context) {
  peers_.see_cluster(context);
  peers_.resume(context);
  alarm_.start();
  started_ = true;
  tick(context);
}

// All that is here goes to all neighbours, and all that is there comes here.
template <typename Kind>
void Replica<Kind>::on_new_incarnation(core::Context& context) {
  peers_.see_cluster(context);
  for (const ReplicaPeer& peer : peers_.known()) forget_source(peer.rank);
  peers_.meet_anew(context);
}

template <typename Kind>
void Replica<Kind>::on_timer(core::Context& context) {
  alarm_.rang(context);
  tick(context);
}

template <typename Kind>
void Replica<Kind>::handle(core::Context& context, const protocol::Message& message) {
  peers_.see_cluster(context);
  ReplicaPeer& peer = peers_.neighbour(sender_rank(context, message));
  const DeltaHeader header = read_header(message);
  peers_.check(context, peer, header);
  Arrivals arrivals;
  if (header.has_entries()) {
    for (const auto json : read_elements(core::required_field(message, kEntriesField))) {
      arrivals.push_back(kind_.read(json, node_count(context)));
    }
  }
  if (peer.life != header.life) forget_source(peer.rank);
  const Heard heard = peers_.hear(context, peer, header, Kind::kEntriesStandAlone);
  take_arrivals(context, heard, arrivals, peer, header.upto);
  ReplicaPeers::keep(context, peer);
  tick(context);
}

template <typename Kind>
void Replica<Kind>::tick(core::Context& context) {
  if (!started_) return;
  const std::int64_t now_ns = context.now_ns();
  std::int64_t next_ns = peers_.next_due_ns(now_ns);
  if (next_ns <= now_ns) {
    for (const std::uint32_t rank : peers_.due(now_ns)) send(context, rank);
    next_ns = peers_.next_due_ns(now_ns);
  }
  if (next_ns != kNever) alarm_.ring_at(context, next_ns);
}

template <typename Kind>
void Replica<Kind>::send(core::Context& context, std::uint32_t rank) {
  const DeltaHeader header = peers_.compose(context, rank, reach(rank, peers_.there(rank)));
  context.send(name_of(context, rank), kDeltaType, [&](protocol::MessageWriter& body) {
    write_header(body, header);
    if (header.has_entries())
      body.json(kEntriesField, entries_for(rank, header.since, header.upto));
  });
}

template <typename Kind>
std::uint64_t Replica<Kind>::reach(std::uint32_t rank, std::uint64_t since) const {
  std::uint64_t bytes = 0;
  std::uint64_t last = since;
  for (auto at = by_number_.upper_bound(since); at != by_number_.end(); ++at) {
    const Entry& entry = at->second->second;
    if (entry.from != rank) bytes += entry.json_bytes + 1;
    if (bytes > most_bytes_ && last > since) return last;
    last = at->first;
  }
  return peers_.number();
}

template <typename Kind>
std::string Replica<Kind>::entries_for(std::uint32_t rank, std::uint64_t since,
                                       std::uint64_t upto) const {
  std::string json = "[";
  for (auto at = by_number_.upper_bound(since); at != by_number_.end() && at->first <= upto; ++at) {
    const auto& [key, entry] = *at->second;
    if (entry.from == rank) continue;
    if (json.size() > 1) json.push_back(',');
    kind_.write(json, key, entry.value);
  }
  return json.append("]");
}

template <typename Kind>
void Replica<Kind>::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == tag_of(ReplicaChange::peer)) {
    const auto peer = take<ReplicaPeer>(payload);
    if (peers_.restore(peer)) forget_source(peer.rank);
  } else if (kind == tag_of(ReplicaChange::skipped)) {
    peers_.restore_number(take<std::uint64_t>(payload));
  } else if (kind == tag_of(ReplicaChange::unstaged)) {
    staged_.erase(static_cast<std::uint32_t>(take<std::uint64_t>(payload)));
  } else if (kind == tag_of(ReplicaChange::staged)) {
    const auto record = take<EntryRecord>(payload);
    const auto [key, value] = restore_pair(payload);
    take_staged(key, value, record.from);
  } else if (kind == tag_of(ReplicaChange::entry)) {
    const auto record = take<EntryRecord>(payload);
    if (by_number_.contains(record.number)) {
      throw CorruptSegment("two of a replica's entries in the journal have one number");
    }
    auto [key, value] = restore_pair(payload);
    take_entry(key, {std::move(value), record.number, record.from,
                     static_cast<std::uint32_t>(payload.size())});
    peers_.restore_number(record.number);
    if (record.from == kNobody) peers_.restore_own(record.number);
  } else {
    throw CorruptSegment("a replica's journal record is of an unknown kind");
  }
}

template <typename Kind>
auto Replica<Kind>::restore_pair(std::string_view json) -> std::pair<Key, Value> {
  if (!protocol::is_json(json)) {
    throw CorruptSegment("a replica's entry in the journal is unreadable");
  }
  try {
    return kind_.read(json, std::numeric_limits<std::uint32_t>::max());
  } catch (const core::BadRequest& bad) {
    throw CorruptSegment(std::string("a replica's entry in the journal: ") + bad.what());
  }
}

// Neighbours first: another incarnation of one has nothing of what came from it.
template <typename Kind>
void Replica<Kind>::snapshot(const core::Service::ChangeSink& sink) const {
  for (const ReplicaPeer& peer : peers_.known()) sink(tag_of(ReplicaChange::peer), bytes_of(peer));
  std::string record;
  for (const auto& [number, place] : by_number_) {
    write_record(record, place->first, place->second);
    sink(tag_of(ReplicaChange::entry), record);
  }
  for (const auto& [rank, pairs] : staged_) {
    for (const auto& [key, value] : pairs) {
      sink(tag_of(ReplicaChange::staged), staged_record(rank, key, value));
    }
  }
  const std::uint64_t number = peers_.number();
  if (number > 0 && !by_number_.contains(number)) {
    sink(tag_of(ReplicaChange::skipped), bytes_of(number));
  }
}

}  // namespace hearsay::gossip
