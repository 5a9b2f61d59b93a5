// Nodes in virtual time for tests: what arrives is written down, and a function may answer. A
// paused node answers when it is resumed, a dead one never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::test {

struct Arrival {
  std::int64_t time_ms;
  std::size_t node;
  nlohmann::json message;
};

struct DoneToNode {
  std::int64_t time_ms;
  std::string what;  // "kill", "resume-worker", ...
  std::size_t node;
};

class VirtualNodes : public bench::NodePort, public bench::NodeControl {
 public:
  using Handler = std::function<void(std::int64_t now_ns, const Arrival& arrival)>;

  explicit VirtualNodes(bench::EventHeap& heap) : heap_(heap) {}

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override {
    arrivals.push_back({now_ns / kNsPerMs, node, nlohmann::json::parse(line)});
    if (paused_.count(node) > 0) {
      unread_.push_back(arrivals.back());
    } else if (handler) {
      heap_.at(now_ns, [this, arrival = arrivals.back()](std::int64_t later_ns) {
        handler(later_ns, arrival);
      });
    }
    return swallows;
  }

  // What is done to nodes is written down; the worker of a node has the node's number.
  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "kill-worker", node);
    return static_cast<std::int64_t>(node);
  }
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "pause-worker", node);
    return static_cast<std::int64_t>(node);
  }
  void resume_worker(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "resume-worker", node);
  }
  void kill_node(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "kill", node);
    std::erase_if(unread_, [&](const Arrival& arrival) { return arrival.node == node; });
    paused_.erase(node);
  }
  void start_node(std::int64_t now_ns, std::size_t node) override { note(now_ns, "start", node); }
  void pause_node(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "pause", node);
    paused_.insert(node);
  }
  void resume_node(std::int64_t now_ns, std::size_t node) override {
    note(now_ns, "resume", node);
    paused_.erase(node);
    for (const Arrival& arrival : std::exchange(unread_, {})) {
      if (arrival.node == node) {
        handler(now_ns, arrival);
      } else {
        unread_.push_back(arrival);
      }
    }
  }

  std::vector<Arrival> arrivals;
  std::vector<DoneToNode> done_to_nodes;
  Handler handler;
  bool swallows = true;

 private:
  void note(std::int64_t now_ns, const char* what, std::size_t node) {
    done_to_nodes.push_back({now_ns / kNsPerMs, what, node});
  }

  bench::EventHeap& heap_;
  std::set<std::size_t> paused_;
  std::vector<Arrival> unread_;
};

// Runs the heap in virtual time up to and including `until_ns`, or to its end.
inline std::int64_t run_virtually(bench::EventHeap& heap, std::int64_t until_ns = INT64_MAX) {
  std::int64_t now_ns = 0;
  while (heap.next_due_ns() && *heap.next_due_ns() <= until_ns) {
    now_ns = *heap.next_due_ns();
    heap.run_due(now_ns);
  }
  return now_ns;
}

}  // namespace hearsay::test
