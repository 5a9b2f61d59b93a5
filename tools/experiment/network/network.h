// Maelstrom's network between nodes and clients: latency, queues, partitions, counts.
//
// Each node has one queue ordered by the moment a message is due, and one taker: it takes the
// earliest message, drops it if a partition stands between, holds it until it is due, hands it
// over, waits until the node's pipe has swallowed it, and only then looks for the next one. While
// it holds, everything that arrives for this node waits behind, clients' requests included
// (head-of-line blocking). How exactly it wakes: tools/experiment/network/lateness.h. Without
// head-of-line blocking each message is handed over when it is due, and what is late may be
// overtaken.
//
// Latency applies between nodes only; what a node sends to a client arrives at once. So do faults:
// cuts (partition, one-way) when the receiver would take the message; loss, duplicates and delays
// (tools/experiment/network/wire.h) when it is sent. A delayed message joins the receiver's queue
// later, or the head-of-line blocking would keep it from being overtaken. What is on its way to a
// node that is down, clients' requests included, is gone.
//
// Services are members too: with latency both ways, a queue and a taker each, and their messages
// count as those between nodes. No fault hits them.
//
// Time is an argument everywhere. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/experiment/network/fault.h"
#include "tools/experiment/network/latency.h"
#include "tools/experiment/network/lateness.h"
#include "tools/experiment/network/message_log.h"
#include "tools/experiment/network/partition.h"
#include "tools/experiment/network/passage.h"
#include "tools/experiment/network/traffic.h"
#include "tools/experiment/network/wire.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/time/random.h"

namespace hearsay::bench {

struct NetworkOptions {
  Latency latency = {};
  bool head_of_line_blocking = true;
  WireOptions wire = {};
  LatenessOptions lateness = {};
  // Nodes are not only here: what they say to each other is on its way already when send() hears of
  // it. It counts, and arrives, without a delivery; what becomes of it the port says.
  bool carried_elsewhere = false;
  // More than this does not wait on the way to nodes: what nodes send then is refused.
  std::int64_t most_waiting_bytes = INT64_MAX;
};

// The way into the nodes: pipes of processes, or the simulator.
class NodePort {
 public:
  virtual ~NodePort() = default;
  // `line` ends with a line feed. False: the node hasn't swallowed it yet; Network::node_ready is
  // called when it has. Sends nothing into the network from inside the call.
  virtual bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) = 0;
  // What becomes, elsewhere, of the message that send() hears of now.
  virtual Passage carry(std::size_t /*from*/, std::size_t /*to*/) { return {}; }
};

// The way into a client.
class ClientPort {
 public:
  virtual ~ClientPort() = default;
  // True if somebody is waiting and takes the message now; an untaken one doesn't count as
  // received.
  virtual bool receive(std::int64_t now_ns, std::string_view src, std::string_view body) = 0;
};

struct ServiceReply {
  std::string dest;
  std::string type;
  std::string body;  // JSON
};

// A member that is no node: it answers what it is handed at once.
class ServicePort {
 public:
  virtual ~ServicePort() = default;
  // `line`: a message of the network. Nothing: it does not answer.
  virtual std::optional<ServiceReply> handle(std::string_view line) = 0;
};

// A message counts as sent once, when it enters the network, whether it will be lost or not; it
// counts as received whenever it arrives.
struct MessageCounts {
  std::int64_t sent = 0;
  std::int64_t received = 0;
};

// Why the network takes no message.
struct Refusal {
  enum class Kind { unknown_source, unknown_destination, late_reply, too_much };
  Kind kind = Kind::unknown_destination;
  std::string reason;  // in words
  // Of a late reply: how long ago its client gave up waiting.
  std::int64_t late_ns = 0;
};

class Network {
 public:
  // The heap and the port outlive the network.
  Network(EventHeap& heap, NodePort& port, const NetworkOptions& options, std::uint64_t seed);

  // Nodes get the numbers 0, 1, ... in the order of their addition.
  void add_node(const std::string& name);
  // Services have the numbers behind the nodes'.
  const std::string& node_name(std::size_t node) const { return nodes_[node].name; }
  std::size_t node_count() const { return node_count_; }
  // When all nodes are there. The service outlives the network's use.
  void add_service(const std::string& name, ServicePort& service);

  // The next free name: c0, c1, ...
  std::string add_client(ClientPort& client);
  // Of a node, a service or a client, also one that has gone.
  bool has_named(std::string_view name) const { return endpoints_.contains(name); }
  // `gave_up_ns`: when it last waited in vain; nothing: it got all its answers.
  void remove_client(const std::string& name, std::optional<std::int64_t> gave_up_ns);

  // Nothing when the message is on its way. `body` is JSON, `type` the body's.
  std::optional<Refusal> send(std::int64_t now_ns, std::string_view src, std::string_view dest,
                              std::string_view body, std::string_view type);

  // Called with each message that is sent, or that arrives, as a line with its line feed.
  using Logger = std::function<void(std::int64_t now_ns, std::string_view line)>;
  void log_sent(Logger logger) { log_sent_ = std::move(logger); }
  void log_received(Logger logger) { log_received_ = std::move(logger); }

