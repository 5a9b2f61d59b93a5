// What nodes and strangers should not do: counted, told, and no harm.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/presence.h"

namespace hearsay::test {
namespace {

class BadLines : public BusTest {
 protected:
  std::string write(const std::string& text) const {
    std::ofstream(folder_ / "lines", std::ios::binary) << text;
    return folder_ / "lines";
  }
  std::unique_ptr<bus::Connection> stranger(const std::string& name) const {
    return std::make_unique<bus::Connection>(bus::ConnectionOptions{
        server_->url(), "", "", name, bus::Subjects("demo").inbox(name), {}});
  }
  bool is_dropped(const std::string& name, const std::string& kind, std::uint64_t count) const {
    return in_time(kPatience, [&] { return dropped(name, kind) == count; });
  }
};

TEST_F(BadLines, OfANodeAreDroppedCountedAndSaid) {
  const std::string lines = write(
      "hello\n"
      "\xff\xfe\n"
      R"({"src":"n1","dest":"n2","body":{"type":"x"}})"
      "\n"
      R"({"src":"n0","dest":"n2.in.n1","body":{"type":"x"}})"
      "\n");
  const NodeRunner& runner = attach("n0", {"--", node("attached.py"), "say", lines});
  up("n0");
  EXPECT_TRUE(is_dropped("n0", "no-message", 2));
  EXPECT_TRUE(is_dropped("n0", "foreign-source", 1));
  EXPECT_TRUE(is_dropped("n0", "no-such-name", 1));
  EXPECT_NE(runner.stderr_text().find("its src is not n0"), std::string::npos);
}

TEST_F(BadLines, LongerThanTheBusTakesAreDroppedCountedAndSaid) {
  server_->stop();
  start_server("max_payload: 65536\n");
  const std::string text(100'000, 'x');
  const std::string lines = write(R"({"src":"n0","dest":"c1","body":{"type":")" + text + "\"}}\n");
  const NodeRunner& runner = attach("n0", {"--", node("attached.py"), "say", lines});
  up("n0");
  EXPECT_TRUE(is_dropped("n0", "too-long", 1));
  EXPECT_NE(runner.stderr_text().find("max_payload"), std::string::npos);
  const Finished call = hearsay("call" + bus() + R"(n0 '{"type":")" + text + "\"}'");
  EXPECT_EQ(call.exit_code, 1);
  EXPECT_NE(call.output.find("max_payload"), std::string::npos) << call.output;
}

TEST_F(BadLines, OfStrangersAreDroppedAndCounted) {
  attach("n0", {"--", node("direct.py")});
  up("n0");
  const bus::Subjects subjects("demo");
  const auto other = stranger("c1");
  const std::string as_n1 = R"({"src":"n1","dest":"n0","body":{"type":"gossip","values":[66]}})";
  other->publish(subjects.line("n0", "c1"), as_n1);
  other->publish(subjects.line("n0", "c1"), "no JSON");
  other->publish(subjects.line("n0", "n1"),
                 R"({"src":"n1","dest":"n7","body":{"type":"gossip","values":[66]}})");
  other->publish(subjects.control("n0"), "{\"ask\":7}");
  other->publish(subjects.control("n0"), R"({"ask":"begin","roster":7})");
  other->publish(subjects.control("n0"), "[");
  other->publish(subjects.presence("n0"), "{}");
  other->publish(subjects.roster(), "", subjects.line("n0", "n0"));
  EXPECT_TRUE(is_dropped("n0", "stranger", 5));
  EXPECT_TRUE(meet({"n0"}, {}));
}

// Who says that it is there says so in one line of the table, whatever it calls its machine.
TEST_F(BadLines, WhatAStrangerSaysOfItselfIsOneLine) {
  const auto other = stranger("n7");
  cluster::Presence self;
  self.node = "n7";
  self.host = "here\nn8       ready\x1b[2J";
  const std::string text = cluster::to_json(self).dump();
  const std::jthread speaker([&](const std::stop_token& over) {
    while (!over.stop_requested()) {
      other->publish(bus::Subjects("demo").presence("n7"), text);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  const std::string table = hearsay("cluster status" + bus()).output;
  EXPECT_NE(table.find("here\\x0an8       ready\\x1b[2J\n"), std::string::npos) << table;
}

TEST_F(BadLines, AnInitByACallerIsDropped) {
  attach("n0");
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  stranger("c1")->publish(
      bus::Subjects("demo").line("n0", "c1"),
      R"({"src":"c1","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0"]}})");
  EXPECT_TRUE(is_dropped("n0", "stranger", 1));
  EXPECT_EQ(presence("n0")["state"], "waiting");
}

TEST_F(BadLines, ASecondInitIsDropped) {
  attach("n0");
  up("n0");
  stranger("c1")->publish(
      bus::Subjects("demo").line_by_operator("n0"),
      R"({"src":"c1","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n9","node_ids":["n9"]}})");
  EXPECT_TRUE(is_dropped("n0", "second-init", 1));
  EXPECT_EQ(call("n0", {{"type", "echo"}, {"echo", 7}})["echo"], 7);
}

// The newest are worth more than the oldest, and the bus does not wait.
TEST_F(BadLines, ASlowNodeLosesTheOldest) {
  constexpr int kLines = 20'000;
  constexpr int kQueue = 100;
  const std::string signal_file = folder_ / "go";
  NodeRunner& runner = attach(
      "n0", {"--queue", std::to_string(kQueue), "--", node("attached.py"), "deaf", signal_file});
  up("n0", "--topology none");
  const bus::Subjects subjects("demo");
  const auto fast = stranger("c1");
  for (int i = 0; i < kLines; ++i) {
    const std::string line =
        R"({"src":"c1","dest":"n0","body":{"type":"number","number":)" + std::to_string(i) + "}}";
    ASSERT_EQ(fast->publish(subjects.line("n0", "c1"), line), bus::Published::sent);
  }
  ASSERT_TRUE(fast->flush(60'000));
  // Other requests to the bus are served meanwhile: it is asked for its status here.
  std::uint64_t lost = 0;
  ASSERT_TRUE(in_time(kPatience, [&] {
    const std::uint64_t now = dropped("n0", "node-slow");
    const bool settled = now > 0 && now == lost;
    lost = now;
    return settled;
  }));
  std::ofstream(signal_file) << "";
  ASSERT_TRUE(in_time(kPatience, [&] {
    const auto self = presence("n0");
    return self.is_object() && self["lines-in"].get<std::uint64_t>() + lost == kLines;
  }));
  runner.signal(SIGTERM);
  ASSERT_EQ(runner.exit_code(), 0) << runner.stderr_text();
  std::ifstream file(signal_file);
  std::vector<int> got;
  for (int number = 0; file >> number;) got.push_back(number);
  ASSERT_EQ(got.size() + lost, std::size_t{kLines});
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
  EXPECT_EQ(got.front(), 0);
  // The last ones are all there, in a row: what the queue held.
  const std::vector<int> last(got.end() - kQueue, got.end());
  for (int i = 0; i < kQueue; ++i) {
    EXPECT_EQ(last[static_cast<std::size_t>(i)], kLines - kQueue + i);
  }
}

// A machine that stands still does not read: the server hangs up on it, and what was for it is
// gone.
TEST_F(BadLines, ASlowConsumerThatTheServerDropsIsBackAndGossipRepairs) {
  constexpr int kLines = 16'000;
  const std::vector<std::string> all = {"n0", "n1", "n2"};
  start_server("write_deadline: \"1s\"\nmax_pending: 1048576\n");
  for (const std::string& name : all) attach(name);
  up("n0,n1,n2");
  ASSERT_TRUE(acknowledges("n1", 1));
  attached("n1").signal(SIGSTOP);
  ASSERT_TRUE(acknowledges("n0", 2));
  const bus::Subjects subjects("demo");
  const auto fast = stranger("c1");
  const std::string line = R"({"src":"c1","dest":"n1","body":{"type":"number","text":")" +
                           std::string(2'000, 'x') + R"("}})";
  for (int i = 0; i < kLines; ++i) {
    ASSERT_EQ(fast->publish(subjects.line("n1", "c1"), line), bus::Published::sent);
  }
  ASSERT_TRUE(in_time(kPatience, [&] {
    return server_->words().find("Slow Consumer") != std::string::npos;
  })) << server_->words();
  ASSERT_TRUE(acknowledges("n2", 3));
  attached("n1").signal(SIGCONT);

  ASSERT_TRUE(in_time(kPatience, [&] {
    const auto self = presence("n1");
    return self.is_object() && self["bus-losses"] >= 1;
  })) << words_of_all();
  EXPECT_TRUE(meet(all, {1, 2, 3})) << words_of_all();
  ASSERT_TRUE(acknowledges("n1", 4));
  EXPECT_TRUE(meet(all, {1, 2, 3, 4}));
  const auto self = presence("n1");
  EXPECT_EQ(self["state"], "ready");
  EXPECT_LT(self["lines-in"].get<std::uint64_t>() + dropped("n1", "node-slow"), kLines);
  EXPECT_NE(attached("n1").stderr_text().find("the bus is back"), std::string::npos);
  for (const char* other : {"n0", "n2"}) EXPECT_EQ(presence(other)["bus-losses"], 0) << other;
}

TEST_F(BadLines, WhatIsSaidWhileTheBusIsAwayWaitsAndTheOldestGoFirst) {
  constexpr int kLines = 500;
  constexpr int kQueue = 50;
  attach("n0", {"--queue", std::to_string(kQueue), "--", node("attached.py"), "count",
                std::to_string(kLines)});
  const bus::Subjects subjects("demo");
  auto listener = stranger("c9");
  listener->subscribe(subjects.lines_to("c9"));
  up("n0");
  server_->stop();
  // All have been said by then: its input has not ended, so it is still there.
  std::this_thread::sleep_for(std::chrono::milliseconds(kLines * 4));
  server_->start();
  ASSERT_TRUE(comes_to_be("n0", "ready"));
  ASSERT_TRUE(in_time(kPatience, [&] {
    const auto self = presence("n0");
    const auto out = self["lines-out"].get<std::uint64_t>();
    return out + self["dropped"].value("bus-away", std::uint64_t{0}) >= kLines;
  })) << presence("n0");
  EXPECT_GT(dropped("n0", "bus-away"), 0U);
  EXPECT_GE(presence("n0")["lines-out"], kQueue);
}

}  // namespace
}  // namespace hearsay::test
