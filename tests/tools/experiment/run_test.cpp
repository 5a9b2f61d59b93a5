// A whole run in virtual time: phases, rate, time-outs, errors, what clients do about them.
#include "tools/experiment/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/run_fixture.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

TEST_F(RunTest, TheRateIsTheMeanRate) {
  make("echo", 4, options(100, 100 * kSecond, 4));
  go();
  const auto invoked = operations(OperationType::invoke).size();
  EXPECT_NEAR(static_cast<double>(invoked), 10'000, 300);  // 5 standard deviations
  EXPECT_EQ(operations(OperationType::ok).size(), invoked);
}

TEST_F(RunTest, TheDispatchDelayLengthensEachGap) {
  RunOptions slow = options(100, 100 * kSecond, 4);
  slow.dispatch_delay_ns = 2 * kNsPerMs;
  make("echo", 4, slow);
  go();
  const auto invoked = operations(OperationType::invoke).size();
  EXPECT_NEAR(static_cast<double>(invoked), 100'000.0 / 12, 250);
}

TEST_F(RunTest, NodesLingerAfterTheFinalReads) {
  RunOptions lingering = options(10, kSecond, 3);
  lingering.linger_ns = 3 * kSecond;
  make("broadcast", 3, lingering);
  go();
  EXPECT_EQ(*end_ns_, run_->history().operations().back().time_ns + 3 * kSecond);
}

TEST_F(RunTest, BroadcastRecoversAndReadsFinally) {
  make("broadcast", 3, options(10, 5 * kSecond, 3));
  go();
  const auto invoked = operations(OperationType::invoke);
  const auto first_final = std::find_if(invoked.begin(), invoked.end(),
                                        [](const Operation& op) { return op.final_read; });
  ASSERT_EQ(invoked.end() - first_final, 3);
  EXPECT_GE(first_final->time_ns, 15 * kSecond);
  EXPECT_LT((first_final - 1)->time_ns, 5 * kSecond);
  EXPECT_EQ(workload_->check(run_->history()).at("valid?"), true);
}

TEST_F(RunTest, HalfOfTheMixIsBroadcasts) {
  make("broadcast", 3, options(100, 50 * kSecond, 3));
  go();
  std::map<std::string, double> count;
  for (const Operation& op : operations(OperationType::invoke)) ++count[op.f];
  EXPECT_NEAR(count["broadcast"] / count["read"], 1, 0.15);
}

TEST_F(RunTest, FreeThreadsTakeTurnsAndClientIsBoundToItsNode) {
  make("echo", 2, options(10, 5 * kSecond, 4));
  go();
  std::map<std::int64_t, std::set<std::size_t>> nodes_of_client;
  for (const test::Arrival& arrival : nodes_.arrivals) {
    if (arrival.message.at("body").at("type") != "echo") continue;
    const auto client = arrival.message.at("src").get<std::string>();
    nodes_of_client[std::stoll(client.substr(1))].insert(arrival.node);
  }
  EXPECT_EQ(nodes_of_client.size(), 4U);
  for (const auto& [client, nodes] : nodes_of_client) EXPECT_EQ(nodes.size(), 1U);
  const auto invoked = operations(OperationType::invoke);
  EXPECT_EQ(std::set<std::int64_t>(
                {invoked[0].process, invoked[1].process, invoked[2].process, invoked[3].process}),
            std::set<std::int64_t>({0, 1, 2, 3}));
}

TEST_F(RunTest, BusyThreadsDelayOperations) {
  make("echo", 1, options(100, 10 * kSecond, 1));
  special_ = [this](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "echo") return false;
    heap_.at(now_ns + kSecond, [this, arrival](std::int64_t later_ns) {
      reply(later_ns, arrival, {{"echo", arrival.message.at("body").at("echo")}});
    });
    return true;
  };
  go();
  EXPECT_EQ(operations(OperationType::ok).size(), 10U);
}

TEST_F(RunTest, AnUnansweredBroadcastIsUnknownAndItsClientIsReplaced) {
  make("broadcast", 1, options(1, 20 * kSecond, 1));
  std::vector<test::Arrival> unanswered;
  special_ = [&](std::int64_t, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "broadcast" || !unanswered.empty()) return false;
    unanswered.push_back(arrival);
    return true;
  };
  go();
  const auto unknown = operations(OperationType::info);
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].error, "net-timeout");
  EXPECT_EQ(operations(OperationType::invoke).back().process, 1);  // 0 + concurrency
  reply(*end_ns_, unanswered[0], nlohmann::json::object());
  ASSERT_TRUE(refused_) << "the old client must be unknown now";
  EXPECT_NE(refused_->reason.find("late reply"), std::string::npos);
}

