#include "worker/core/node.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/protocol/message_record.h"
#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

Json echo(int msg_id, const std::string& text = "hi") {
  return {{"src", "c1"},
          {"dest", "n0"},
          {"body", {{"type", "echo"}, {"msg_id", msg_id}, {"echo", text}}}};
}

TEST(Node, InitIsAnswered) {
  CoreHarness core;
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n0"}}}),
            (Json{{"type", "init_ok"}, {"in_reply_to", 1}}));
}

TEST(Node, TheSameInitAgainIsAnsweredAgain) {
  CoreHarness core;
  core.initialise({"n0", "n1"});
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n0", "n1"}}})["type"],
            "init_ok");
}

TEST(Node, AnotherInitIsRefused) {
  CoreHarness core;
  core.initialise({"n0", "n1"});
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n5"}, {"node_ids", {"n5", "n1"}}})["code"],
            22);
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n0"}}})["code"], 22);
}

TEST(Node, ABadInitIsError12AndTheNodeStaysUninitialised) {
  CoreHarness core;
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", 5}, {"node_ids", {"n0"}}})["code"], 12);
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}})["code"], 12);
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n1"}}})["code"], 12);
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", ""}, {"node_ids", {""}}})["code"], 12);
  EXPECT_EQ(core.ask({{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"n0"}}})["type"],
            "init_ok");
}

TEST(Node, MessagesBeforeInitWaitForItInOrder) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  EXPECT_TRUE(core.send(echo(1, "one")).empty());
  EXPECT_TRUE(core.send(gossip_from("n1", {5})).empty());
  EXPECT_TRUE(core.send(echo(2, "two")).empty());
  const auto lines = core.send(
      {{"src", "c9"},
       {"dest", "n0"},
       {"body", {{"type", "init"}, {"msg_id", 1}, {"node_id", "n0"}, {"node_ids", {"n0", "n1"}}}}});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["body"]["type"], "init_ok");
  EXPECT_EQ(lines[1]["body"]["echo"], "one");
  EXPECT_EQ(lines[2]["body"]["echo"], "two");
  for (const Json& line : lines) EXPECT_EQ(line["src"], "n0");
  EXPECT_EQ(core.ask({{"type", "read"}})["messages"], Json({5}));
}

TEST(Node, MessagesBeforeInitSurviveACrash) {
  CoreHarness core;
  core.send(echo(1));
  core.restart();
  core.compact();
  core.restart();
  const auto lines = core.send(
      {{"src", "c9"},
       {"dest", "n0"},
       {"body", {{"type", "init"}, {"msg_id", 1}, {"node_id", "n0"}, {"node_ids", {"n0"}}}}});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1]["body"]["type"], "echo_ok");
}

TEST(Node, GenerateRequestsThatWaitedForInitGetDifferentIds) {
  CoreHarness core;
  for (int id : {1, 2}) {
    core.send({{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "generate"}, {"msg_id", id}}}});
  }
  const auto lines = core.send(
      {{"src", "c9"},
       {"dest", "n0"},
       {"body", {{"type", "init"}, {"msg_id", 1}, {"node_id", "n0"}, {"node_ids", {"n0"}}}}});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[1]["body"]["id"], lines[2]["body"]["id"]);
}

TEST(Node, AnUnknownTypeIsError10) {
  CoreHarness core;
  core.initialise();
  EXPECT_EQ(core.ask({{"type", "frobnicate"}})["code"], 10);
}

TEST(Node, UnknownAnswersAndUnknownPeersTalkAreNotAnswered) {
  CoreHarness core;
  core.initialise();
  const Json answer{{"src", "n1"},
                    {"dest", "n0"},
                    {"body", {{"type", "error"}, {"msg_id", 3}, {"in_reply_to", 9}}}};
  EXPECT_TRUE(core.send(answer).empty());
  EXPECT_TRUE(core.send({{"src", "n1"}, {"dest", "n0"}, {"body", {{"type", "what"}}}}).empty());
}

TEST(Node, ARequestWithoutMsgIdIsNotAnswered) {
  CoreHarness core;
  core.initialise();
  EXPECT_TRUE(core.send({{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "echo"}, {"echo", 1}}}})
                  .empty());
}

TEST(Node, AMessageInPartsIsOneMessage) {
  CoreHarness core;
  core.initialise();
  const auto lines = core.send_in_parts(echo(8, std::string(1000, 'x')), 100);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["echo"], std::string(1000, 'x'));
}

