#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/worker/support/asking_node.h"
#include "tools/experiment/services/store_services.h"

namespace hearsay::test {
namespace {

const std::vector<std::string> kNodes{"n0", "n1", "n2"};

// Three nodes on one seq-kv. The parameter: whether workers die between any two inputs.
class SeqKvCounters : public ::testing::TestWithParam<bool> {
 protected:
  SeqKvCounters() {
    for (const std::string& name : kNodes) start(name);
  }
  // From nothing.
  void start(const std::string& name) {
    const auto node = static_cast<std::size_t>(name[1] - '0');
    nodes_.resize(std::max(nodes_.size(), node + 1));
    nodes_[node] = std::make_unique<AskingNode>("seq-kv-counter", store_, "seq-kv", GetParam(),
                                                kNodes, name, core::NodeKey{++lives_ << 20, 42});
  }
  AskingNode& node(std::size_t number) { return *nodes_.at(number); }
  Json add(std::size_t to, std::int64_t delta) {
    return node(to).ask({{"type", "add"}, {"delta", delta}});
  }
  Json read(std::size_t from) { return node(from).ask({{"type", "read"}})["value"]; }

  bench::SeqKv store_{5};
  std::uint64_t lives_ = 0;
  std::vector<std::unique_ptr<AskingNode>> nodes_;
};

INSTANTIATE_TEST_SUITE_P(Dies, SeqKvCounters, ::testing::Bool());

TEST_P(SeqKvCounters, BeginWithNothing) {
  EXPECT_EQ(read(1), 0);
  EXPECT_EQ(add(0, 5), (Json{{"type", "add_ok"}, {"in_reply_to", 100}}));
  EXPECT_EQ(add(0, -2)["type"], "add_ok");
  EXPECT_EQ(add(2, 0)["type"], "add_ok");
  for (std::size_t from = 0; from < 3; ++from) EXPECT_EQ(read(from), 3);
}

TEST_P(SeqKvCounters, EachReadSeesAllThatWasAcknowledged) {
  std::mt19937 random(3);
  std::int64_t total = 0;
  for (int i = 0; i < 200; ++i) {
    const auto delta = static_cast<std::int64_t>(random() % 9);
    ASSERT_EQ(add(random() % 3, delta)["type"], "add_ok");
    total += delta;
    ASSERT_EQ(read(random() % 3), total) << i;
  }
}

TEST_P(SeqKvCounters, AddsThatComeMeanwhileShareAWrite) {
  add(0, 1);
  node(0).asked.clear();
  for (int delta = 1; delta <= 10; ++delta) {
    node(0).only_send({{"type", "add"}, {"delta", delta}});
  }
  node(0).arrive();
  EXPECT_EQ(node(0).told.size(), 11U);
  EXPECT_EQ(node(0).asked.size(), 2U);
  EXPECT_EQ(read(1), 56);
}

TEST_P(SeqKvCounters, CountOnceWhateverIsLost) {
  std::mt19937 random(4);
  const auto lossy = [&](const Json& line) -> std::optional<Json> {
    if (random() % 3 == 0) return std::nullopt;
    return line;
  };
  node(0).on_the_way_there = node(0).on_the_way_back = lossy;
  std::int64_t total = 0;
  for (int delta = 1; delta <= 60; ++delta) {
    node(0).only_send({{"type", "add"}, {"delta", delta}});
    total += delta;
    if (delta % 3 != 0) continue;
    node(0).arrive();
    node(0).wait(static_cast<std::int64_t>(random() % 3) * kNsPerSecond);
  }
  node(0).wait(100 * kNsPerSecond);
  EXPECT_EQ(node(0).told.size(), 60U) << "all are acknowledged in the end";
  EXPECT_EQ(read(1), total);
}

TEST_P(SeqKvCounters, AWriteThatComesLateChangesNothing) {
  add(0, 4);
  std::vector<Json> delayed;
  node(0).on_the_way_there = [&](const Json& line) -> std::optional<Json> {
    if (line["body"]["type"] != "cas" || delayed.size() == 2) return line;
    delayed.push_back(line);
    return std::nullopt;
  };
  add(0, 5);
  node(0).wait(3 * kNsPerSecond);
  add(0, -5);
  EXPECT_EQ(node(0).told.size(), 3U);
  ASSERT_EQ(delayed.size(), 2U);
  for (const Json& line : delayed) store_.handle(line.dump());
  EXPECT_EQ(read(1), 4) << "although it is the total from which the late one went on";
  add(0, 1);
  EXPECT_EQ(read(1), 5);
}

TEST_P(SeqKvCounters, ANodeFromNothingGoesOnFromItsKeyAlsoIfItsPredecessorsWriteComesLate) {
  add(0, 5);
  std::optional<Json> last_will;
  node(0).on_the_way_there = [&](const Json& line) -> std::optional<Json> {
    last_will = line;
    return std::nullopt;
  };
  EXPECT_TRUE(add(0, 3).is_null());
  ASSERT_TRUE(last_will);
  start("n0");
  node(0).on_the_way_there = [&](const Json& line) {
    if (line["body"]["type"] == "cas" && last_will) {
      store_.handle(std::exchange(last_will, std::nullopt)->dump());
    }
    return line;
  };
  EXPECT_EQ(add(0, 3)["type"], "add_ok");
  EXPECT_EQ(read(1), 11) << "the one that nobody acknowledged was done, and so was the other";
}

// An add that is being written in the state to which the node goes back was counted since.
TEST_P(SeqKvCounters, AStateThatHasGoneBackCountsNothingTwice) {
  add(0, 1);
  node(0).only_send({{"type", "add"}, {"delta", 10}});
  node(0).only_send({{"type", "add"}, {"delta", 100}});
  const auto then = node(0).state();
  node(0).arrive();
  EXPECT_EQ(add(0, 1000)["type"], "add_ok");
  EXPECT_EQ(read(1), 1111);
  node(0).told.clear();
  node(0).asked.clear();
  node(0).go_back_to(then);
  EXPECT_TRUE(node(0).wait(10 * kNsPerSecond).empty());
  EXPECT_TRUE(node(0).told.empty()) << "who waits in that state may have been answered";
  EXPECT_TRUE(node(0).asked.empty()) << "nobody waits for it";
  EXPECT_EQ(read(0), 1111);
  EXPECT_EQ(add(0, 10000)["type"], "add_ok");
  EXPECT_EQ(add(0, 100000)["type"], "add_ok");
  EXPECT_EQ(read(1), 111111);
}

TEST_P(SeqKvCounters, WithoutAStoreAddsWaitAndReadsFail) {
  node(0).on_the_way_there = losing(1000);
  EXPECT_TRUE(add(0, 3).is_null());
  EXPECT_TRUE(node(0).ask({{"type", "read"}}).is_null());
  const auto told = node(0).wait(20 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["code"], 11);
  node(0).on_the_way_there = losing(0);
  EXPECT_EQ(node(0).wait(20 * kNsPerSecond).size(), 1U);
  EXPECT_EQ(read(2), 3);
}

TEST_P(SeqKvCounters, AKeyThatSomebodyElseWroteIsLookedAtNowAndThen) {
  for (const char* value : {"5", "[]", "[\"a\",1]", "{}", "[1.5]", "[99999999999999999999]"}) {
    store_.handle(R"({"src":"n0","dest":"seq-kv","body":{"type":"write","key":"counter-n0",)"
                  R"("msg_id":1,"value":)" +
                  std::string(value) + "}}");
    start("n0");
    EXPECT_TRUE(add(0, 3).is_null());
    EXPECT_EQ(node(0).ask({{"type", "read"}})["code"], 11) << value;
    const std::size_t before = node(0).asked.size();
    node(0).wait(10 * kNsPerSecond);
    EXPECT_GT(node(0).asked.size(), before) << value;
    EXPECT_LE(node(0).asked.size(), before + 10) << value;
  }
  store_.handle(R"({"src":"n0","dest":"seq-kv","body":{"type":"write","key":"counter-n0",)"
                R"("msg_id":1,"value":[40,"x"]}})");
  EXPECT_EQ(node(0).wait(2 * kNsPerSecond).size(), 1U);
  EXPECT_EQ(read(1), 43);
}

TEST_P(SeqKvCounters, ABadRequestIsError12) {
  EXPECT_EQ(node(0).ask({{"type", "add"}})["code"], 12);
  EXPECT_EQ(add(0, 1'000'000'000'001)["code"], 12);
  EXPECT_TRUE(node(0).asked.empty());
}

TEST_P(SeqKvCounters, TooManyThatWaitAreRefused) {
  if (GetParam()) return;  // the limit is the same, and each death costs all that wait
  node(0).on_the_way_there = losing(1000);
  Json last;
  for (int i = 0; i < 10'000; ++i) {
    last = node(0).ask({{"type", "add"}, {"delta", 1}});
    ASSERT_TRUE(last.is_null()) << i;
  }
  EXPECT_EQ(add(0, 1)["code"], 11);
}

}  // namespace
}  // namespace hearsay::test
