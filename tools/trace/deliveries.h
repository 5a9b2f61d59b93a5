// Which values_sent is which values_received: messages with values on their way between nodes.
//
// A batch is known by its name, other messages by their values; of two alike the first that was
// sent arrives first. A step that was not committed was never sent: what a new worker runs again is
// taken back (undone), at the receiver too (reopened). Memory holds what is on its way or lost. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/trace/trace_event.h"

namespace hearsay::traces {

struct Delivery {
  std::uint64_t id = 0;
  std::uint32_t from = 0;
  std::int64_t position = 0;  // of the step that sent it
  std::int64_t sent_ns = 0;
};

// What a message with values is known by, at both of its ends.
std::string delivery_key(std::string_view from, std::string_view to, const TraceEvent& event);

class Deliveries {
 public:
  // Every event. A values_sent begins a delivery, a values_received ends one; null for others, and
  // for one that nobody sent as far as the trace knows. Lives until the next call.
  const Delivery* take(const TraceEvent& event);
  // By the last event, which was a worker_recovered.
  const std::vector<std::uint64_t>& undone() const { return undone_; }
  const std::vector<std::uint64_t>& reopened() const { return reopened_; }

 private:
  struct Received {
    std::int64_t position;
    std::string key;
    Delivery delivery;
  };
  struct Sent {
    std::int64_t position;
    std::string key;
    std::uint64_t id;
  };
  struct Node {
    std::deque<Received> received;  // the latest ones
    std::deque<Sent> sent;
  };

  Node& node(std::uint32_t number);
  void go_back(const TraceEvent& recovered);

  std::unordered_map<std::string, std::deque<Delivery>> open_;
  std::vector<Node> by_node_;
  std::vector<std::uint64_t> undone_;
  std::vector<std::uint64_t> reopened_;
  Delivery latest_;
  std::uint64_t next_id_ = 1;
};

}  // namespace hearsay::traces