TEST_F(RunTest, AnUnansweredReadFailsAndItsClientStays) {
  make("broadcast", 1, options(1, 20 * kSecond, 1));
  std::vector<test::Arrival> unanswered;
  special_ = [&](std::int64_t, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "read" || !unanswered.empty()) return false;
    unanswered.push_back(arrival);
    return true;
  };
  go();
  ASSERT_EQ(operations(OperationType::fail).size(), 1U);
  EXPECT_EQ(operations(OperationType::invoke).back().process, 0);
  reply(*end_ns_, unanswered[0], {{"messages", nlohmann::json::array()}});
  EXPECT_FALSE(refused_);
}

TEST_F(RunTest, ALateAnswerIsNotTakenForTheNextRequests) {
  make("broadcast", 1, options(1, 20 * kSecond, 1));
  std::optional<test::Arrival> unanswered;
  bool answered_late = false;
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "read") return false;
    if (!unanswered) {
      unanswered = arrival;
      return true;
    }
    if (!std::exchange(answered_late, true)) reply(now_ns, *unanswered, {{"messages", {"late"}}});
    return false;
  };
  go();
  ASSERT_TRUE(answered_late);
  for (const Operation& operation : operations(OperationType::ok)) {
    EXPECT_NE(operation.value, nlohmann::json({"late"}));
  }
}

// Each answer comes within the time-out of its own request, and after that of the one before.
TEST_F(RunTest, ATimeOutIsThatOfOneRequest) {
  make("echo", 1, options(10, 60 * kSecond, 1));
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    const nlohmann::json& body = arrival.message.at("body");
    if (body.at("type") != "echo") return false;
    heap_.at(now_ns + 4 * kSecond, [this, arrival](std::int64_t later_ns) {
      reply(later_ns, arrival, {{"echo", arrival.message.at("body").at("echo")}});
    });
    return true;
  };
  go();
  EXPECT_GT(operations(OperationType::ok).size(), 10U);
  EXPECT_TRUE(operations(OperationType::info).empty());
  EXPECT_TRUE(operations(OperationType::fail).empty());
}

TEST_F(RunTest, ErrorCodesDecide) {
  make("echo", 1, options(10, 3 * kSecond, 1));
  int count = 0;
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "echo") return false;
    const int code = count++ % 2 == 0 ? 11 : 13;
    reply(now_ns, arrival, {{"type", "error"}, {"code", code}, {"text", "sorry"}});
    return true;
  };
  go();
  const auto failed = operations(OperationType::fail);
  const auto unknown = operations(OperationType::info);
  ASSERT_FALSE(failed.empty());
  ASSERT_FALSE(unknown.empty());
  EXPECT_EQ(failed[0].error, nlohmann::json({"temporarily-unavailable", "sorry"}));
  EXPECT_EQ(unknown[0].error, nlohmann::json({"crash", "sorry"}));
}

TEST_F(RunTest, AMalformedReplyIsAnException) {
  make("unique-ids", 1, options(10, 3 * kSecond, 1));
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "generate") return false;
    reply(now_ns, arrival, {{"id", 1}, {"hint", "unique"}});
    return true;
  };
  go();
  EXPECT_TRUE(operations(OperationType::ok).empty());
  const auto result = check_exceptions(run_->history());
  ASSERT_EQ(result.at("exceptions").size(), 1U);
  EXPECT_EQ(result.at("exceptions").at(0).at("count"), operations(OperationType::info).size());
  // unique-ids keeps its clients over indeterminate operations: init, set-up, one client.
  EXPECT_EQ(nodes_.arrivals.back().message.at("src"), nodes_.arrivals[1].message.at("src"));
}

TEST_F(RunTest, ARequestAnsweredTwiceIsNoticed) {
  make("echo", 1, options(10, 3 * kSecond, 1));
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "echo") return false;
    reply(now_ns, arrival, {{"echo", arrival.message.at("body").at("echo")}});
    return arrival.message.at("body").at("msg_id") != 2;  // the second one gets another answer
  };
  go();
  ASSERT_EQ(run_->odd_replies().duplicates().size(), 1U);
  EXPECT_EQ(run_->odd_replies().duplicates()[0].in_reply_to, 2);
  EXPECT_EQ(run_->odd_replies().duplicates()[0].node, "n0");
}

TEST_F(RunTest, AMessageThatAnswersNoRequestIsKept) {
  make("echo", 1, options(10, 3 * kSecond, 1));
  const nlohmann::json odd = {1001, nullptr, 1.5, "1", {1}, nlohmann::json::object()};
  std::size_t sent = 0;
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (arrival.message.at("body").at("type") != "echo" || sent == odd.size()) return false;
    const nlohmann::json body = {{"type", "echo_ok"}, {"in_reply_to", odd[sent]}};
    EXPECT_FALSE(network_->send(now_ns, "n0", arrival.message.at("src").get<std::string>(),
                                body.dump(), "echo_ok"));
    ++sent;
    return false;
  };
  go();
  const auto& strays = run_->odd_replies().strays();
  ASSERT_EQ(strays.size(), 1U);
  EXPECT_EQ(strays.at("n0").count, static_cast<std::int64_t>(odd.size()));
  EXPECT_EQ(strays.at("n0").text.find("a message whose in_reply_to is an object and no number: {"),
            0U)
      << strays.at("n0").text;
  EXPECT_TRUE(run_->odd_replies().duplicates().empty());
}

