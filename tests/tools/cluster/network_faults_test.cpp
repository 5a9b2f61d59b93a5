// What becomes of lines of other nodes, as a test has asked for it.
#include "tools/cluster/network_faults.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.h"

namespace hearsay::cluster {
namespace {

class NetworkFaultsOfOneNode : public testing::Test {
 protected:
  // As a line of n1 to n0; its number, if it has one.
  std::optional<std::uint64_t> take(std::int64_t now_ms, const std::string& line,
                                    const char* sender = "n1") {
    const auto number = faults_.take_number(sender);
    faults_.take(now_ms * kNsPerMs, sender, number, line);
    return number;
  }
  void run_until(std::int64_t ms) { heap_.run_due(ms * kNsPerMs); }
  static Conditions with(const bench::Link& link) {
    Conditions conditions;
    conditions.run = "r1";
    conditions.nodes = {"n0", "n1", "n2"};
    conditions.link = link;
    return conditions;
  }

  using Lines = std::vector<std::string>;
  bench::EventHeap heap_;
  Lines arrived_;
  NetworkFaults faults_{
      "n0", heap_, {3, 100}, [this](const std::string& line) { arrived_.push_back(line); }};
};

TEST_F(NetworkFaultsOfOneNode, NothingHappensWithoutATest) {
  EXPECT_FALSE(take(0, "a"));
  EXPECT_EQ(arrived_, Lines{"a"});
  EXPECT_TRUE(faults_.hits().empty());
}

TEST_F(NetworkFaultsOfOneNode, LinesOfNodesAreLateAndThoseOfOthersAreNot) {
  faults_.set(with({{100}, {}}));
  EXPECT_EQ(take(0, "a"), 0U);
  EXPECT_EQ(take(1, "b", "n2"), 0U) << "each sender has numbers of its own";
  EXPECT_EQ(take(2, "c"), 1U);
  EXPECT_FALSE(take(3, "call", "c-shell"));
  EXPECT_FALSE(take(3, "bench", ""));
  EXPECT_EQ(arrived_, (Lines{"call", "bench"}));
  run_until(101);
  EXPECT_EQ(arrived_, (Lines{"call", "bench", "a", "b"}));
  run_until(102);
  EXPECT_EQ(arrived_.back(), "c");
}

TEST_F(NetworkFaultsOfOneNode, EachFaultCounts) {
  faults_.set(with({{}, {1, 0, 0}}));
  take(0, "lost");
  faults_.set(with({{}, {0, 1, 0}}));
  take(0, "twice");
  faults_.set(with({{}, {0, 0, 1, 50}}));
  take(0, "late");
  EXPECT_EQ(arrived_, (Lines{"twice", "twice"}));
  run_until(50);
  EXPECT_EQ(arrived_, (Lines{"twice", "twice", "late"}));
  const std::map<std::string, std::uint64_t> each{{"loss", 1}, {"duplicate", 1}, {"reorder", 1}};
  EXPECT_EQ(faults_.hits(), each);
  Conditions next = with({});
  next.run = "r2";
  faults_.set(next);
  EXPECT_TRUE(faults_.hits().empty()) << "another run";
  EXPECT_EQ(take(60, "first"), 0U);
}

// As in the bench's own network: whoever is cut off when a line is due does not get it.
TEST_F(NetworkFaultsOfOneNode, ACutCountsWhenALineWouldArrive) {
  faults_.set(with({{10}, {}}));
  take(0, "before");
  Conditions cut = with({{10}, {}});
  cut.deaf_to = {"n1"};
  faults_.set(cut);
  take(1, "heard", "n2");
  take(5, "healed by then");
  run_until(11);
  EXPECT_EQ(arrived_, Lines{"heard"});
  faults_.set(with({{10}, {}}));
  run_until(15);
  EXPECT_EQ(arrived_, (Lines{"heard", "healed by then"}));
  EXPECT_EQ(faults_.hits(), (std::map<std::string, std::uint64_t>{{"cut", 1}}));
}

TEST_F(NetworkFaultsOfOneNode, ADeadNodeGetsNothingOfBefore) {
  faults_.set(with({{10}, {}}));
  take(0, "before");
  faults_.forget_underway();
  take(5, "after");
  run_until(20);
  EXPECT_EQ(arrived_, Lines{"after"});
  EXPECT_EQ(take(20, "x"), 2U) << "the numbers go on";
}

TEST_F(NetworkFaultsOfOneNode, MoreIsNotUnderwayThanThereIsRoomFor) {
  faults_.set(with({{10}, {}}));
  for (const char* line : {"a", "b", "c", "too many"}) take(0, line);
  EXPECT_EQ(faults_.dropped(), 1U);
  run_until(10);
  take(10, std::string(101, 'x'));
  EXPECT_EQ(faults_.dropped(), 2U);
  take(10, "d");
  run_until(20);
  EXPECT_EQ(arrived_, (Lines{"a", "b", "c", "d"}));
}

}  // namespace
}  // namespace hearsay::cluster
