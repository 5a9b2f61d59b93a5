// The messages one by one, and what they carried. All in a network in virtual time.
#include "tools/experiment/network/message_log.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/tools/experiment/network/network_fixture.h"
#include "tools/experiment/network/body_scan.h"

namespace hearsay::bench {
namespace {

using Fate = MessageLog::Fate;

// n1 does not hear n0.
const Grudge kCut = {{false, false, false}, {true, false, false}, {false, false, false}};

class MessageLogTest : public NetworkTest {
 protected:
  Network& make_logged(const NetworkOptions& options) {
    Network& network = make(options);
    network.log_to(log_);
    return network;
  }
  void body_at(std::int64_t time_ms, const char* src, const char* dest, const std::string& text) {
    heap_.at(time_ms * kNsPerMs, [this, src, dest, text](std::int64_t now_ns) {
      EXPECT_FALSE(network_->send(now_ns, src, dest, text, "x"));
    });
  }
  void give(std::int64_t time_ms, const char* node, const std::string& value) {
    body_at(time_ms, "c0", node, R"({"type":"broadcast","msg_id":7,"message":)" + value + "}");
  }
  std::int64_t ended_ms(std::size_t i) const { return log_.messages().at(i).ended_ns / kNsPerMs; }

  MessageLog log_{3};
};

TEST_F(MessageLogTest, KeepsWhenEachSetOffAndArrived) {
  make_logged({{100}});
  send_at(5, "n0", "n1", "hello");
  send_at(6, "c0", "n1", "a client's");
  test::run_virtually(heap_);
  ASSERT_EQ(log_.messages().size(), 1U) << "those between nodes only";
  const MessageLog::Message& message = log_.messages()[0];
  EXPECT_EQ(message.sent_ns, 5 * kNsPerMs);
  EXPECT_EQ(ended_ms(0), 105);
  EXPECT_EQ(message.fate, Fate::arrived);
  EXPECT_EQ(message.src, 0U);
  EXPECT_EQ(message.dest, 1U);
  EXPECT_EQ(log_.types().at(message.type), "hello");
  EXPECT_EQ(message.body, R"({"type":"hello"})");
}

TEST(MessageLog, FollowsNoValuesWhereThereAreNone) {
  MessageLog log(2, false);
  log.request(0, 0, R"({"type":"add","delta":3})");
  log.sent(1, 0, 1, "apply", R"({"type":"apply","delta":3})");
  EXPECT_TRUE(log.values().empty());
  EXPECT_EQ(log.messages().size(), 1U);
}

// lin-kv as number 2, behind two nodes.
TEST(MessageLog, ServicesAreMembersWithoutValues) {
  MessageLog log(2);
  log.request(0, 0, R"({"type":"broadcast","message":7})");
  log.arrived(2, log.sent(1, 0, 2, "write", R"({"type":"write","key":1,"message":7})"));
  log.arrived(4, log.sent(3, 2, 1, "read_ok", R"({"type":"read_ok","message":7})"));
  ASSERT_EQ(log.messages().size(), 2U);
  EXPECT_EQ(log.messages()[0].dest, 2U);
  EXPECT_EQ(log.messages()[1].src, 2U);
  EXPECT_EQ(log.messages()[0].carried_count + log.messages()[1].carried_count, 0U);
  EXPECT_TRUE(log.reaches().empty());
}

TEST_F(MessageLogTest, KnowsWhatBecameOfEach) {
  Network& network = make_logged({{100}});
  network.cut(Fault::partition, kCut);
  send_at(1, "n0", "n1", "cut");
  send_at(2, "n2", "n1", "arrives");
  heap_.at(50 * kNsPerMs, [&](std::int64_t now_ns) { network.take_down(now_ns, 2); });
  send_at(10, "n0", "n2", "to the dead");
  test::run_virtually(heap_);
  EXPECT_EQ(log_.messages()[0].fate, Fate::lost);
  EXPECT_EQ(log_.messages()[0].lost_to, Fault::partition);
  EXPECT_EQ(log_.messages()[1].fate, Fate::arrived);
  EXPECT_EQ(log_.messages()[2].fate, Fate::lost);
  EXPECT_EQ(log_.messages()[2].lost_to, Fault::kill);
}

TEST_F(MessageLogTest, ACopyIsAFurtherArrival) {
  NetworkOptions options{{10}};
  options.wire.duplicate = 1;
  make_logged(options);
  send_at(0, "n0", "n1", "twice");
  test::run_virtually(heap_);
  EXPECT_EQ(log_.count(), 1U);
  EXPECT_EQ(log_.messages()[0].again_ns.size(), 1U);
}

TEST_F(MessageLogTest, LossIsCounted) {
  NetworkOptions options{{10}};
  options.wire.loss = 1;
  make_logged(options);
  send_at(3, "n0", "n1", "gone");
  test::run_virtually(heap_);
  EXPECT_EQ(log_.messages()[0].fate, Fate::lost);
  EXPECT_EQ(log_.messages()[0].lost_to, Fault::loss);
  EXPECT_EQ(ended_ms(0), 3);
}

TEST_F(MessageLogTest, FollowsAValueFromNodeToNode) {
  make_logged({{10}});
  give(0, "n0", "42");
  body_at(1, "n0", "n1", R"({"type":"x","values":[42]})");
  body_at(20, "n1", "n2", R"({"type":"x","message":42})");
  body_at(21, "n0", "n2", R"({"type":"x","values":[42]})");
  test::run_virtually(heap_);
  ASSERT_EQ(log_.values().size(), 1U) << "msg_id is none";
  EXPECT_EQ(log_.values()[0].text, "42");
  ASSERT_EQ(log_.reaches().size(), 2U);
  EXPECT_EQ(log_.reaches()[0].node, 1U);
  EXPECT_EQ(log_.reaches()[0].time_ns, 11 * kNsPerMs);
  EXPECT_EQ(log_.reaches()[1].node, 2U);
  EXPECT_EQ(log_.reaches()[1].from, 1U) << "the first one counts";
  EXPECT_EQ(log_.messages()[2].carried.size(), 1U) << "though it brings nothing new";
}

TEST_F(MessageLogTest, NumbersThatAreNoValuesAreNotTakenForSome) {
  make_logged({{10}});
  give(0, "n0", "1");
  give(0, "n1", "2");
  body_at(1, "n0", "n1", R"({"type":"x","hop":1,"run":[1,99],"deep":[1,[1]],"msg_id":1})");
  body_at(2, "n0", "n1", R"({"type":"x","values":[2]})");
  test::run_virtually(heap_);
  EXPECT_TRUE(log_.messages()[0].carried.size() == 1 && log_.reaches().size() == 1)
      << "only [1] within deep is a list of values";
  EXPECT_TRUE(log_.messages()[1].carried.empty()) << "its sender can't know it";
}

TEST_F(MessageLogTest, ValuesMayBeLargeOrTexts) {
  make_logged({{10}});
  for (const char* value : {"12345678901234567890", "-1", "\"word\"", "0", "1.5"}) {
    give(0, "n0", value);
    body_at(1, "n0", "n1", R"({"type":"x","values":[)" + std::string(value) + "]}");
  }
  test::run_virtually(heap_);
  EXPECT_EQ(log_.values().size(), 5U);
  EXPECT_EQ(log_.reaches().size(), 5U);
}

TEST_F(MessageLogTest, ALostMessageBringsNothing) {
  Network& network = make_logged({{10}});
  network.cut(Fault::partition, kCut);
  give(0, "n0", "5");
  body_at(1, "n0", "n1", R"({"type":"x","values":[5]})");
  test::run_virtually(heap_);
  EXPECT_EQ(log_.messages()[0].carried.size(), 1U);
  EXPECT_TRUE(log_.reaches().empty());
}

TEST(MessageLog, OfVeryManyAnEvenChoiceIsKept) {
  MessageLog log(2);
  const std::uint64_t count = 3 * MessageLog::kMostMessages;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto time_ns = static_cast<std::int64_t>(i);
    EXPECT_EQ(log.sent(time_ns, 0, 1, "x", "{}"), i);
    if (i > 0) log.arrived(time_ns, i - 1);
  }
  EXPECT_EQ(log.count(), count);
  EXPECT_EQ(log.stride(), 4U);
  ASSERT_EQ(log.messages().size(), count / 4);
  for (std::size_t i = 0; i < log.messages().size(); ++i) {
    ASSERT_EQ(log.messages()[i].sent_ns, static_cast<std::int64_t>(4 * i));
    ASSERT_EQ(log.messages()[i].ended_ns, static_cast<std::int64_t>(4 * i + 1));
  }
}

TEST(MessageLog, WhatIsThinnedOutBringsValuesAllTheSame) {
  MessageLog log(2);
  log.request(0, 0, R"({"type":"broadcast","message":1})");
  const std::uint64_t count = 2 * MessageLog::kMostMessages + 2;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) last = log.sent(0, 0, 1, "x", R"({"v":[1]})");
  ASSERT_NE(last % log.stride(), 0U);
  log.arrived(9, last);
  ASSERT_EQ(log.reaches().size(), 1U);
  EXPECT_EQ(log.reaches()[0].time_ns, 9);
}

