// What becomes of a message that others carry, and what the network makes of it.
#include "tools/experiment/network/passage.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/tools/experiment/network/network_fixture.h"

namespace hearsay::bench {
namespace {

constexpr std::uint64_t kManyPassages = 4000;
constexpr Link kBad{{100, LatencyDistribution::uniform}, {0.25, 0.5, 0.75}};
constexpr double kFewerOrMorePassages = 160;  // 5 standard deviations

auto parts(const Passage& passage) {
  return std::make_tuple(passage.lost, passage.latency_ms, passage.delay_ms,
                         passage.copy_latency_ms);
}

TEST(Passage, HasTheLinksProbabilities) {
  double lost = 0;
  double twice = 0;
  double delayed = 0;
  std::set<std::int64_t> latencies;
  for (std::uint64_t number = 0; number < kManyPassages; ++number) {
    const Passage passage = passage_of(kBad, 1, "n0", "n1", number);
    lost += passage.lost ? 1 : 0;
    twice += passage.copy_latency_ms ? 1 : 0;
    delayed += passage.delay_ms > 0 ? 1 : 0;
    latencies.insert(passage.latency_ms);
    EXPECT_LE(passage.delay_ms, kBad.wire.longest_delay_ms);
  }
  EXPECT_NEAR(lost, 0.25 * kManyPassages, kFewerOrMorePassages);
  EXPECT_NEAR(twice, 0.5 * kManyPassages, kFewerOrMorePassages);
  EXPECT_NEAR(delayed, 0.75 * kManyPassages, kFewerOrMorePassages);
  EXPECT_EQ(latencies.size(), 200U) << "all from 0 to 199 ms";
}

TEST(Passage, IsAFunctionOfMessageAndSeed) {
  const auto of = [](std::uint64_t seed, const char* from, const char* to, std::uint64_t number) {
    return parts(passage_of(kBad, seed, from, to, number));
  };
  EXPECT_EQ(of(1, "n0", "n1", 7), of(1, "n0", "n1", 7));
  int same = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto first = of(1, "n0", "n1", number);
    same += first == of(2, "n0", "n1", number) ? 1 : 0;
    same += first == of(1, "n1", "n0", number) ? 1 : 0;
    same += first == of(1, "n0", "n1", number + 1) ? 1 : 0;
  }
  EXPECT_LT(same, 100);
}

// Switched off and on again, a fault finds the messages that it would have found.
TEST(Passage, OneFaultDoesNotChangeWhatAnotherFinds) {
  Link lossless = kBad;
  lossless.wire.loss = 0;
  const Link lossy{kBad.latency, {kBad.wire.loss, 0, 0}};
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Passage all = passage_of(kBad, 1, "n0", "n1", number);
    const Passage without = passage_of(lossless, 1, "n0", "n1", number);
    EXPECT_EQ(all.latency_ms, without.latency_ms);
    EXPECT_EQ(all.delay_ms, without.delay_ms);
    EXPECT_EQ(all.copy_latency_ms, without.copy_latency_ms);
    EXPECT_EQ(all.lost, passage_of(lossy, 1, "n0", "n1", number).lost);
  }
}

TEST(Passage, WithoutFaultsNothingHappens) {
  EXPECT_EQ(parts(passage_of({}, 1, "n0", "n1", 7)), parts(Passage{}));
  const Passage late = passage_of({{100}, {}}, 1, "n0", "n1", 7);
  EXPECT_EQ(parts(late), parts(Passage{false, 100, 0, std::nullopt}));
}

