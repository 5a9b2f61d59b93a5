#include "tools/bench/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "common/base/check.h"
#include "common/base/clock.h"

namespace hearsay::bench {

Network::Network(EventHeap& heap, NodePort& port, const NetworkOptions& options, std::uint64_t seed)
    : heap_(heap), port_(port), options_(options), random_(seed, "latency") {}

void Network::add_node(const std::string& name) {
  Endpoint endpoint;
  endpoint.node = nodes_.size();
  endpoints_.emplace(name, endpoint);
  nodes_.emplace_back().name = name;
  traffic_.add_node();
}

std::string Network::add_client(ClientPort& client) {
  std::string name = fmt::format("c{}", next_client_++);
  Endpoint endpoint;
  endpoint.node = kClient;
  endpoint.client = &client;
  endpoints_.emplace(name, endpoint);
  return name;
}

void Network::remove_client(const std::string& name, std::optional<std::int64_t> gave_up_ns) {
  Endpoint& endpoint = endpoints_.find(name)->second;
  endpoint.client = nullptr;
  endpoint.gone = true;
  endpoint.gave_up_ns = gave_up_ns;
}

Refusal Network::refuse(std::int64_t now_ns, bool is_source, std::string_view name) const {
  Refusal refusal;
  refusal.kind = is_source ? Refusal::Kind::unknown_source : Refusal::Kind::unknown_destination;
  refusal.reason = fmt::format("unknown {} \"{}\"", is_source ? "source" : "destination", name);
  const auto found = endpoints_.find(name);
  if (found == endpoints_.end()) return refusal;
  const auto& gave_up_ns = found->second.gave_up_ns;
  if (is_source || !gave_up_ns) {
    refusal.reason += ": this client has all its answers and has gone";
    return refusal;
  }
  refusal.kind = Refusal::Kind::late_reply;
  refusal.late_ns = now_ns - *gave_up_ns;
  refusal.reason =
      fmt::format("a late reply to \"{}\": this client gave up waiting {} ms earlier and has gone",
                  name, refusal.late_ns / kNsPerMs);
  return refusal;
}

std::int64_t Network::draw_latency_ms() {
  const std::int64_t mean = options_.latency_ms;
  if (mean == 0) return 0;
  switch (options_.distribution) {
    case LatencyDistribution::constant:
      return mean;
    case LatencyDistribution::uniform:
      return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * mean)));
    case LatencyDistribution::exponential:
      return static_cast<std::int64_t>(-static_cast<double>(mean) * std::log1p(-random_.unit()));
  }
  return mean;
}

std::optional<Refusal> Network::send(std::int64_t now_ns, std::string_view src,
                                     std::string_view dest, std::string_view body,
                                     std::string_view type) {
  const std::uint64_t id = next_message_id_++;
  const auto source = endpoints_.find(src);
  if (source == endpoints_.end() || source->second.gone) return refuse(now_ns, true, src);
  const auto target = endpoints_.find(dest);
  if (target == endpoints_.end() || target->second.gone) return refuse(now_ns, false, dest);

  const bool between_nodes = source->second.node != kClient && target->second.node != kClient;
  ++(between_nodes ? server_messages_ : client_messages_).sent;
  traffic_.count(now_ns, source->second.node, target->second.node, type,
                 Traffic::line_bytes(src, dest, body));
  if (target->second.node == kClient) {
    if (target->second.client->receive(now_ns, src, body)) ++client_messages_.received;
    return std::nullopt;
  }

  Envelope envelope{now_ns, id, source->second.node, {}};
  if (between_nodes) envelope.due_ns += draw_latency_ms() * kNsPerMs;
  fmt::format_to(std::back_inserter(envelope.line),
                 R"({{"id":{},"src":"{}","dest":"{}","body":{}}})"
                 "\n",
                 id, src, dest, body);
  const std::size_t number = target->second.node;
  Node& node = nodes_[number];
  node.queue.push_back(std::move(envelope));
  std::push_heap(node.queue.begin(), node.queue.end(), later);
  take_next(now_ns, number);
  return std::nullopt;
}

void Network::node_ready(std::int64_t now_ns, std::size_t node) {
  HEARSAY_CHECK(nodes_[node].taker == Taker::handing_over, "node_ready without a delivery");
  nodes_[node].taker = Taker::idle;
  take_next(now_ns, node);
}

Network::Envelope Network::pop(Node& node) {
  std::pop_heap(node.queue.begin(), node.queue.end(), later);
  Envelope envelope = std::move(node.queue.back());
  node.queue.pop_back();
  return envelope;
}

bool Network::drops(std::size_t dest, std::size_t src) {
  if (grudge_.empty() || src == kClient || !grudge_[dest][src]) return false;
  ++dropped_;
  return true;
}

bool Network::hand_over(std::int64_t now_ns, std::size_t number, const Envelope& envelope) {
  ++(envelope.src == kClient ? client_messages_ : server_messages_).received;
  Node& node = nodes_[number];
  node.taker = Taker::handing_over;
  if (!port_.deliver(now_ns, number, envelope.line)) return false;
  node.taker = Taker::idle;
  return true;
}

void Network::take_next(std::int64_t now_ns, std::size_t number) {
  if (!options_.head_of_line_blocking) {
    take_due(now_ns, number);
    return;
  }
  Node& node = nodes_[number];
  while (node.taker == Taker::idle && !node.queue.empty()) {
    Envelope envelope = pop(node);
    if (drops(number, envelope.src)) continue;
    const std::int64_t hold_ms = (envelope.due_ns - now_ns) / kNsPerMs;
    if (hold_ms <= 0) {
      hand_over(now_ns, number, envelope);
      continue;
    }
    node.taker = Taker::holding;
    heap_.at(now_ns + hold_ms * kNsPerMs,
             [this, number, held = std::move(envelope)](std::int64_t later_ns) {
               if (hand_over(later_ns, number, held)) take_next(later_ns, number);
             });
  }
}

void Network::take_due(std::int64_t now_ns, std::size_t number) {
  Node& node = nodes_[number];
  while (node.taker == Taker::idle && !node.queue.empty() && node.queue.front().due_ns <= now_ns) {
    const Envelope envelope = pop(node);
    if (!drops(number, envelope.src)) hand_over(now_ns, number, envelope);
  }
  if (node.taker != Taker::idle || node.queue.empty()) return;
  const std::int64_t due_ns = node.queue.front().due_ns;
  if (node.alarm_ns && *node.alarm_ns <= due_ns) return;
  node.alarm_ns = due_ns;
  heap_.at(due_ns, [this, number, due_ns](std::int64_t later_ns) {
    if (nodes_[number].alarm_ns == due_ns) nodes_[number].alarm_ns.reset();
    take_due(later_ns, number);
  });
}

}  // namespace hearsay::bench
