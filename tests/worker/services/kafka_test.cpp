// Logs: offsets are given once, by the owner; nothing acknowledged is lost, doubled or moved,
// whatever the network and the workers' deaths do.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tests/worker/services/logs.h"
#include "worker/gossip/replica.h"
#include "worker/services/log_asks.h"

namespace hearsay::test {
namespace {

using services::LogAsks;

TEST(Kafka, TheOwnerGivesOffsetsAtOnce) {
  Logs logs(1);
  EXPECT_EQ(logs.answer(logs.send(0, "a", 7)),
            Json({{"type", "send_ok"}, {"in_reply_to", 101}, {"offset", 0}}));
  EXPECT_EQ(logs.answer(logs.send(0, "a", "x"))["offset"], 1);
  EXPECT_EQ(logs.answer(logs.send(0, "b", {{"n", nullptr}}))["offset"], 0);
  EXPECT_EQ(logs.poll(0, {{"a", 0}, {"b", 0}, {"c", 0}}),
            Json({{"a", {{0, 7}, {1, "x"}}}, {"b", {{0, {{"n", nullptr}}}}}}));
  EXPECT_EQ(logs.poll(0, {{"a", 1}}), Json({{"a", {{1, "x"}}}}));
  EXPECT_EQ(logs.poll(0, {{"a", 2}}), Json::object()) << "no empty array";
  EXPECT_EQ(logs.poll(0, Json::object()), Json::object());
}

TEST(Kafka, OfSeveralNodesTheOwnerGivesThem) {
  Logs logs(3);
  std::vector<int> ids;
  for (int i = 0; i < 90; ++i) {
    ids.push_back(logs.send(static_cast<std::size_t>(i % 3), std::to_string(i % 5), i));
    logs.cluster.run_for(3 * kNsPerMs);
  }
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  std::map<std::pair<std::string, int>, int> given;
  for (int i = 0; i < 90; ++i) {
    const Json answer = logs.answer(ids[static_cast<std::size_t>(i)]);
    ASSERT_EQ(answer["type"], "send_ok") << i;
    const auto place = std::pair(std::to_string(i % 5), answer["offset"].get<int>());
    EXPECT_TRUE(given.emplace(place, i).second) << "an offset is given once";
  }
  for (std::size_t node = 0; node < 3; ++node) {
    for (int log = 0; log < 5; ++log) {
      const Json messages = logs.whole_log(node, std::to_string(log));
      ASSERT_EQ(messages.size(), 18U);
      for (int at = 0; at < 18; ++at) {
        EXPECT_EQ(messages.at(static_cast<std::size_t>(at)),
                  Json({at, given.at({std::to_string(log), at})}));
      }
    }
  }
}

// The first goes at once; those that follow wait for each other, and go with what they had.
TEST(Kafka, AsksGoTogether) {
  Logs logs(2);
  const std::string log = logs.log_of(1);
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  logs.cluster.forget_sent();
  constexpr auto kMeanwhile = static_cast<int>(LogAsks::kPeriodNs / kNsPerMs);
  for (int i = 0; i <= kMeanwhile; ++i) {
    logs.send(0, log, i);
    logs.cluster.run_for(kNsPerMs);
  }
  const auto asked = logs.cluster.sent(services::kAppendType);
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked.front().body["asks"].size(), 1U);
  EXPECT_EQ(asked.back().body["asks"].size(), static_cast<std::size_t>(kMeanwhile));
}

TEST(Kafka, LossReorderingAndCopiesChangeNothing) {
  Logs logs(3);
  logs.log_of(0);
  int sent = 0;
  logs.cluster.copies = 2;
  logs.cluster.lost = [&](const GossipCluster::Sent&) { return ++sent % 3 == 0; };
  logs.cluster.late_ns = [&](const GossipCluster::Sent&) { return sent % 5 * 30 * kNsPerMs; };
  std::map<std::size_t, std::vector<int>> wanted;  // by the owner of the log
  for (int i = 0; i < 60; ++i) {
    const auto owner = static_cast<std::size_t>(i / 3 % 3);
    wanted[owner].push_back(i);
    logs.send(static_cast<std::size_t>(i % 3), logs.log_of(owner), i);
    logs.cluster.run_for(20 * kNsPerMs);
  }
  logs.cluster.lost = nullptr;
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  for (std::size_t owner = 0; owner < 3; ++owner) {
    const std::string log = logs.log_of(owner);
    const Json messages = logs.whole_log(0, log);
    std::vector<int> values;
    for (const Json& each : messages) {
      if (each[1].is_number()) values.push_back(each[1].get<int>());
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(values, wanted[owner]) << "each once";
    for (std::size_t node = 1; node < 3; ++node) EXPECT_EQ(logs.whole_log(node, log), messages);
  }
}

TEST(Kafka, WorkersMayDieAfterAnyStep) {
  Logs logs(2);
  const std::string logs_of[] = {logs.log_of(0), logs.log_of(1)};
  std::size_t steps = 0;
  bool inside = false;
  logs.cluster.after_step = [&](std::size_t node) {
    if (inside || ++steps % 3 != 0) return;
    inside = true;
    if (steps % 2 == 0) logs.cluster.core(node).compact();
    logs.cluster.restart(node);
    inside = false;
  };
  std::vector<int> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(logs.send(static_cast<std::size_t>(i % 2), logs_of[i / 2 % 2], i));
    logs.cluster.run_for(7 * kNsPerMs);
  }
  logs.cluster.after_step = nullptr;
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  for (int i = 0; i < 100; ++i) {
    const Json answer = logs.answer(ids[static_cast<std::size_t>(i)]);
    ASSERT_EQ(answer["type"], "send_ok") << i;
    for (std::size_t node = 0; node < 2; ++node) {
      const Json found = logs.poll(node, {{logs_of[i / 2 % 2], answer["offset"]}});
      EXPECT_EQ(found[logs_of[i / 2 % 2]][0][1], i);
    }
  }
}

TEST(Kafka, AnOwnerOutOfReachIsSaidToBe) {
  Logs logs(2);
  const std::string log = logs.log_of(1);
  bool cut = true;
  logs.cluster.lost = [&](const GossipCluster::Sent&) { return cut; };
  const int first = logs.send(0, log, "unknown");
  logs.cluster.run_for(LogAsks::kPatienceNs - kNsPerMs);
  EXPECT_TRUE(logs.answer(first).is_null());
  logs.cluster.run_for(2 * kNsPerMs);
  EXPECT_EQ(logs.answer(first)["code"], 13) << "it may be appended yet";
  EXPECT_EQ(logs.answer(logs.send(0, log, "refused"))["code"], 11) << "at once";
  EXPECT_EQ(logs.answer(logs.send(1, log, "there"))["type"], "send_ok");
  cut = false;
  logs.cluster.run_for(3 * kNsPerSecond);
  EXPECT_EQ(logs.answer(first)["code"], 13) << "not answered once more";
  const int later = logs.send(0, log, "later");
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_EQ(logs.answer(later)["type"], "send_ok");
  const std::string text = logs.whole_log(0, log).dump();
  EXPECT_NE(text.find("unknown"), std::string::npos);
  EXPECT_EQ(text.find("refused"), std::string::npos);
}

TEST(Kafka, CommittedOffsetsOnlyGrowAndSpread) {
  Logs logs(2);
  const auto commit = [&](std::size_t node, const Json& offsets) {
    return logs.cluster.ask(node, {{"type", "commit_offsets"}, {"offsets", offsets}})["type"];
  };
  const auto committed = [&](std::size_t node) {
    return logs.cluster.ask(
        node, {{"type", "list_committed_offsets"}, {"keys", {"a", "b", "a"}}})["offsets"];
  };
  EXPECT_EQ(committed(0), Json::object());
  EXPECT_EQ(commit(0, {{"a", 5}, {"b", 0}}), "commit_offsets_ok");
  EXPECT_EQ(commit(0, {{"a", 3}}), "commit_offsets_ok");
  EXPECT_EQ(committed(0), Json({{"a", 5}, {"b", 0}}));
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_EQ(committed(1), Json({{"a", 5}, {"b", 0}}));
  logs.cluster.core(1).compact();
  logs.cluster.restart(1);
  EXPECT_EQ(committed(1), Json({{"a", 5}, {"b", 0}}));
}

TEST(Kafka, APollOfManyMessagesTakesSeveral) {
  Logs logs(1);
  const std::string text(50'000, 'x');
  for (int i = 0; i < 20; ++i) logs.send(0, "a", text);
  int offset = 0;
  int polls = 0;
  while (offset < 20 && polls < 20) {
    const Json messages = logs.poll(0, {{"a", offset}});
    ASSERT_TRUE(messages.contains("a"));
    for (const Json& each : messages["a"]) EXPECT_EQ(each[0], offset++);
    ++polls;
  }
  EXPECT_EQ(polls, 4);
}

// Also of what others lack no message is longer than a line may be.
TEST(Kafka, ManyLongMessagesGoInSeveralMessagesBetweenNodes) {
  Logs logs(2);
  const std::string own = logs.log_of(0);
  logs.cluster.forget_sent();
  bool cut = true;
  logs.cluster.lost = [&](const GossipCluster::Sent&) { return cut; };
  const std::string text(400'000, 'x');
  for (int i = 0; i < 10; ++i) logs.send(0, own, text);
  logs.cluster.run_for(kNsPerSecond);
  cut = false;
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  for (const GossipCluster::Sent& message : logs.cluster.sent()) {
    EXPECT_LT(message.body.dump().size(), gossip::kMostEntryBytes + text.size());
  }
  const Json end = logs.answer(logs.send(0, own, "end"))["offset"];
  for (int offset = end.get<int>() - 10; offset < end; ++offset) {
    EXPECT_TRUE(logs.poll(1, {{own, offset}})[own][0][1] == text) << offset;
  }
}

TEST(Kafka, AnAppendThatNobodyWaitsForMakesNoOwnerSilent) {
  Logs logs(2);
  const std::string log = logs.log_of(1);
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  const Json silent = {
      {"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "send"}, {"key", log}, {"msg", 1}}}};
  logs.cluster.core(0).send(silent);
  EXPECT_TRUE(logs.answer(logs.send(0, log, 2)).is_null()) << "it is asked for";
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_NE(logs.whole_log(0, log).dump().find(",1]"), std::string::npos);
}

// Those that wait are refused before they are too many; and what one more costs does not depend on
// how many wait (tests/worker/cost_test.cpp).
TEST(Kafka, TooManyAppendsForOneOwnerAreRefused) {
  Logs logs(2);
  const std::string log = logs.log_of(1);
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  std::vector<int> ids;
  for (std::size_t i = 0; i <= LogAsks::kMostAsks; ++i) ids.push_back(logs.send(0, log, i));
  EXPECT_EQ(logs.answer(ids.back())["code"], 11);
  EXPECT_TRUE(logs.answer(ids[LogAsks::kMostAsks - 1]).is_null());
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  for (const GossipCluster::Sent& message : logs.cluster.sent(services::kAppendType)) {
    EXPECT_LT(message.body.dump().size(), 100'000U);
  }
  for (std::size_t i = 0; i < LogAsks::kMostAsks; ++i) {
    const Json answer = logs.answer(ids[i]);
    ASSERT_TRUE(answer["type"] == "send_ok" || answer["code"] == 13) << answer;
  }
  const auto end = logs.answer(logs.send(1, log, "end"))["offset"].get<std::size_t>();
  EXPECT_GE(end, LogAsks::kMostAsks) << "all were appended";
}

TEST(Kafka, AMessageThatFitsNoLineToOthersIsRefused) {
  CoreHarness core({.max_line_bytes = 4096}, {7, 42}, nullptr, "kafka");
  core.initialise();
  const auto send = [&](std::size_t bytes) {
    return core.ask({{"type", "send"}, {"key", "a"}, {"msg", std::string(bytes, 'x')}});
  };
  EXPECT_NE(send(2000)["type"], "error");
  EXPECT_EQ(send(2100)["code"], 12);
}

class OwnerFromNothing : public ::testing::TestWithParam<bool> {
 protected:
  OwnerFromNothing() {
    log_ = logs_.log_of(1);
    for (int i = 0; i < 20; ++i) logs_.send(static_cast<std::size_t>(i % 3), log_, i);
    logs_.cluster.run_for(kNsPerSecond);
    before_ = logs_.whole_log(0, log_);
    end_ = before_.size();
    EXPECT_GT(end_, 20U);
    if (GetParam()) {
      logs_.cluster.after_step = [this, inside = false](std::size_t node) mutable {
        if (std::exchange(inside, true)) return;
        logs_.cluster.core(node).compact();
        logs_.cluster.restart(node);
        inside = false;
      };
    }
  }

  Logs logs_{3};
  std::string log_;
  Json before_;
  std::size_t end_ = 0;  // of the log
};

TEST_P(OwnerFromNothing, AsksTheOthersHowFarItsLogsAre) {
  logs_.cluster.lose_everything(1);
  EXPECT_EQ(logs_.answer(logs_.send(1, log_, "refused"))["code"], 11);
  const int asked = logs_.send(0, log_, "waits");
  logs_.cluster.run_for(LogAsks::kPatienceNs);
  EXPECT_EQ(logs_.answer(asked)["offset"], end_);
  EXPECT_EQ(logs_.answer(logs_.send(1, log_, "own"))["offset"], end_ + 1);
  for (std::size_t node = 0; node < 3; ++node) {
    logs_.cluster.run_for(kNsPerSecond / 2);
    Json log = logs_.whole_log(node, log_);
    ASSERT_EQ(log.size(), end_ + 2);
    log.erase(end_ + 1);
    log.erase(end_);
    EXPECT_EQ(log, before_);
  }
}

// What one of them alone has, and its messages get lost.
TEST_P(OwnerFromNothing, HearsAllOfThem) {
  int lost = 0;
  logs_.cluster.lost = [&](const GossipCluster::Sent& message) {
    return message.from == 0 && message.to == 1 && message.is("gossip-delta") && ++lost <= 2;
  };
  logs_.cluster.lose_everything(2);
  logs_.cluster.lose_everything(1);
  std::size_t offset = 0;
  while (offset == 0) {
    logs_.cluster.run_for(20 * kNsPerMs);
    const Json answer = logs_.answer(logs_.send(1, log_, "own"));
    if (answer["type"] == "send_ok") offset = answer["offset"].get<std::size_t>();
  }
  EXPECT_EQ(offset, end_);
  EXPECT_GE(lost, 2);
}

TEST_P(OwnerFromNothing, DoesNotWaitForThoseOutOfReachForEver) {
  logs_.cluster.lost = [](const GossipCluster::Sent& message) {
    return message.from == 2 || message.to == 2;
  };
  logs_.cluster.lose_everything(1);
  logs_.cluster.run_for(kNsPerSecond);
  EXPECT_EQ(logs_.answer(logs_.send(1, log_, "refused"))["code"], 11);
  logs_.cluster.run_for(kNsPerSecond);
  EXPECT_EQ(logs_.answer(logs_.send(1, log_, "own"))["offset"], end_);
}

INSTANTIATE_TEST_SUITE_P(Workers, OwnerFromNothing, ::testing::Bool(),
                         [](const auto& dying) { return dying.param ? "die" : "live"; });

// A log that comes in several messages.
TEST(Kafka, AnOwnerFromNothingHearsAllOfItsLogs) {
  Logs logs(2, {.max_line_bytes = 4096});
  const std::string log = logs.log_of(1);
  for (int i = 0; i < 300; ++i) logs.send(1, log, i);
  logs.cluster.run_for(5 * kNsPerSecond);
  const std::size_t end = logs.whole_log(0, log).size();
  ASSERT_GT(end, 300U);
  logs.cluster.lose_everything(1);
  Json answer;
  while (answer["type"] != "send_ok") {
    logs.cluster.run_for(5 * kNsPerMs);
    answer = logs.answer(logs.send(1, log, "own"));
  }
  EXPECT_EQ(answer["offset"], end);
}

// What a peer says of a log that this node owns. Beyond the last offset nothing is taken (see
// ReplicaMalformed); at it nothing more is appended, or no other node would take it.
TEST(Kafka, AFullLogTakesNothingMore) {
  CoreHarness core({}, {7, 42}, nullptr, "kafka");
  core.initialise({"n0", "n1"});
  core.now_ns += 2 * kNsPerSecond;  // nobody answers
  std::string own = "a";
  const auto send = [&](const std::string& log) {
    return core.ask({{"type", "send"}, {"key", log}, {"msg", 1}});
  };
  while (send(own)["type"] != "send_ok") own += "a";
  const auto hear = [&](const Json& fields) {
    Json body = {{"type", "gossip-delta"}, {"lives", {60, 7}}, {"confirms", 0}};
    body.update(fields);
    return core.send({{"src", "n1"}, {"dest", "n0"}, {"body", body}});
  };
  const std::int64_t last = std::int64_t{1} << 32;
  hear({{"interval", {0, 1}}, {"entries", {{own, last - 2, 1, 60, 3, "odd"}}}});
  EXPECT_EQ(send(own)["offset"], last - 1);
  const Json two_asks = {{"type", services::kAppendType},
                         {"life", 60},
                         {"msg_id", 9},
                         {"asks", {{4, own, 5}, {5, own, 6}}}};
  const auto refusal = core.send({{"src", "n1"}, {"dest", "n0"}, {"body", two_asks}});
  EXPECT_EQ(refusal.at(0)["body"]["code"], 12);
  EXPECT_EQ(send(own)["offset"], last);
  EXPECT_EQ(send(own)["code"], 14);
  EXPECT_EQ(core.ask({{"type", "commit_offsets"}, {"offsets", {{own, last}}}})["type"],
            "commit_offsets_ok");
  core.restart();
  EXPECT_EQ(send(own)["code"], 14);
  EXPECT_EQ(core.ask({{"type", "poll"}, {"offsets", {{own, last}}}})["msgs"][own],
            Json::array({Json::array({last, 1})}));
}

TEST(Kafka, BadRequestsChangeNothing) {
  Logs logs(2);
  const std::string own = logs.log_of(0);
  const std::string other = logs.log_of(1);
  const auto refused = [&](const Json& body) {
    EXPECT_EQ(logs.cluster.ask(0, body)["code"], 12) << body;
  };
  refused({{"type", "send"}, {"key", 5}, {"msg", 1}});
  refused({{"type", "send"}, {"key", own}});
  refused({{"type", "poll"}});
  refused({{"type", "poll"}, {"offsets", {1}}});
  refused({{"type", "poll"}, {"offsets", {{"a", -1}}}});
  refused({{"type", "commit_offsets"}, {"offsets", {{"a", (std::int64_t{1} << 32) + 1}}}});
  refused({{"type", "commit_offsets"}, {"offsets", {{"a", "1"}}}});
  refused({{"type", "list_committed_offsets"}, {"keys", "a"}});
  const std::string before = logs.cluster.core(0).journal();
  for (const Json& asks :
       {Json{{1, other, 5}}, Json{{2, own, 5}, {2, own, 6}}, Json{{1, own}}, Json{{0, own, 5}},
        Json{{-1, own, 5}}, Json{{(1LL << 48) + 1, own, 5}}, Json{{1, 7, 5}}, Json(7)}) {
    logs.cluster.hear(0, 1, {{"type", services::kAppendType}, {"life", 9}, {"asks", asks}});
  }
  logs.cluster.hear(0, 1, {{"type", services::kAppendType}, {"asks", {{1, own, 5}}}});
  EXPECT_EQ(logs.cluster.core(0).journal(), before);
}

}  // namespace
}  // namespace hearsay::test
