#include "worker/gossip/value_log.h"

#include "worker/core/random.h"

namespace hearsay::gossip {
namespace {

// A sum of mixed ids does not depend on their order.
std::uint64_t mix(const ValueId& id) {
  core::Random by_source(id.source.incarnation, id.source.rank);
  return core::Random(by_source.next(), id.sequence).next();
}

}  // namespace

bool ValueLog::add(const LogEntry& entry) {
  Known& known = sources_[entry.id.source];
  const std::uint32_t sequence = entry.id.sequence;
  const std::uint32_t position = size();
  if (sequence <= known.positions.size()) return false;
  if (sequence == known.positions.size() + 1) {
    known.positions.push_back(position);
    auto next = early_.lower_bound({entry.id.source, sequence + 1});
    while (next != early_.end() &&
           next->first ==
               ValueId{entry.id.source, static_cast<std::uint32_t>(known.positions.size() + 1)}) {
      known.positions.push_back(next->second);
      next = early_.erase(next);
    }
  } else if (!early_.emplace(entry.id, position).second) {
    return false;
  }
  entries_.push_back(entry);
  fingerprint_ += mix(entry.id);
  return true;
}

std::optional<std::uint32_t> ValueLog::position(const ValueId& id) const {
  const auto source = sources_.find(id.source);
  if (source == sources_.end() || id.sequence == 0) return std::nullopt;
  const Known& known = source->second;
  if (id.sequence <= known.positions.size()) return known.positions[id.sequence - 1];
  const auto early = early_.find(id);
  if (early == early_.end()) return std::nullopt;
  return early->second;
}

bool ValueLog::contains(const ValueId& id) const {
  return position(id).has_value();
}

bool ValueLog::has_gap(const Source& source) const {
  const auto early = early_.lower_bound({source, 0});
  return early != early_.end() && early->first.source == source;
}

std::uint32_t ValueLog::complete_up_to(const Source& source) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return 0;
  return static_cast<std::uint32_t>(found->second.positions.size());
}

}  // namespace hearsay::gossip
