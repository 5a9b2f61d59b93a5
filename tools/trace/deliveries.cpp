#include "tools/trace/deliveries.h"

#include <fmt/core.h>

#include <algorithm>

namespace hearsay::traces {
namespace {

// More of a node's inputs are never open: the request ring does not hold them.
constexpr std::size_t kMostRemembered = 10'000;

template <typename Kept>
void remember(std::deque<Kept>& kept, Kept one) {
  kept.push_back(std::move(one));
  if (kept.size() > kMostRemembered) kept.pop_front();
}

}  // namespace

std::string delivery_key(std::string_view from, std::string_view to, const TraceEvent& event) {
  std::string key = fmt::format("{}\n{}\n{}\n", from, to, event.text(FieldName::way));
  if (event.has(FieldName::batch)) return key.append(event.text(FieldName::batch));
  key += fmt::format("{}", event.number(FieldName::count));
  for (const std::string_view value : event.values) key.append("\n").append(value);
  return key;
}

Deliveries::Node& Deliveries::node(std::uint32_t number) {
  if (number >= by_node_.size()) by_node_.resize(number + 1);
  return by_node_[number];
}

const Delivery* Deliveries::take(const TraceEvent& event) {
  undone_.clear();
  reopened_.clear();
  const std::int64_t position = event.position().value_or(0);
  if (event.event == Event::worker_recovered) {
    go_back(event);
  } else if (event.event == Event::node_started) {
    node(event.node) = {};
  } else if (event.event == Event::values_sent) {
    std::string key = delivery_key(event.node_name, event.text(FieldName::peer), event);
    latest_ = {next_id_++, event.node, position, event.time_ns};
    remember(node(event.node).sent, Sent{position, key, latest_.id});
    open_[std::move(key)].push_back(latest_);
    return &latest_;
  } else if (event.event == Event::values_received) {
    std::string key = delivery_key(event.text(FieldName::peer), event.node_name, event);
    const auto sent = open_.find(key);
    if (sent == open_.end()) return nullptr;
    latest_ = sent->second.front();
    sent->second.pop_front();
    if (sent->second.empty()) open_.erase(sent);
    remember(node(event.node).received, Received{position, std::move(key), latest_});
    return &latest_;
  }
  return nullptr;
}

void Deliveries::go_back(const TraceEvent& recovered) {
  const std::int64_t from = recovered.number(FieldName::position);
  Node& worker = node(recovered.node);
  while (!worker.sent.empty() && worker.sent.back().position >= from) {
    const Sent& sent = worker.sent.back();
    undone_.push_back(sent.id);
    const auto alike = open_.find(sent.key);
    if (alike != open_.end()) {
      std::erase_if(alike->second, [&](const Delivery& each) { return each.id == sent.id; });
      if (alike->second.empty()) open_.erase(alike);
    }
    worker.sent.pop_back();
  }
  while (!worker.received.empty() && worker.received.back().position >= from) {
    const Received& received = worker.received.back();
    reopened_.push_back(received.delivery.id);
    open_[received.key].push_front(received.delivery);
    worker.received.pop_back();
  }
}

}  // namespace hearsay::traces
