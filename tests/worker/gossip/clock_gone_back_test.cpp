// With a state directory a node outlives a boot of its machine, and its clock begins anew: what is
// in the journal is then of a time to come. Nothing may wait for that time.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/worker/gossip/relay_node.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kLateNs = 1'000'000 * kNsPerSecond;  // before the boot
constexpr std::int64_t kEarlyNs = kNsPerSecond;             // after it

class ClockGoneBack : public RelayNode {
 protected:
  explicit ClockGoneBack(const std::string& self = "n0") : RelayNode(self) {
    core_.now_ns = kLateNs;
  }

  void boot() {
    core_.now_ns = kEarlyNs;
    core_.restart();
    core_.wakes.clear();
    core_.worker_started(2);
  }
  static Json told(const Json& value, std::uint32_t sequence) {
    return {{"type", "gossip-tell"},
            {"epoch", 0},
            {"at", 5},
            {"hop", 0},
            {"runs", Json::array({Json::array({2, 60, sequence, {value}})})}};
  }
  static Json vector_of_nothing() {
    return {{"type", "gossip-have"}, {"epoch", 0}, {"ranks", {0, 3}}, {"vector", Json::array()}};
  }
};

TEST_F(ClockGoneBack, ARelaySendsWhatItOwes) {
  hear("n2", told("a", 1));  // goes out at once
  hear("n2", told("b", 2));  // in the next batch
  boot();
  EXPECT_FALSE(of_type(run_for(kNsPerSecond), "gossip-spread").empty());
}

// The children have not reported, so it asks them, before the boot and after it.
TEST_F(ClockGoneBack, ARelayGoesOnAskingWhetherAllAgree) {
  for (const std::int64_t before_ns : {std::int64_t{0}, 20 * kNsPerSecond}) {
    core_.now_ns = kLateNs;
    hear("n2", told(before_ns, before_ns == 0 ? 1 : 2));
    run_for(before_ns);
    boot();
    EXPECT_FALSE(of_type(run_for(10 * kNsPerSecond), "gossip-have").empty()) << before_ns;
  }
}

TEST_F(ClockGoneBack, WhatItKnewItFillsIn) {
  hear("n2", told("a", 1));
  hear("n2", told("behind a gap", 3));
  run_for(kNsPerSecond);
  boot();
  const auto fills = of_type(hear("n3", vector_of_nothing()), "gossip-fill");
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0]["body"]["runs"], Json::parse(R"([[2,60,1,["a"]],[2,60,3,["behind a gap"]]])"));
}

class TellerWhoseClockHasGoneBack : public ClockGoneBack {
 protected:
  TellerWhoseClockHasGoneBack() : ClockGoneBack("n1") {}
};

TEST_F(TellerWhoseClockHasGoneBack, TellsAgain) {
  broadcast(5);
  boot();
  const auto lines = run_for(10 * kNsPerSecond);
  EXPECT_FALSE(of_type(lines, "gossip-tell").empty());
}

TEST_F(TellerWhoseClockHasGoneBack, AsksAgainForWhatItLacks) {
  core_.send(
      {{"src", "c1"},
       {"dest", "n1"},
       {"body", {{"type", "topology"}, {"msg_id", 2}, {"topology", {{"n1", Json::array()}}}}}});
  boot();
  std::size_t asked = 0;
  for (const Json& line : of_type(run_for(10 * kNsPerSecond), "gossip-have")) {
    asked += line["body"].contains("at") ? 1U : 0U;
  }
  EXPECT_GT(asked, 0U);
}

class EpidemicWhoseClockHasGoneBack : public ::testing::Test {
 protected:
  EpidemicWhoseClockHasGoneBack() {
    core_.now_ns = kLateNs;
    core_.initialise({"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"});
  }
  void boot() {
    core_.now_ns = kEarlyNs;
    core_.restart();
    core_.wakes.clear();
    core_.worker_started(2);
  }
  // What is sent on now, as a client's value comes, and by itself later.
  std::vector<Json> broadcast(int value) {
    const std::vector<Json> lines =
        core_.send({{"src", "c1"},
                    {"dest", "n0"},
                    {"body", {{"type", "broadcast"}, {"msg_id", 9}, {"message", value}}}});
    std::vector<Json> found = spread_in(lines);
    for (Json& line : spread_within(kNsPerSecond)) found.push_back(std::move(line));
    return found;
  }
  std::vector<Json> spread_within(std::int64_t duration_ns) {
    std::vector<Json> found;
    const std::int64_t end_ns = core_.now_ns + duration_ns;
    std::vector<Json> lines;
    while (core_.now_ns < end_ns && core_.fire_next_timer(lines)) {
      for (Json& line : spread_in(lines)) found.push_back(std::move(line));
    }
    return found;
  }
  static std::vector<Json> spread_in(const std::vector<Json>& lines) {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line["body"]["type"] == "gossip-spread") found.push_back(line);
    }
    return found;
  }

  CoreHarness core_{{.strategy = "epidemic", .latency_budget_ms = 400}};
};

TEST_F(EpidemicWhoseClockHasGoneBack, SendsWhatItHasLearned) {
  core_.ask({{"type", "broadcast"}, {"message", 5}});
  boot();
  EXPECT_FALSE(spread_within(2 * kNsPerSecond).empty());
}

TEST_F(EpidemicWhoseClockHasGoneBack, EntersNewEras) {
  core_.ask({{"type", "broadcast"}, {"message", 5}});
  boot();
  std::set<int> eras;
  for (int value = 6; value < 9; ++value) {
    core_.now_ns += 60 * kNsPerSecond;
    for (const Json& line : broadcast(value)) eras.insert(line["body"]["era"].get<int>());
  }
  EXPECT_GE(eras.size(), 3U);
}

}  // namespace
}  // namespace hearsay::test