  // Told of each message between nodes and services, and of clients' requests to nodes; outlives
  // the network.
  void log_to(MessageLog& log) { log_ = &log; }
  // Null: there is none.
  const MessageLog* log() const { return log_; }

  // The node swallowed the line for which deliver() returned false.
  void node_ready(std::int64_t now_ns, std::size_t node);

  // Who doesn't hear whom, by partition and by one_way. Replaces the fault's last cut; heal takes
  // it away.
  void cut(Fault fault, Grudge grudge);
  void heal(Fault fault) { cut(fault, {}); }
  bool is_deaf(std::size_t to, std::size_t from) const;

  // loss, duplicate and reorder, if they have a probability.
  void turn(Fault fault, bool on);
  // What may happen to messages now.
  WireOptions wire_now() const { return wire_.now(); }

  // Told after each cut and each turn.
  void when_faults_change(std::function<void()> told) { faults_changed_ = std::move(told); }

  // The node is dead: its queue is gone, and so is what will be sent to it until bring_up.
  void take_down(std::int64_t now_ns, std::size_t node);
  void bring_up(std::size_t node) { nodes_[node].down = false; }

  // A client took, from its inbox, messages that receive() had not taken.
  void count_late_receipts(std::int64_t count) { client_messages_.received += count; }

  const MessageCounts& client_messages() const { return client_messages_; }
  const MessageCounts& server_messages() const { return server_messages_; }
  const Traffic& traffic() const { return traffic_; }
  // How many messages between nodes a fault has hit: cut off, sent to a killed node, lost,
  // duplicated, delayed.
  std::int64_t hit_by(Fault fault) const { return hits_[index_of(fault)]; }
  // Those that never arrived.
  std::int64_t lost() const;
  // When the node last sent a node or a service anything; -1: never.
  std::int64_t last_sent_ns(std::size_t node) const { return nodes_[node].last_sent_ns; }

 private:
  struct Envelope {
    std::int64_t due_ns;
    std::uint64_t id;
    std::size_t src;  // a node's number or kClient
    std::string line;
    std::optional<std::uint64_t> log_number = {};  // of those between nodes, if there is a log
  };
  enum class Taker { idle, holding, handing_over };
  struct Node {
    std::string name;
    ServicePort* service = nullptr;  // null: it is a node
    std::vector<Envelope> queue;     // a binary heap, earliest first
    Taker taker = Taker::idle;
    std::optional<std::int64_t> alarm_ns;  // without head-of-line blocking: next look at the queue
    bool down = false;
    std::uint64_t deaths = 0;  // what set off before the last one doesn't arrive
    std::int64_t last_sent_ns = -1;
  };
  struct Endpoint {
    std::size_t node = 0;
    ClientPort* client = nullptr;  // null: a node, or a client that has gone
    bool gone = false;
    std::optional<std::int64_t> gave_up_ns;  // of a client that has gone
  };

  // Names are looked up as they stand in a message.
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };

  static constexpr std::size_t kClient = Traffic::kClient;
  static bool later(const Envelope& a, const Envelope& b) {
    return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.id > b.id;
  }

  Refusal refuse(std::int64_t now_ns, bool is_source, std::string_view name) const;
  Passage draw_passage();
  void set_off(std::int64_t now_ns, std::size_t dest, Envelope envelope);
  bool is_service(std::size_t number) const { return number != kClient && number >= node_count_; }
  void serve(std::int64_t now_ns, std::size_t number, std::string_view line);
  void enqueue(std::int64_t now_ns, std::size_t dest, Envelope envelope);
  void take_next(std::int64_t now_ns, std::size_t number);
  void take_due(std::int64_t now_ns, std::size_t number);
  Envelope pop(Node& node);
  void lose(std::int64_t now_ns, Fault fault, const Envelope& envelope);
  Refusal refuse_flood(std::string_view dest) const;
  bool is_cut_off(std::int64_t now_ns, std::size_t dest, const Envelope& envelope);
  // True when the node swallowed it at once.
  bool hand_over(std::int64_t now_ns, std::size_t number, const Envelope& envelope);

  EventHeap& heap_;
  NodePort& port_;
  NetworkOptions options_;
  Random latency_random_;
  Lateness lateness_;
  Wire wire_;
  std::vector<Node> nodes_;  // and then the services
  std::size_t node_count_ = 0;
  std::unordered_map<std::string, Endpoint, NameHash, std::equal_to<>> endpoints_;
  Grudge partition_;
  Grudge one_way_;
  std::function<void()> faults_changed_;
  std::uint64_t next_message_id_ = 0;
  std::uint64_t next_client_ = 0;
  Traffic traffic_;
  MessageLog* log_ = nullptr;
  Logger log_sent_;
  Logger log_received_;
  std::int64_t waiting_bytes_ = 0;  // of lines that set off and have not arrived
  MessageCounts client_messages_;
  MessageCounts server_messages_;
  std::array<std::int64_t, kFaults.size()> hits_{};
};

}  // namespace hearsay::bench
