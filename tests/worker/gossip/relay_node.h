// One node under the default strategy, whose peers the test plays.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/units.h"
#include "tests/worker/support/core_harness.h"

namespace hearsay::test {

// At a budget of 300 ms and hops of 100.
inline constexpr std::int64_t kPeriodNs = 128 * kNsPerMs;
inline constexpr std::int64_t kMarginNs = kHopNs / 4;
inline constexpr std::int64_t kDeadlineNs = 2 * kHopNs + kPeriodNs + kMarginNs + 30 * kNsPerMs;
// How old a value is when a batch that comes without it shows that it got lost.
inline constexpr std::int64_t kPatienceNs = 2 * kHopNs + kMarginNs;

// A node of four, n0 to n3, with the time in the test's hand.
class RelayNode : public ::testing::Test {
 protected:
  explicit RelayNode(const std::string& self, std::int64_t budget_ms = 300)
      : core_({.strategy = "relay", .latency_budget_ms = budget_ms}), self_(self) {
    core_.initialise({"n0", "n1", "n2", "n3"}, self);
  }

  // Lets the node measure hops of 100 ms, often enough to be sure of them.
  void measure_hop() {
    const std::int64_t sent_us = (core_.now_ns - 2 * kHopNs) / kNsPerUs;
    for (int answer = 0; answer < 20; ++answer)
      hear("n3", fill(Json::array(), {{"echo", sent_us}}));
  }
  static Json fill(const Json& runs, const Json& more = Json::object()) {
    Json body{{"type", "gossip-fill"}, {"epoch", 0}, {"runs", runs}};
    body.update(more);
    return body;
  }

  std::vector<Json> broadcast(const Json& value) {
    return to_nodes(
        core_.send({{"src", "c1"},
                    {"dest", self_},
                    {"body", {{"type", "broadcast"}, {"msg_id", 9}, {"message", value}}}}));
  }
  std::vector<Json> hear(const std::string& peer, const Json& body) {
    return to_nodes(core_.send({{"src", peer}, {"dest", self_}, {"body", body}}));
  }
  // A batch of the relay of the epoch, whose incarnation is 50.
  Json batch(std::uint64_t number, const Json& runs, std::uint64_t epoch = 0) const {
    return {{"type", "gossip-spread"}, {"epoch", epoch}, {"root", epoch % 4}, {"incarnation", 50},
            {"number", number},        {"place", 1},     {"runs", runs}};
  }
  // The node's own value, the first one, as others say it.
  static Json own_run(std::uint32_t rank, const Json& values, std::uint32_t first = 1) {
    return Json::array({Json::array({rank, 7, first, values})});
  }
  // Everything that the node sends by itself up to a time.
  std::vector<Json> run_until(std::int64_t at_ns) {
    std::vector<Json> sent;
    while (next_wake_ns() <= at_ns) {
      std::vector<Json> lines;
      core_.fire_next_timer(lines);
      for (Json& line : to_nodes(lines)) sent.push_back(std::move(line));
    }
    core_.now_ns = at_ns;
    return sent;
  }
  std::vector<Json> run_for(std::int64_t duration_ns) {
    return run_until(core_.now_ns + duration_ns);
  }
  const std::string& self() const { return self_; }
  Json read() { return core_.ask({{"type", "read"}})["messages"]; }

  static std::vector<Json> of_type(const std::vector<Json>& lines, std::string_view type) {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line["body"]["type"] == type) found.push_back(line);
    }
    return found;
  }

  std::int64_t next_wake_ns() const {
    std::int64_t next_ns = std::numeric_limits<std::int64_t>::max();
    for (const auto& wake : core_.wakes) next_ns = std::min(next_ns, wake.at_ns);
    return next_ns;
  }

  CoreHarness core_;

 private:
  static std::vector<Json> to_nodes(const std::vector<Json>& lines) {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line["dest"] != "c1") found.push_back(line);
    }
    return found;
  }
  std::string self_;
};

// Whom the lines go to, sorted.
inline std::vector<std::string> targets(const std::vector<Json>& lines) {
  std::vector<std::string> found;
  found.reserve(lines.size());
  for (const Json& line : lines) found.push_back(line["dest"]);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace hearsay::test
