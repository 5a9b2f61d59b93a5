// What a cluster's events tell of the ways of its values, messages lost and found, and the relay.
#include "worker/gossip/value_trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kUntilSilentNs = 20 * kNsPerSecond;

class ValueTrace : public ::testing::Test {
 protected:
  GossipCluster cluster(const std::string& strategy, std::int64_t budget_ms = 300) {
    return {{.strategy = strategy, .latency_budget_ms = budget_ms}, 4, 0, &events_};
  }

  // Those that have all these members.
  std::vector<Json> events(const Json& members) const {
    std::vector<Json> found;
    for (const Json& event : events_) {
      const bool fits =
          std::all_of(members.items().begin(), members.items().end(), [&](auto& each) {
            return event.contains(each.key()) && event[each.key()] == each.value();
          });
      if (fits) found.push_back(event);
    }
    return found;
  }

  // Each message with values that arrives is one that was sent, with the same content.
  void expect_pairs(const std::string& way, std::size_t lost) const {
    std::multiset<std::string> sent;
    std::size_t received = 0;
    const auto content = [](const Json& event, const std::string& from, const std::string& to) {
      return Json{from, to, event["batch"], event.value("values", Json()), event["count"]}.dump();
    };
    for (const Json& event : events({{"event", "values_sent"}, {"way", way}})) {
      sent.insert(content(event, event["node"], event["peer"]));
    }
    for (const Json& event : events({{"event", "values_received"}, {"way", way}})) {
      const auto found = sent.find(content(event, event["peer"], event["node"]));
      ASSERT_NE(found, sent.end()) << event;
      sent.erase(found);
      ++received;
    }
    EXPECT_GT(received, 0U);
    EXPECT_EQ(sent.size(), lost);
  }

  // All nodes but one learned it from a peer, that one from a client.
  void expect_learned_by_all(const Json& value, std::size_t nodes) const {
    const Json learned{{"event", "value_learned"}, {"value", value.dump()}};
    EXPECT_EQ(events(learned).size(), nodes);
    Json from_client = learned;
    from_client["way"] = "client";
    ASSERT_EQ(events(from_client).size(), 1U);
    EXPECT_EQ(events(from_client)[0]["peer"], "c1");
  }

  std::vector<Json> events_;
};

TEST_F(ValueTrace, ATellAndABatchOfTheRelay) {
  GossipCluster nodes = cluster("relay");
  nodes.broadcast(2, 17);
  ASSERT_TRUE(nodes.run_until_silent(kUntilSilentNs));
  expect_learned_by_all(17, 4);
  const auto told = events({{"event", "value_learned"}, {"way", "tell"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["node"], "n0");
  EXPECT_EQ(told[0]["peer"], "n2");
  const auto spread = events({{"event", "value_learned"}, {"way", "batch"}});
  ASSERT_EQ(spread.size(), 2U) << "n2 had it";
  // Its incarnation is 1001, 3e9 in hexadecimal digits.
  for (const Json& event : spread) EXPECT_EQ(event["batch"], "n0/03e9/1");
  expect_pairs("tell", 0);
  expect_pairs("batch", 0);
  EXPECT_TRUE(events({{"event", "loss_noticed"}}).empty());
}

TEST_F(ValueTrace, ALostBatchIsPulled) {
  GossipCluster nodes = cluster("relay");
  nodes.lost = [&](const auto& sent) {
    return sent.is("gossip-spread") && sent.to == 3 && sent.body["number"] == 1;
  };
  nodes.broadcast(0, 17);
  nodes.run_for(kNsPerSecond / 2);
  nodes.broadcast(0, 18);
  ASSERT_TRUE(nodes.run_until_silent(kUntilSilentNs));
  expect_learned_by_all(17, 4);
  expect_pairs("batch", 1);
  const auto asked = events({{"event", "repair_asked"}, {"way", "pull"}});
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0]["node"], "n3");
  EXPECT_EQ(asked[0]["peer"], "n0");
  EXPECT_EQ(asked[0]["batch"], "n0/03e9/1");
  EXPECT_EQ(asked[0]["count"], 1);
  expect_pairs("pull", 0);
  const auto pulled = events({{"event", "value_learned"}, {"way", "pull"}});
  ASSERT_EQ(pulled.size(), 1U);
  EXPECT_EQ(pulled[0]["node"], "n3");
  EXPECT_EQ(pulled[0]["value"], "17");
}

