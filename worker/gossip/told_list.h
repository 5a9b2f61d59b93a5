// What a node has told the relay and has not seen come back, by position in the log, and what of it
// is due first.
//
// Everything costs logarithmic time: while the relay is silent this may be all that a node knows.
// Not thread-safe; pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hearsay::gossip {

struct Told {
  std::uint32_t position;
  std::int64_t sent_ns;
  std::int64_t due_ns;  // by then it should have come back
  int tries;
  int probes;           // how often it was told again to see whether the relay is there
  bool missed = false;  // it was told again because a batch of the relay came without it
};

class ToldList {
 public:
  // In place of what there is of the same position.
  void put(const Told& told) {
    forget(told.position);
    by_position_.emplace(told.position, told);
    by_due_.emplace(told.due_ns, told.position);
  }

  // False if it was not there.
  bool forget(std::uint32_t position) {
    const auto found = by_position_.find(position);
    if (found == by_position_.end()) return false;
    by_due_.erase({found->second.due_ns, position});
    by_position_.erase(found);
    return true;
  }

  const Told* find(std::uint32_t position) const {
    const auto found = by_position_.find(position);
    return found == by_position_.end() ? nullptr : &found->second;
  }
  bool empty() const { return by_position_.empty(); }
  std::optional<std::int64_t> next_due_ns() const {
    if (by_due_.empty()) return std::nullopt;
    return by_due_.begin()->first;
  }

  // In the order of their positions.
  template <typename Each>
  void for_each(const Each& each) const {
    for (const auto& [position, told] : by_position_) each(told);
  }

  // Copies, in the order of their positions.
  std::vector<Told> all() const {
    std::vector<Told> found;
    found.reserve(by_position_.size());
    for (const auto& [position, told] : by_position_) found.push_back(told);
    return found;
  }
  std::vector<Told> due_at(std::int64_t now_ns) const {
    std::vector<Told> found;
    for (const auto& [due_ns, position] : by_due_) {
      if (due_ns > now_ns) break;
      found.push_back(by_position_.at(position));
    }
    std::sort(found.begin(), found.end(),
              [](const Told& a, const Told& b) { return a.position < b.position; });
    return found;
  }

  void clear() {
    by_position_.clear();
    by_due_.clear();
  }

 private:
  std::map<std::uint32_t, Told> by_position_;
  std::set<std::pair<std::int64_t, std::uint32_t>> by_due_;
};

}  // namespace hearsay::gossip
