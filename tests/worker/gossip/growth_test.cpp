// What a value costs beside its text, in memory and in the journal, when there are many.
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "tests/support/sanitized.h"
#include "tests/worker/support/core_harness.h"
#include "worker/gossip/value_log.h"
#include "worker/gossip/value_set.h"

namespace hearsay::test {
namespace {

constexpr double kMostMemory = 64;   // bytes a value
constexpr double kMostJournal = 24;  // bytes a value

std::uint64_t memory_in_use() {
  const auto use = ::mallinfo2();
  return use.uordblks + use.hblkhd;
}

// Large arrays have room for half as much again, which no page stands behind until it is used.
TEST(Growth, AMillionValuesAreFewBytesEach) {
  if (kSanitized) GTEST_SKIP() << "another malloc";
  constexpr std::uint32_t kValues = 1'000'000;
  const std::uint64_t before = memory_in_use();
  gossip::ValueSet values;
  gossip::ValueLog log;
  for (std::uint32_t value = 0; value < kValues; ++value) {
    values.add(std::to_string(value));
    log.add({{{value % 25, 7}, value / 25 + 1}, value, value});
  }
  const auto bytes = static_cast<double>(memory_in_use() - before);
  const auto text = static_cast<double>(values.json_array().size());
  EXPECT_GT(bytes, text);
  EXPECT_LT((bytes - text) / kValues, kMostMemory);
  RecordProperty("bytes", std::to_string((bytes - text) / kValues));
}

class JournalGrowth : public ::testing::Test {
 protected:
  static constexpr int kValues = 1'000;
  static constexpr int kFirst = 100'000;  // all have the same length
  static constexpr int kTextBytes = 6;

  void broadcast_all(int from_clients) {
    for (int value = 0; value < from_clients; ++value) {
      core_.now_ns += kNsPerMs / 10;
      core_.ask({{"type", "broadcast"}, {"message", kFirst + value}});
    }
  }
  double beside_a_value(std::size_t before) const {
    return static_cast<double>(core_.journal().size() - before) / kValues - kTextBytes;
  }
  // Of n1, one value, or all at once.
  static Json from_n1(const char* type, const Json& values, int first_number) {
    const Json runs = Json::array({Json::array({1, 60, first_number, values})});
    return {{"src", "n1"},
            {"dest", "n0"},
            {"body", {{"type", type}, {"epoch", 0}, {"at", 5}, {"hop", 100'000}, {"runs", runs}}}};
  }

  CoreHarness core_;
};

TEST_F(JournalGrowth, OfARelay) {
  core_.initialise();
  const std::size_t before = core_.journal().size();
  broadcast_all(kValues);
  EXPECT_LE(beside_a_value(before), kMostJournal);
}

TEST_F(JournalGrowth, OfWhatOthersTellARelayOneByOne) {
  core_.initialise();
  const std::size_t before = core_.journal().size();
  for (int value = 0; value < kValues; ++value) {
    core_.now_ns += kNsPerMs / 10;
    core_.send(from_n1("gossip-tell", Json::array({kFirst + value}), value + 1));
  }
  EXPECT_LE(beside_a_value(before), kMostJournal);
}

// It also notes what came back: here in one batch.
TEST_F(JournalGrowth, OfANodeThatTells) {
  core_.initialise({"n0", "n1", "n2"}, "n0");
  core_.send(from_n1("gossip-tell", Json::array(), 1));  // epoch 0: n0 is the relay
  Json epoch_1 = from_n1("gossip-tell", Json::array(), 1);
  epoch_1["body"]["epoch"] = 1;
  core_.send(epoch_1);
  const std::size_t before = core_.journal().size();
  broadcast_all(kValues);
  Json values = Json::array();
  for (int value = 0; value < kValues; ++value) values.push_back(kFirst + value);
  core_.send({{"src", "n1"},
              {"dest", "n0"},
              {"body",
               {{"type", "gossip-spread"},
                {"epoch", 1},
                {"root", 1},
                {"incarnation", 60},
                {"number", 1},
                {"place", 1},
                {"runs", Json::array({Json::array({0, 7, 1, values})})}}}});
  EXPECT_LE(beside_a_value(before), kMostJournal);
}

TEST_F(JournalGrowth, OfABatchAndOfASnapshot) {
  core_.initialise();
  Json values = Json::array();
  for (int value = 0; value < kValues; ++value) values.push_back(kFirst + value);
  const std::size_t before = core_.journal().size();
  core_.send(from_n1("gossip-fill", values, 1));
  EXPECT_LE(beside_a_value(before), 8);
  core_.compact();
  EXPECT_LE(beside_a_value(0), 8);
  core_.restart();
  EXPECT_EQ(core_.ask({{"type", "read"}})["messages"], values);
}

// Values that came without ids, with them, and with two ids, in their order.
TEST_F(JournalGrowth, ASnapshotKeepsTheOrderOfAllKindsOfValues) {
  core_.initialise();
  core_.restart_as({.strategy = "push"});
  core_.send({{"src", "n1"}, {"dest", "n0"}, {"body", {{"type", "gossip"}, {"messages", {1, 2}}}}});
  core_.restart_as({.strategy = "relay"});
  core_.ask({{"type", "broadcast"}, {"message", 3}});
  core_.send(from_n1("gossip-fill", {4, 2, 3}, 1));
  core_.send(from_n1("gossip-fill", {7}, 9));
  core_.send(from_n1("gossip-fill", {5, 6}, 4));
  const Json all = {1, 2, 3, 4, 7, 5, 6};
  EXPECT_EQ(core_.ask({{"type", "read"}})["messages"], all);
  core_.compact();
  const std::string compacted = core_.journal();
  core_.restart();
  core_.compact();
  EXPECT_EQ(core_.journal(), compacted);
  EXPECT_EQ(core_.ask({{"type", "read"}})["messages"], all);
  core_.restart_as({.strategy = "flood"});
  EXPECT_EQ(core_.ask({{"type", "read"}})["messages"], all);
}

}  // namespace
}  // namespace hearsay::test
