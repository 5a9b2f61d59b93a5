#include "tools/trace/spread.h"

#include <bit>

namespace hearsay::traces {
namespace {

constexpr std::uint32_t kBitsAWord = 64;

}  // namespace

void NodeSet::add(std::uint32_t node) {
  const std::size_t word = node / kBitsAWord;
  if (word >= bits_.size()) bits_.resize(word + 1);
  bits_[word] |= std::uint64_t{1} << (node % kBitsAWord);
}

void NodeSet::remove(std::uint32_t node) {
  if (has(node)) bits_[node / kBitsAWord] &= ~(std::uint64_t{1} << (node % kBitsAWord));
}

bool NodeSet::has(std::uint32_t node) const {
  const std::size_t word = node / kBitsAWord;
  return word < bits_.size() && (bits_[word] >> (node % kBitsAWord) & 1U) != 0;
}

std::size_t NodeSet::size() const {
  std::size_t count = 0;
  for (const std::uint64_t word : bits_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

Spread::Node& Spread::node(std::uint32_t number) {
  if (number >= nodes_.size()) nodes_.resize(number + 1);
  return nodes_[number];
}

const SpreadValue* Spread::find(std::string_view text) const {
  const auto known = by_text_.find(text);
  return known == by_text_.end() ? nullptr : known->second;
}

std::int64_t Spread::count_at(std::uint32_t number) const {
  return number < nodes_.size() ? nodes_[number].count : 0;
}

void Spread::take(const TraceEvent& event) {
  if (event.event == Event::node_started) node(event.node).restarted = event.life > 1;
  if (event.event != Event::value_learned) return;
  Node& learner = node(event.node);
  learner.count = event.number(FieldName::count);
  if (learner.restarted && learner.count == 1) {  // it began from nothing
    for (SpreadValue& value : values_) value.nodes.remove(event.node);
  }
  learner.restarted = false;
  const std::string_view text = event.text(FieldName::value);
  const auto known = by_text_.find(text);
  if (known != by_text_.end()) {
    learn(*known->second, event);
    return;
  }
  SpreadValue& value = values_.emplace_back();
  value.text = text;
  value.first_ns = value.last_ns = event.time_ns;
  value.origin = value.last_node = event.node;
  by_text_.emplace(value.text, &value);
  learn(value, event);
}

void Spread::learn(SpreadValue& value, const TraceEvent& event) {
  const bool from_client = event.text(FieldName::way) == "client";
  const bool begins = from_client && (!value.from_client || value.origin == event.node);
  value.nodes.add(event.node);
  if (begins && event.life <= 1) {
    value.from_client = true;
    value.origin = event.node;
    value.first_ns = event.time_ns;
  }
  if (event.time_ns >= value.last_ns) {
    value.last_ns = event.time_ns;
    value.last_node = event.node;
  }
}

}  // namespace hearsay::traces