TEST_F(RunTest, AnInitOkToAnotherRequestFailsTheRun) {
  make("echo", 1, options(10, 3 * kSecond, 1));
  special_ = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    const nlohmann::json body = {{"type", "init_ok"}, {"in_reply_to", 2}};
    network_->send(now_ns, "n0", arrival.message.at("src").get<std::string>(), body.dump(),
                   "init_ok");
    return true;
  };
  go();
  EXPECT_EQ(failure_.find("n0 did not answer init: it sent c"), 0U) << failure_;
  EXPECT_NE(failure_.find("whose in_reply_to is 2, which no open request has: "), std::string::npos)
      << failure_;
}

// Which read is the last one decides what is lost: it must not always be the same node's.
TEST_F(RunTest, TheOrderOfTheFinalReadsIsDrawn) {
  std::set<std::int64_t> last;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RunOptions seeded = options(10, kSecond, 3);
    seeded.seed = seed;
    end_ns_.reset();
    make("broadcast", 3, seeded);
    go();
    std::set<std::int64_t> threads;
    for (const Operation& each : operations(OperationType::invoke)) {
      if (each.final_read) threads.insert(each.process % 3);
      if (each.final_read && threads.size() == 3) last.insert(each.process % 3);
    }
    EXPECT_EQ(threads.size(), 3U);
  }
  EXPECT_EQ(last.size(), 3U);
}

TEST_F(RunTest, ASilentNodeFailsTheRun) {
  make("echo", 3, options(10, 3 * kSecond, 3));
  special_ = [](std::int64_t, const test::Arrival& arrival) { return arrival.node == 1; };
  go();
  EXPECT_EQ(failure_, "n1 did not answer init within 10 s");
  EXPECT_EQ(end_ns_, 10 * kSecond);
}

TEST_F(RunTest, PartitionsStartAtOnceTakeTurnsAndEndHealed) {
  RunOptions with_partitions = options(10, 30 * kSecond, 3);
  with_partitions.nemesis.interval_ns = {{Fault::partition, kSecond}};
  make("broadcast", 3, with_partitions);
  go();
  std::vector<std::string> deeds;
  std::int64_t first_ns = -1;
  for (const Operation& op : run_->history().operations()) {
    if (is_client(op)) continue;
    if (first_ns < 0) first_ns = op.time_ns;
    deeds.push_back(op.f);
  }
  EXPECT_EQ(first_ns, 0);
  ASSERT_GT(deeds.size(), 40U);  // two entries a deed, a deed a second
  for (std::size_t i = 0; i + 2 < deeds.size(); i += 2) {
    EXPECT_EQ(deeds[i], i / 2 % 2 == 0 ? "start-partition" : "stop-partition");
  }
  EXPECT_EQ(deeds.back(), "stop-partition");
  EXPECT_FALSE(run_->nemesis().is_active(Fault::partition));
}

TEST_F(RunTest, KillsHaveTheMeanInterval) {
  RunOptions with_kills = options(1, 100 * kSecond, 3);
  with_kills.nemesis.interval_ns = {{Fault::kill_worker, kSecond}};
  make("broadcast", 3, with_kills);
  go();
  const auto& kills = run_->nemesis().worker_kills();
  EXPECT_NEAR(static_cast<double>(std::accumulate(kills.begin(), kills.end(), std::int64_t{0})),
              100, 30);
  for (const std::int64_t count : kills) EXPECT_GT(count, 10);
}

// For tests that need several runs.
class Bare : public RunTest {
 public:
  using RunTest::heap_;
  using RunTest::make;
  using RunTest::run_;
  void TestBody() override {}
};

TEST(RunSeed, TheSameSeedGivesTheSameHistory) {
  const auto history_of = [](std::uint64_t seed) {
    Bare test;
    RunOptions chosen = options(20, 10 * kSecond, 3);
    chosen.seed = seed;
    chosen.nemesis.interval_ns = {{Fault::partition, kSecond}};
    test.make("broadcast", 3, chosen, {{10, LatencyDistribution::exponential}, true});
    test.run_->start(0);
    test::run_virtually(test.heap_);
    std::string text;
    for (const Operation& op : test.run_->history().operations()) text += to_json(op).dump() + "\n";
    return text;
  };
  EXPECT_EQ(history_of(5), history_of(5));
  EXPECT_NE(history_of(5), history_of(6));
}

}  // namespace
}  // namespace hearsay::bench