TEST(Node, PartsSurviveACrashAndACompaction) {
  CoreHarness core;
  core.initialise();
  core.send_in_parts(echo(7, "before"), 16);  // its parts must not come back
  int crashes = 0;
  const auto lines = core.send_in_parts(echo(8, std::string(100, 'x')), 50, [&] {
    if (++crashes % 2 == 0) core.compact();
    core.restart();
  });
  EXPECT_GE(crashes, 2);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["echo"], std::string(100, 'x'));
}

TEST(Node, ASkippedRequestGetsError13) {
  CoreHarness core;
  core.initialise();
  const Json line = core.skip(echo(4));
  EXPECT_EQ(line["body"]["code"], 13);
  EXPECT_EQ(line["body"]["in_reply_to"], 4);
  EXPECT_TRUE(core.skip(gossip_from("n1", {1})).is_null());
}

TEST(Node, ARequestWithoutRoomGetsError11AndIsNotDone) {
  CoreHarness core;
  core.initialise();
  const Json request = {{"src", "c1"},
                        {"dest", "n0"},
                        {"body", {{"type", "broadcast"}, {"msg_id", 4}, {"message", 1}}}};
  const Json line = core.skip(request, core::Node::Skipped::without_room);
  EXPECT_EQ(line["body"]["code"], 11);
  EXPECT_EQ(line["body"]["in_reply_to"], 4);
  EXPECT_TRUE(core.skip(gossip_from("n1", {1}), core::Node::Skipped::without_room).is_null());
  EXPECT_EQ(core.ask({{"type", "read"}})["messages"], Json::array());
}

// The supervisor queues one worker_started however many workers start. When that one is skipped no
// other need follow, and its worker must come to its work all the same.
class ASkippedStart : public testing::TestWithParam<core::Node::Skipped> {};

TEST_P(ASkippedStart, IsMadeUpForLater) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  core.restart();
  core.wakes.clear();
  core.skip_start(2, GetParam());
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines)) << "silent for good";
  ASSERT_TRUE(core.fire_next_timer(lines)) << "the services did not start";
}

INSTANTIATE_TEST_SUITE_P(Why, ASkippedStart,
                         testing::Values(core::Node::Skipped::after_crashes,
                                         core::Node::Skipped::without_room),
                         [](const auto& tested) {
                           return tested.param == core::Node::Skipped::without_room ? "room"
                                                                                    : "crashes";
                         });

// Whichever part finds no room: one answer, and the rest of the message is not taken for another.
TEST(Node, AMessageOfManyPartsIsGivenUpAtAnyOfThem) {
  constexpr std::uint64_t kPiece = 100;
  for (int part = 0; part < 6; ++part) {
    for (const bool dies : {false, true}) {
      CoreHarness core;
      core.initialise();
      const auto lines = core.send_in_parts(
          echo(8, std::string(500, 'x')), kPiece,
          [&] {
            if (dies) core.restart();
          },
          [&](int number) { return number == part; });
      ASSERT_EQ(lines.size(), 1U) << part;
      EXPECT_EQ(lines[0]["body"]["code"], 11) << part;
      EXPECT_EQ(lines[0]["body"]["in_reply_to"], 8) << part;
      const auto next = core.send_in_parts(echo(9, std::string(500, 'y')), kPiece);
      ASSERT_EQ(next.size(), 1U) << part;
      EXPECT_EQ(next[0]["body"]["echo"], std::string(500, 'y')) << part;
    }
  }
}

