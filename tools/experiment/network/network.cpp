#include "tools/experiment/network/network.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/check.h"
#include "common/base/units.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kShownNameBytes = 100;

}  // namespace

Network::Network(EventHeap& heap, NodePort& port, const NetworkOptions& options, std::uint64_t seed)
    : heap_(heap),
      port_(port),
      options_(options),
      latency_random_(seed, "latency"),
      lateness_(options.lateness, seed),
      wire_(options.wire, seed) {}

void Network::add_node(const std::string& name) {
  HEARSAY_CHECK(nodes_.size() == node_count_, "nodes come before services");
  Endpoint endpoint;
  endpoint.node = node_count_++;
  endpoints_.emplace(name, endpoint);
  nodes_.emplace_back().name = name;
  traffic_.add_node();
}

void Network::add_service(const std::string& name, ServicePort& service) {
  Endpoint endpoint;
  endpoint.node = nodes_.size();
  endpoints_.emplace(name, endpoint);
  Node& member = nodes_.emplace_back();
  member.name = name;
  member.service = &service;
  traffic_.add_service();
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
  refusal.reason = fmt::format("unknown {} \"{}\"", is_source ? "source" : "destination",
                               printable(name.substr(0, kShownNameBytes)));
  const auto found = endpoints_.find(name);
  if (found == endpoints_.end()) return refusal;
  const auto& gave_up_ns = found->second.gave_up_ns;
  if (is_source || !gave_up_ns) {
    refusal.reason +=
        ": this client has all its answers and has gone (a second answer to one request?)";
    return refusal;
  }
  refusal.kind = Refusal::Kind::late_reply;
  refusal.late_ns = now_ns - *gave_up_ns;
  refusal.reason =
      fmt::format("a late reply to \"{}\": this client gave up waiting {} ms earlier and has gone",
                  name, refusal.late_ns / kNsPerMs);
  return refusal;
}

std::optional<Refusal> Network::send(std::int64_t now_ns, std::string_view src,
                                     std::string_view dest, std::string_view body,
                                     std::string_view type) {
  const std::uint64_t id = next_message_id_++;
  const auto source = endpoints_.find(src);
  if (source == endpoints_.end() || source->second.gone) return refuse(now_ns, true, src);
  const auto target = endpoints_.find(dest);
  if (target == endpoints_.end() || target->second.gone) return refuse(now_ns, false, dest);

  const bool from_node = source->second.node != kClient;
  if (from_node && target->second.node != kClient && waiting_bytes_ > options_.most_waiting_bytes) {
    return refuse_flood(dest);
  }
  const bool between_nodes = from_node && target->second.node != kClient;
  ++(between_nodes ? server_messages_ : client_messages_).sent;
  if (between_nodes) nodes_[source->second.node].last_sent_ns = now_ns;
  traffic_.count(now_ns, source->second.node, target->second.node, type,
                 Traffic::line_bytes(src, dest, body));
  const bool to_client = target->second.node == kClient;
  Envelope envelope{now_ns, id, source->second.node, {}};
  if (log_ != nullptr && between_nodes) {
    envelope.log_number = log_->sent(now_ns, source->second.node, target->second.node, type, body);
  } else if (log_ != nullptr && !to_client && !is_service(target->second.node)) {
    log_->request(now_ns, target->second.node, body);
  }
  if (!to_client || log_sent_ || log_received_) {
    fmt::format_to(std::back_inserter(envelope.line),
                   R"({{"id":{},"src":"{}","dest":"{}","body":{}}})"
                   "\n",
                   id, src, dest, body);
  }
  if (log_sent_) log_sent_(now_ns, envelope.line);
  if (to_client) {
    if (log_received_) log_received_(now_ns, envelope.line);
    if (target->second.client->receive(now_ns, src, body)) ++client_messages_.received;
    return std::nullopt;
  }
  waiting_bytes_ += static_cast<std::int64_t>(envelope.line.size());
  if (between_nodes) {
    set_off(now_ns, target->second.node, std::move(envelope));
  } else {
    enqueue(now_ns, target->second.node, std::move(envelope));
  }
  return std::nullopt;
}

