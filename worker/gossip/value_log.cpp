#include "worker/gossip/value_log.h"

#include <algorithm>
#include <ranges>

#include "worker/core/random.h"

namespace hearsay::gossip {
namespace {

std::uint64_t salt_of(const Source& source) {
  return core::Random(source.incarnation, source.rank).next();
}

}  // namespace

ValueLog::ValueLog() : salt_{Source{}, salt_of(Source{})} {}

// A sum of mixed ids does not depend on their order.
void ValueLog::mix_in(const ValueId& id) {
  if (salt_.source != id.source) salt_ = {id.source, salt_of(id.source)};
  fingerprint_ += core::Random(salt_.value, id.sequence).next();
}

std::uint32_t ValueLog::first_sorted(const Source& source, std::uint32_t end) const {
  std::uint32_t first = 0;
  for (std::uint32_t left = end; left > 0;) {
    const std::uint32_t half = left / 2;
    if (is_before(order_[first + half], source)) {
      first += half + 1;
      left -= half + 1;
    } else {
      left = half;
    }
  }
  return first;
}

std::optional<std::uint32_t> ValueLog::source_number(const Source& source) const {
  const std::uint32_t place = first_sorted(source, order_.size());
  if (place < order_.size() && sources_[order_[place].number].source() == source) {
    return order_[place].number;
  }
  const auto found = fresh_.find(source);
  return found == fresh_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t ValueLog::number_of(const Source& source) {
  if (const auto known = source_number(source)) return *known;
  const auto number = static_cast<std::uint32_t>(sources_.size());
  if (fresh_.size() > kMostFresh + order_.size() / 4) sort_in();
  fresh_.emplace(source, number);
  // Twice as much would be most of what a node of many takes.
  if (sources_.size() == sources_.capacity()) sources_.reserve(number + number / 4 + 2);
  sources_.push_back({{}, source.rank, source.incarnation});
  return number;
}

// From the last to the first, each once and in as few moves as there are fresh ones.
void ValueLog::sort_in() const {
  std::uint32_t read = order_.size();
  std::vector<Place> tail;
  tail.reserve(fresh_.size());
  for (const auto& [source, number] : fresh_) tail.push_back({source.rank, number});
  order_.append(tail);
  std::uint32_t write = order_.size();
  for (const auto& [source, number] : std::ranges::reverse_view(fresh_)) {
    const std::uint32_t place = first_sorted(source, read);
    Place* const from = order_.data();
    std::copy_backward(from + place, from + read, from + write);
    write -= read - place;
    read = place;
    order_[--write] = {source.rank, number};
  }
  fresh_.clear();
}

std::uint32_t ValueLog::first_place(const Source& source) const {
  return first_sorted(source, order().size());
}

bool ValueLog::add(std::uint32_t number, const LogEntry& entry) {
  auto& positions = sources_[number].positions;
  const std::uint32_t sequence = entry.id.sequence;
  const std::uint32_t position = size();
  if (sequence <= positions.size()) return false;
  if (sequence == positions.size() + 1) {
    positions.push_back(position);
    if (!early_.empty()) close_gap(sources_[number]);
  } else if (!early_.emplace(entry.id, position).second) {
    return false;
  }
  if (entry.value != value_at(position)) steps_.push_back({position, entry.value});
  const auto taken = static_cast<std::uint64_t>(entry.taken_ns);
  entries_.push_back({static_cast<std::uint32_t>(taken), static_cast<std::uint32_t>(taken >> 32),
                      number, sequence});
  mix_in(entry.id);
  return true;
}

// What was early follows now.
void ValueLog::close_gap(Known& known) {
  const auto follows = [&] { return ValueId{known.source(), known.positions.size() + 1}; };
  for (auto next = early_.find(follows()); next != early_.end() && next->first == follows();) {
    known.positions.push_back(next->second);
    next = early_.erase(next);
  }
}

LogEntry ValueLog::operator[](std::uint32_t position) const {
  const Entry& entry = entries_[position];
  return {{sources_[entry.source].source(), entry.sequence}, taken_ns(entry), value_at(position)};
}

std::uint32_t ValueLog::value_at(std::uint32_t position) const {
  const auto steps = steps_.span();
  if (steps.empty() || position < steps.front().position) return position;
  // Most that are asked for have just come.
  auto step = steps.end() - 1;
  if (position < step->position) {
    step = std::upper_bound(
               steps.begin(), step, position,
               [](std::uint32_t wanted, const Step& other) { return wanted < other.position; }) -
           1;
  }
  return step->value + (position - step->position);
}

std::optional<std::uint32_t> ValueLog::position(const ValueId& id) const {
  const auto number = source_number(id.source);
  if (!number || id.sequence == 0) return std::nullopt;
  const auto& positions = sources_[*number].positions;
  if (id.sequence <= positions.size()) return positions[id.sequence - 1];
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
  const auto number = source_number(source);
  return number ? sources_[*number].positions.size() : 0;
}

}  // namespace hearsay::gossip