TEST(Node, AMessageCutOffByAnotherIsForgotten) {
  CoreHarness core;
  core.initialise();
  core.send_in_parts(echo(8, std::string(500, 'x')), 100, {},
                     [](int number) { return number > 1; });
  const auto lines = core.send_in_parts(echo(9, "whole"), 50, [&] { core.restart(); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["echo"], "whole");
}

// A start for which there is no room is not tried over and over, but a second later.
TEST(Node, AStartWithoutRoomIsPutOff) {
  CoreHarness core;
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  const auto timer = core.wakes.at(0);
  core.restart();
  core.wakes.clear();
  core.find_no_room(protocol::InputKind::timer, 0, std::string(bytes_of(timer.token)));
  core.worker_started(2);
  ASSERT_EQ(core.wakes.size(), 1U) << "the strategy is not started: it would set a timer now";
  EXPECT_EQ(core.wakes[0].at_ns, core.now_ns + kNsPerSecond);
  EXPECT_EQ(core.ask({{"type", "read"}})["messages"], Json({1}));
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  EXPECT_FALSE(core.wakes.empty() && lines.empty()) << "it goes on";
  // The next start is as any other.
  core.restart();
  core.wakes.clear();
  core.worker_started(3);
  ASSERT_FALSE(core.wakes.empty());
  EXPECT_NE(core.wakes[0].at_ns, core.now_ns + kNsPerSecond);
}

TEST(Node, AnAnswerThatWorkersDieOfIsNotAnswered) {
  CoreHarness core;
  core.initialise();
  const Json answer{{"src", "n1"},
                    {"dest", "n0"},
                    {"body", {{"type", "echo_ok"}, {"msg_id", 3}, {"in_reply_to", 9}}}};
  EXPECT_TRUE(core.skip(answer).is_null());
}

// However many workers it takes.
TEST(Node, WhatWaitsForInitHasABound) {
  constexpr std::uint64_t kMessageBytes = 1024 * 1024;
  const std::string begin = R"({"src":"c1","dest":"n0","body":{"type":"echo","msg_id":4,"echo":")";
  const std::string line = begin + std::string(kMessageBytes, 'x') + "\"}}";
  CoreHarness core;
  std::uint64_t kept = 0;
  std::vector<Json> lines;
  while ((lines = core.send_text(line)).empty() && kept < 200) {
    if (++kept == 40) core.restart();
  }
  EXPECT_EQ(kept, core::kMaxDeferredBytes / kMessageBytes - 1) << "with their envelopes";
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["code"], 11);
}

// A service that does what none should, and tells what it drew.
class Careless : public core::Service {
 public:
  explicit Careless(std::vector<std::uint64_t>& drawn) : drawn_(drawn) {}
  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 2> kTypes{"half", "draw"};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override {
    if (message.type == "draw") {
      drawn_.push_back(context.random().below(std::uint64_t{1} << 60));
      return;
    }
    context.change(1, "half");
    context.reply(message, "half_ok");
    throw core::BadRequest("and then not");
  }

 private:
  std::vector<std::uint64_t>& drawn_;
};

class CarelessNode : public testing::Test {
 protected:
  CarelessNode() {
    std::vector<core::RegisteredService> services;
    services.push_back({3, "careless", std::make_unique<Careless>(drawn_)});
    node_.emplace(core::NodeKey{1, 2}, std::move(services), events_);
    step("init", {{"node_id", R"("n0")"}, {"node_ids", R"(["n0"])"}});
  }
  void step(std::string_view type, const std::vector<protocol::Field>& fields = {}) {
    std::string payload(bytes_of(protocol::InputHeader{0}));
    protocol::append_message_record(payload, {"c1", "n0", type, 7, std::nullopt, fields});
    effects_.clear();
    node_->step({inputs_++, protocol::InputKind::message, 0, payload}, effects_);
  }

  trace::NoEvents events_;
  std::vector<std::uint64_t> drawn_;
  std::optional<core::Node> node_;
  core::Effects effects_;
  std::uint64_t inputs_ = 0;
};

TEST_F(CarelessNode, ARefusedRequestLeavesNothingOfWhatItDid) {
  step("half");
  EXPECT_EQ(effects_.journal(), "");
  RecordReader records(effects_.outputs());
  const auto answer = records.next();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->payload.find(R"("code":12)"), std::string::npos) << answer->payload;
  EXPECT_FALSE(records.next());
}

TEST_F(CarelessNode, EachInputDrawsItsOwnRandomNumbers) {
  for (int i = 0; i < 10; ++i) step("draw");
  EXPECT_EQ(std::set(drawn_.begin(), drawn_.end()).size(), 10U);
}

TEST(Node, TimersOfEarlierWorkersDoNotFire) {
  CoreHarness core;
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  ASSERT_EQ(core.wakes.size(), 1U);
  core.restart();
  core.worker_started(2);
  ASSERT_EQ(core.wakes.size(), 2U);
  const auto stale = core.wakes[0];
  core.wakes = {stale};
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  EXPECT_TRUE(lines.empty());
  EXPECT_TRUE(core.wakes.empty());
}

TEST(Node, ACorruptJournalIsReportedNotFollowed) {
  trace::NoEvents events;
  const auto replay = [&](const Record& record) {
    core::Node node({1, 1}, {}, events);
    node.replay(record);
  };
  EXPECT_THROW(replay({99, core::kNodeTag, ""}), CorruptSegment);
  EXPECT_THROW(replay({1, core::kNodeTag, "no json"}), CorruptSegment);
  EXPECT_THROW(replay({2, core::kNodeTag, "short"}), CorruptSegment);
  EXPECT_THROW(replay({1, 77, ""}), CorruptSegment);
}

}  // namespace
}  // namespace hearsay::test