TEST_F(ValueTrace, ALossIsNoticedAndOver) {
  GossipCluster nodes = cluster("relay");
  bool lost = false;
  nodes.lost = [&](const auto& sent) {
    return sent.is("gossip-tell") && !std::exchange(lost, true);
  };
  nodes.broadcast(2, 17);
  ASSERT_TRUE(nodes.run_until_silent(kUntilSilentNs));
  nodes.run_for(4 * kNsPerSecond);
  nodes.broadcast(2, 18);  // a step, later
  const auto noticed = events({{"event", "loss_noticed"}, {"node", "n2"}});
  ASSERT_FALSE(noticed.empty());
  EXPECT_FALSE(noticed[0]["cause"].get<std::string>().empty());
  const auto over = events({{"event", "loss_over"}, {"node", "n2"}});
  ASSERT_EQ(over.size(), noticed.size());
  EXPECT_GT(over[0]["duration_ns"], 0);
}

TEST_F(ValueTrace, ASilentRelayIsReplaced) {
  GossipCluster nodes = cluster("relay");
  nodes.lost = [](const auto& sent) { return sent.to == 0 || sent.from == 0; };
  nodes.broadcast(2, 17);
  nodes.run_for(3 * kNsPerSecond);
  const auto changed = events({{"event", "relay_changed"}, {"peer", "n2"}});
  ASSERT_EQ(changed.size(), 3U) << "at all that hear of it";
  EXPECT_EQ(changed[0]["epoch"], 2);
  nodes.lost = {};
  ASSERT_TRUE(nodes.run_until_silent(kUntilSilentNs));
  expect_learned_by_all(17, 4);
  EXPECT_FALSE(events({{"event", "repair_asked"}, {"way", "exchange"}}).empty());
}

TEST_F(ValueTrace, APullThatNobodyAnswersIsGivenUp) {
  GossipCluster nodes = cluster("relay");
  nodes.lost = [](const auto& sent) {
    return (sent.is("gossip-spread") && sent.to == 3 && sent.body["number"] == 1) ||
           sent.is("gossip-have");
  };
  nodes.broadcast(0, 17);
  nodes.run_for(kNsPerSecond / 2);
  nodes.broadcast(0, 18);
  nodes.run_for(5 * kNsPerSecond);
  const auto given_up = events({{"event", "repair_given_up"}});
  ASSERT_EQ(given_up.size(), 1U);
  EXPECT_EQ(given_up[0]["batch"], "n0/03e9/1");
  EXPECT_EQ(given_up[0]["count"], events({{"event", "repair_asked"}, {"way", "pull"}}).size());
}

class EachStrategy : public ValueTrace,
                     public ::testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(EachStrategy, TellsHowAValueCame) {
  const auto& [strategy, way] = GetParam();
  GossipCluster nodes = cluster(strategy);
  const std::vector<std::string> peers{"n0", "n1", "n3"};
  nodes.core(2).ask({{"type", "topology"}, {"topology", {{"n2", peers}}}});
  nodes.broadcast(2, "x");
  nodes.run_for(2 * kNsPerSecond);
  expect_learned_by_all("x", 4);
  EXPECT_EQ(events({{"event", "value_learned"}, {"way", way}}).size(), 3U);
  for (const char* event : {"values_sent", "values_received"}) {
    const auto found = events({{"event", event}, {"way", way}});
    ASSERT_FALSE(found.empty()) << event;
    EXPECT_EQ(found[0]["values"], Json({"\"x\""}));
    EXPECT_EQ(found[0]["count"], 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, EachStrategy,
                         ::testing::Values(std::pair{"epidemic", "spread"},
                                           std::pair{"push", "gossip"},
                                           std::pair{"flood", "gossip"}),
                         [](const auto& tested) { return std::string(tested.param.first); });

}  // namespace
}  // namespace hearsay::test
