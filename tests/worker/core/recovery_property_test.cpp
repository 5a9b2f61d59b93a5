// The core's part of crash recovery: for any script, any strategy and any place in the script, a
// core rebuilt from the journal tells clients exactly what the old one would have told them, and
// knows the same.
#include <gtest/gtest.h>

#include <random>
#include <tuple>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

// A message of a peer that gossips with the strategy.
Json random_gossip(std::mt19937& random, const std::string& strategy, const Json& value) {
  const auto from_n1 = [](Json body) {
    return Json{{"src", "n1"}, {"dest", "n0"}, {"body", body}};
  };
  const Json runs = {{1, 60, 1 + random() % 9, {value, {{"deep", value}}}}};
  if (random() % 3 == 0) return from_n1({{"type", "gossip-fill"}, {"epoch", 0}, {"runs", runs}});
  if (strategy == "relay") {
    return from_n1({{"type", "gossip-tell"}, {"epoch", 0}, {"at", 5}, {"hop", 9}, {"runs", runs}});
  }
  if (strategy == "epidemic") {
    return from_n1(
        {{"type", "gossip-spread"}, {"era", 0}, {"into", 7}, {"parts", {{random() % 4, runs}}}});
  }
  return gossip_from("n1", {value, {{"deep", value}}});
}

Json random_message(std::mt19937& random, int msg_id, const std::string& strategy) {
  const Json value = static_cast<int>(random() % 20);
  const auto request = [&](Json body) {
    body["msg_id"] = msg_id;
    return Json{{"src", "c1"}, {"dest", "n0"}, {"body", body}};
  };
  switch (random() % 9) {
    case 0:
      return request({{"type", "echo"}, {"echo", value}});
    case 1:
      return request({{"type", "generate"}});
    case 2:
      return request({{"type", "read"}});
    case 3:
      return request({{"type", "topology"}, {"topology", {{"n0", {random() % 2 ? "n1" : "n2"}}}}});
    case 4:
      return request({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n0", "n1", "n2"}}});
    case 5:
      return gossip_from("n1", {value, {{"deep", value}}});
    case 6:
      return request({{"type", "broadcast"}, {"message", {{"v", value}}}});
    case 7:
      return random_gossip(random, strategy, value);
    default:
      return request({{"type", "broadcast"}, {"message", value}});
  }
}

std::vector<Json> to_clients(const std::vector<Json>& lines) {
  std::vector<Json> kept;
  for (const Json& line : lines) {
    if (line["dest"] == "c1") kept.push_back(line);
  }
  return kept;
}

class RecoveryProperty : public ::testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  static const std::string& strategy() { return std::get<0>(GetParam()); }
  static std::vector<Json> script() {
    constexpr int kMessages = 60;
    std::mt19937 random(static_cast<unsigned>(std::get<1>(GetParam())));
    std::vector<Json> messages;
    for (int id = 1; id <= kMessages; ++id) {
      messages.push_back(random_message(random, id, strategy()));
    }
    return messages;
  }
  static std::mt19937 dice() {
    return std::mt19937(static_cast<unsigned>(std::get<1>(GetParam())) + 1000);
  }
};

TEST_P(RecoveryProperty, ACrashAnywhereChangesNoAnswer) {
  const GossipOptions gossip{.strategy = strategy()};
  CoreHarness undisturbed(gossip);
  CoreHarness crashing(gossip);
  CoreHarness compacting(gossip);
  std::mt19937 chance = dice();
  for (const Json& message : script()) {
    const auto expected = to_clients(undisturbed.send(message));
    EXPECT_EQ(to_clients(crashing.send(message)), expected);
    EXPECT_EQ(to_clients(compacting.send(message)), expected);
    if (chance() % 3 == 0) crashing.restart();
    if (chance() % 3 == 0) {
      compacting.compact();
      compacting.restart();
    }
  }
}

// What other strategies send depends on time and on beliefs that die with a worker.
class FloodRecoveryProperty : public RecoveryProperty {};

TEST_P(FloodRecoveryProperty, ACrashAnywhereChangesNoLine) {
  CoreHarness undisturbed({.strategy = "flood"});
  CoreHarness crashing({.strategy = "flood"});
  std::mt19937 chance = dice();
  for (const Json& message : script()) {
    EXPECT_EQ(crashing.send(message), undisturbed.send(message));
    if (chance() % 3 == 0) crashing.restart();
  }
}

// With workers that have started, whose timers fire: then what is due changes the state, too.
TEST_P(RecoveryProperty, ARunningNodeForgetsNoValue) {
  CoreHarness core({.strategy = strategy()});
  core.initialise();
  std::mt19937 chance = dice();
  std::uint64_t generation = 1;
  for (const Json& message : script()) {
    core.send(message);
    core.now_ns += static_cast<std::int64_t>(chance() % 200) * kNsPerMs;
    std::vector<Json> lines;
    if (chance() % 2 == 0) core.fire_next_timer(lines);
    if (chance() % 3 != 0) continue;
    const Json before = core.ask({{"type", "read"}})["messages"];
    if (chance() % 2 == 0) core.compact();
    core.wakes.clear();
    core.restart();
    core.worker_started(++generation);
    EXPECT_EQ(core.ask({{"type", "read"}})["messages"], before);
  }
}

std::string name_of_case(const ::testing::TestParamInfo<RecoveryProperty::ParamType>& info) {
  return std::string(std::get<0>(info.param)) + std::to_string(std::get<1>(info.param));
}

const auto kSeeds = ::testing::Range(0, 50);
INSTANTIATE_TEST_SUITE_P(Seeds, RecoveryProperty,
                         ::testing::Combine(::testing::Values("flood", "push", "relay", "epidemic"),
                                            kSeeds),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Seeds, FloodRecoveryProperty,
                         ::testing::Combine(::testing::Values("flood"), kSeeds), name_of_case);

}  // namespace
}  // namespace hearsay::test