TEST(MessageLog, LongBodiesAndLongListsAreCut) {
  MessageLog log(2);
  std::string body = R"({"type":"x","values":[)";
  for (int i = 0; i < 1000; ++i) {
    const std::string value = std::to_string(i);
    log.request(0, 0, R"({"type":"broadcast","message":)" + value + "}");
    body += (i > 0 ? "," : "") + value;
  }
  body += "]}";
  log.sent(0, 0, 1, "x", body);
  const MessageLog::Message& message = log.messages()[0];
  EXPECT_EQ(message.body.size(), MessageLog::kMostBodyBytes);
  EXPECT_EQ(message.body_bytes, body.size());
  EXPECT_EQ(message.carried_count, 1000U);
  ASSERT_EQ(message.carried.size(), MessageLog::kMostCarried);
  EXPECT_EQ(message.carried.back(), 999U) << "the newest";
}

TEST(BodyScan, FindsFlatListsAndMembers) {
  std::string lists;
  std::string members;
  scan_body(R"({"a" : [1, -2.5,"x]\"y"], "b":{"c":true,"d":[[3],[],4]},"e":"[5]"})",
            {[&](const std::vector<std::string_view>& elements) {
               for (const auto& element : elements) lists.append(element).append(" ");
               lists += "| ";
             },
             [&](std::string_view name, std::string_view scalar) {
               members.append(name).append("=").append(scalar).append(" ");
             }});
  EXPECT_EQ(lists, R"(1 -2.5 "x]\"y" | 3 | )");
  EXPECT_EQ(members, R"(c=true e="[5]" )");
}

}  // namespace
}  // namespace hearsay::bench
