// What a test does on purpose to the lines of other nodes, before they reach an attached one: they
// are lost, late, there twice, or not heard at all.
//
// What becomes of each is a function of the conditions and of the line's number among those of its
// sender (passage_of), so the bench, which hears the lines too, knows it. A cut counts at the
// moment at which a line would arrive. Time is an argument. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tools/bus/bounded_queue.h"
#include "tools/cluster/conditions.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::cluster {

class NetworkFaults {
 public:
  using Deliver = std::function<void(const std::string& line)>;

  // `limit`: of what is on its way; more is dropped. The heap outlives it.
  NetworkFaults(std::string node, bench::EventHeap& heap, bus::QueueLimit limit, Deliver deliver);

  // Lines that are on their way stay so.
  void set(Conditions conditions);
  const Conditions& conditions() const { return conditions_; }

  // Each line of another node has one, whatever will become of it. Nothing: it is no node's.
  std::optional<std::uint64_t> take_number(std::string_view sender);
  void take(std::int64_t now_ns, std::string_view sender, std::optional<std::uint64_t> number,
            const std::string& line);
  // The node is dead, and what was on its way to it goes with it.
  void forget_underway();

  // Of this run, by what was done: "cut", "loss", "duplicate", "reorder".
  const std::map<std::string, std::uint64_t>& hits() const { return hits_; }
  // Lines for which there was no room.
  std::uint64_t dropped() const { return dropped_; }

 private:
  void send(std::int64_t now_ns, std::int64_t delay_ms, std::string_view sender,
            const std::string& line);
  void arrive(std::string_view sender, const std::string& line);

  std::string node_;
  bench::EventHeap& heap_;
  bus::QueueLimit limit_;
  Deliver deliver_;
  Conditions conditions_;
  std::map<std::string, std::uint64_t, std::less<>> numbers_;  // of the next line, by sender
  std::map<std::string, std::uint64_t> hits_;
  bus::QueueLimit underway_{0, 0};
  std::uint64_t lives_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace hearsay::cluster