TEST(LatencyDistribution, HasAName) {
  for (const char* name : {"constant", "uniform", "exponential"}) {
    const auto parsed = parse_distribution(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(name_of(*parsed), name);
  }
  EXPECT_FALSE(parse_distribution("Uniform"));
  EXPECT_FALSE(parse_distribution(""));
}

// Nodes elsewhere: what they say to each other is neither delivered nor drawn here.
class CarriedTest : public NetworkTest {
 protected:
  class Elsewhere : public test::VirtualNodes {
   public:
    using VirtualNodes::VirtualNodes;
    Passage carry(std::size_t from, std::size_t to) override {
      asked.emplace_back(from, to);
      return passage;
    }
    Passage passage;
    std::vector<std::pair<std::size_t, std::size_t>> asked;
  };

  Network& make_carried() {
    NetworkOptions options;
    options.wire = {1, 1, 1};  // what happens there, happens there
    options.carried_elsewhere = true;
    options.head_of_line_blocking = false;
    network_.emplace(heap_, elsewhere_, options, 1);
    for (const char* name : {"n0", "n1", "n2"}) network_->add_node(name);
    EXPECT_EQ(network_->add_client(listener_), "c0");
    return *network_;
  }
  std::int64_t received() const { return network_->server_messages().received; }

  Elsewhere elsewhere_{heap_};
};

TEST_F(CarriedTest, WhatBecomesOfAMessageThePortSays) {
  const Network& network = make_carried();
  elsewhere_.passage = {false, 30, 0, 10};
  send_at(0, "n2", "n1", "x");
  heap_.run_due(0);
  heap_.run_due(9 * kNsPerMs);
  EXPECT_EQ(received(), 0);
  heap_.run_due(10 * kNsPerMs);
  EXPECT_EQ(received(), 1) << "the copy";
  heap_.run_due(30 * kNsPerMs);
  EXPECT_EQ(received(), 2);
  EXPECT_EQ(network.hit_by(Fault::duplicate), 1);
  elsewhere_.passage = {true, 0, 0, std::nullopt};
  send_at(40, "n0", "n1", "x");
  elsewhere_.passage.lost = true;
  test::run_virtually(heap_);
  EXPECT_EQ(network.hit_by(Fault::loss), 1);
  EXPECT_EQ(received(), 2);
  EXPECT_EQ(elsewhere_.asked, (std::vector<std::pair<std::size_t, std::size_t>>{{2, 1}, {0, 1}}));
  EXPECT_TRUE(elsewhere_.arrivals.empty()) << "others have delivered it";
}

TEST_F(CarriedTest, ClientsRequestsAreDeliveredFromHereAndNobodyIsAsked) {
  make_carried();
  send_at(0, "c0", "n1", "request");
  test::run_virtually(heap_);
  EXPECT_EQ(elsewhere_.arrivals.size(), 1U);
  EXPECT_TRUE(elsewhere_.asked.empty());
}

TEST_F(CarriedTest, WhatIsCutOffCountsHereToo) {
  Network& network = make_carried();
  network.cut(Fault::partition, {{false, true, true}, {true, false, false}, {true, false, false}});
  send_at(0, "n0", "n1", "cut");
  send_at(0, "n1", "n2", "heard");
  test::run_virtually(heap_);
  EXPECT_EQ(network.hit_by(Fault::partition), 1);
  EXPECT_EQ(received(), 1);
}

TEST_F(CarriedTest, NothingBecomesOfWhatIsSentToADeadNode) {
  Network& network = make_carried();
  elsewhere_.passage = {true, 0, 0, std::nullopt};
  network.take_down(0, 1);
  send_at(0, "n0", "n1", "x");
  test::run_virtually(heap_);
  EXPECT_EQ(network.hit_by(Fault::kill), 1);
  EXPECT_EQ(network.hit_by(Fault::loss), 0);
  EXPECT_TRUE(elsewhere_.asked.empty());
}

TEST_F(CarriedTest, WhoeverCarriesIsToldOfEachChange) {
  Network& network = make_carried();
  int changes = 0;
  network.when_faults_change([&] { ++changes; });
  network.turn(Fault::loss, false);
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(network.wire_now(), (WireOptions{0, 1, 1}));
  network.cut(Fault::one_way, {{false, false, true}, {false, false, false}, {false, false, false}});
  EXPECT_EQ(changes, 2);
  EXPECT_TRUE(network.is_deaf(0, 2));
  EXPECT_FALSE(network.is_deaf(2, 0));
  network.heal(Fault::one_way);
  EXPECT_EQ(changes, 3);
  EXPECT_FALSE(network.is_deaf(0, 2));
}

}  // namespace
}  // namespace hearsay::bench
