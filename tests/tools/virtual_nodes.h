// Nodes in virtual time for tests: what arrives is written down, and a function may answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "tools/bench/event_heap.h"
#include "tools/bench/nemesis.h"
#include "tools/bench/network.h"

namespace hearsay::test {

struct Arrival {
  std::int64_t time_ms;
  std::size_t node;
  nlohmann::json message;
};

class VirtualNodes : public bench::NodePort, public bench::WorkerKiller {
 public:
  using Handler = std::function<void(std::int64_t now_ns, const Arrival& arrival)>;

  explicit VirtualNodes(bench::EventHeap& heap) : heap_(heap) {}

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override {
    arrivals.push_back({now_ns / kNsPerMs, node, nlohmann::json::parse(line)});
    if (handler) {
      heap_.at(now_ns, [this, arrival = arrivals.back()](std::int64_t later_ns) {
        handler(later_ns, arrival);
      });
    }
    return swallows;
  }
  std::optional<std::int64_t> kill_worker(std::size_t node) override {
    return static_cast<std::int64_t>(node);
  }

  std::vector<Arrival> arrivals;
  Handler handler;
  bool swallows = true;

 private:
  bench::EventHeap& heap_;
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