Passage Network::draw_passage() {
  Passage passage;
  passage.lost = wire_.loses();
  if (passage.lost) return passage;
  if (wire_.duplicates()) {
    passage.copy_latency_ms = draw_latency_ms(options_.latency, wire_.copy_random());
  }
  passage.latency_ms = draw_latency_ms(options_.latency, latency_random_);
  passage.delay_ms = wire_.draw_delay_ms();
  return passage;
}

void Network::set_off(std::int64_t now_ns, std::size_t dest, Envelope envelope) {
  if (is_service(dest) || is_service(envelope.src)) {
    envelope.due_ns += draw_latency_ms(options_.latency, latency_random_) * kNsPerMs;
    enqueue(now_ns, dest, std::move(envelope));
    return;
  }
  if (options_.carried_elsewhere && nodes_[dest].down) {  // nothing becomes of it there
    lose(now_ns, Fault::kill, envelope);
    return;
  }
  const Passage passage =
      options_.carried_elsewhere ? port_.carry(envelope.src, dest) : draw_passage();
  if (passage.lost) {
    lose(now_ns, Fault::loss, envelope);
    return;
  }
  if (passage.copy_latency_ms) {
    ++hits_[index_of(Fault::duplicate)];
    if (log_ != nullptr) log_->duplicated(*envelope.log_number);
    Envelope copy = envelope;
    waiting_bytes_ += static_cast<std::int64_t>(copy.line.size());
    copy.due_ns += *passage.copy_latency_ms * kNsPerMs;
    enqueue(now_ns, dest, std::move(copy));
  }
  envelope.due_ns += passage.latency_ms * kNsPerMs;
  if (passage.delay_ms == 0) {
    enqueue(now_ns, dest, std::move(envelope));
    return;
  }
  ++hits_[index_of(Fault::reorder)];
  envelope.due_ns += passage.delay_ms * kNsPerMs;
  heap_.at(now_ns + passage.delay_ms * kNsPerMs,
           [this, dest, deaths = nodes_[dest].deaths,
            delayed = std::move(envelope)](std::int64_t later_ns) {
             if (nodes_[dest].deaths == deaths) {
               enqueue(later_ns, dest, delayed);
             } else {
               lose(later_ns, Fault::kill, delayed);
             }
           });
}

void Network::enqueue(std::int64_t now_ns, std::size_t dest, Envelope envelope) {
  Node& node = nodes_[dest];
  if (node.down) {
    lose(now_ns, Fault::kill, envelope);
    return;
  }
  if (!options_.head_of_line_blocking && envelope.due_ns > now_ns) {
    envelope.due_ns = lateness_.wake_ns(now_ns, envelope.due_ns);
  }
  node.queue.push_back(std::move(envelope));
  std::push_heap(node.queue.begin(), node.queue.end(), later);
  take_next(now_ns, dest);
}

void Network::cut(Fault fault, Grudge grudge) {
  HEARSAY_CHECK(fault == Fault::partition || fault == Fault::one_way, "other faults don't cut");
  (fault == Fault::partition ? partition_ : one_way_) = std::move(grudge);
  if (faults_changed_) faults_changed_();
}

void Network::turn(Fault fault, bool on) {
  wire_.turn(fault, on);
  if (faults_changed_) faults_changed_();
}

bool Network::is_deaf(std::size_t to, std::size_t from) const {
  const auto hears_not = [&](const Grudge& grudge) { return !grudge.empty() && grudge[to][from]; };
  return hears_not(partition_) || hears_not(one_way_);
}

void Network::take_down(std::int64_t now_ns, std::size_t number) {
  Node& node = nodes_[number];
  node.down = true;
  ++node.deaths;
  for (const Envelope& envelope : node.queue) lose(now_ns, Fault::kill, envelope);
  node.queue.clear();
  node.taker = Taker::idle;
  node.alarm_ns.reset();
}

