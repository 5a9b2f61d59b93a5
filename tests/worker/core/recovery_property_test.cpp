// The core's part of crash recovery: for any script and any place in it, a core rebuilt from the
// journal goes on exactly as the old one would have done.
#include <gtest/gtest.h>

#include <random>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

Json random_message(std::mt19937& random, int msg_id) {
  const Json value = static_cast<int>(random() % 20);
  const auto request = [&](Json body) {
    body["msg_id"] = msg_id;
    return Json{{"src", "c1"}, {"dest", "n0"}, {"body", body}};
  };
  switch (random() % 8) {
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
    default:
      return request({{"type", "broadcast"}, {"message", value}});
  }
}

class RecoveryProperty : public ::testing::TestWithParam<int> {};

TEST_P(RecoveryProperty, ACrashAnywhereChangesNoLine) {
  constexpr int kMessages = 60;
  std::mt19937 script(static_cast<unsigned>(GetParam()));
  std::vector<Json> messages;
  for (int id = 1; id <= kMessages; ++id) messages.push_back(random_message(script, id));

  const GossipOptions flood{.strategy = "flood"};
  CoreHarness undisturbed(flood);
  CoreHarness crashing(flood);
  CoreHarness compacting(flood);
  std::mt19937 dice(static_cast<unsigned>(GetParam()) + 1000);
  for (const Json& message : messages) {
    const auto expected = undisturbed.send(message);
    EXPECT_EQ(crashing.send(message), expected);
    EXPECT_EQ(compacting.send(message), expected);
    if (dice() % 3 == 0) crashing.restart();
    if (dice() % 3 == 0) {
      compacting.compact();
      compacting.restart();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecoveryProperty, ::testing::Range(0, 50));

}  // namespace
}  // namespace hearsay::test