std::int64_t Network::lost() const {
  return hit_by(Fault::partition) + hit_by(Fault::one_way) + hit_by(Fault::loss) +
         hit_by(Fault::kill);
}

Refusal Network::refuse_flood(std::string_view dest) const {
  Refusal refusal;
  refusal.kind = Refusal::Kind::too_much;
  refusal.reason = fmt::format(
      "a message to \"{}\" while {} bytes wait on the way to nodes: they are sent faster "
      "than they are read",
      dest, waiting_bytes_);
  return refusal;
}

void Network::lose(std::int64_t now_ns, Fault fault, const Envelope& envelope) {
  waiting_bytes_ -= static_cast<std::int64_t>(envelope.line.size());
  if (envelope.src == kClient) return;
  ++hits_[index_of(fault)];
  if (envelope.log_number) log_->lost(now_ns, *envelope.log_number, fault);
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

bool Network::is_cut_off(std::int64_t now_ns, std::size_t dest, const Envelope& envelope) {
  if (envelope.src == kClient || is_service(envelope.src) || is_service(dest)) return false;
  if (!is_deaf(dest, envelope.src)) return false;
  const bool by_partition = !partition_.empty() && partition_[dest][envelope.src];
  lose(now_ns, by_partition ? Fault::partition : Fault::one_way, envelope);
  return true;
}

bool Network::hand_over(std::int64_t now_ns, std::size_t number, const Envelope& envelope) {
  waiting_bytes_ -= static_cast<std::int64_t>(envelope.line.size());
  ++(envelope.src == kClient ? client_messages_ : server_messages_).received;
  if (log_received_) log_received_(now_ns, envelope.line);
  if (envelope.log_number) log_->arrived(now_ns, *envelope.log_number);
  Node& node = nodes_[number];
  if (node.service != nullptr) {
    serve(now_ns, number, envelope.line);
    node.taker = Taker::idle;
    return true;
  }
  const bool is_there = options_.carried_elsewhere && envelope.src < node_count_;
  node.taker = Taker::handing_over;
  if (!is_there && !port_.deliver(now_ns, number, envelope.line)) return false;
  node.taker = Taker::idle;
  return true;
}

// Whoever it speaks to may have gone; nobody is told.
void Network::serve(std::int64_t now_ns, std::size_t number, std::string_view line) {
  auto reply = nodes_[number].service->handle(line);
  if (!reply) return;
  heap_.at(now_ns, [this, number, reply = std::move(*reply)](std::int64_t later_ns) {
    send(later_ns, nodes_[number].name, reply.dest, reply.body, reply.type);
  });
}

void Network::take_next(std::int64_t now_ns, std::size_t number) {
  if (!options_.head_of_line_blocking) {
    take_due(now_ns, number);
    return;
  }
  Node& node = nodes_[number];
  while (node.taker == Taker::idle && !node.queue.empty()) {
    Envelope envelope = pop(node);
    if (is_cut_off(now_ns, number, envelope)) continue;
    // It does not sleep for less.
    if (envelope.due_ns - now_ns < kNsPerMs) {
      hand_over(now_ns, number, envelope);
      continue;
    }
    node.taker = Taker::holding;
    const std::int64_t wake_ns = lateness_.wake_ns(now_ns, envelope.due_ns);
    heap_.at(wake_ns, [this, number, deaths = node.deaths,
                       held = std::move(envelope)](std::int64_t later_ns) {
      if (nodes_[number].deaths != deaths) {
        lose(later_ns, Fault::kill, held);
      } else if (hand_over(later_ns, number, held)) {
        take_next(later_ns, number);
      }
    });
  }
}

void Network::take_due(std::int64_t now_ns, std::size_t number) {
  Node& node = nodes_[number];
  while (node.taker == Taker::idle && !node.queue.empty() && node.queue.front().due_ns <= now_ns) {
    const Envelope envelope = pop(node);
    if (!is_cut_off(now_ns, number, envelope)) hand_over(now_ns, number, envelope);
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
