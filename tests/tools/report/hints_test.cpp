// What is said of the causes: small runs in virtual time, and what their nodes are said to have
// written. Each hint, and where it must not be given.
#include "tools/report/hints.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tools/experiment/run_fixture.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/report/remarks.h"

namespace hearsay::bench {
namespace {

class Hints : public RunTest {
 protected:
  // One node, which does with each client's request what `take` does; false: it answers.
  void run_echo(std::function<bool(std::int64_t, const test::Arrival&)> take) {
    run_alone("echo", std::move(take));
  }
  void run_alone(const char* workload, std::function<bool(std::int64_t, const test::Arrival&)> take,
                 std::size_t clients = 1) {
    options_.binary = "./node.py";
    options_.workload = workload;
    options_.thread_count = clients;
    options_.node_count = 1;
    options_.rate_hz = 10;
    options_.time_limit_s = 1;
    make(workload, 1, options(10, kSecond, clients));
    special_ = [take = std::move(take)](std::int64_t now_ns, const test::Arrival& arrival) {
      return arrival.message.at("body").at("type") != "init" && take(now_ns, arrival);
    };
    go();
    outcome_.talks.resize(1);
    outcome_.usage.resize(1);
    outcome_.wall_ns = 6 * kSecond;
    results_ = {{"stats", check_stats(run_->history())},
                {"net", check_net(run_->history(), *network_)},
                {"workload", nlohmann::json::object()},
                {"hearsay", {{"oddities", nlohmann::json::object()}}}};
  }
  void run_silent_node() {
    run_echo([](std::int64_t, const test::Arrival&) { return true; });
  }
  // All hints, a line each.
  std::string hints() const {
    std::string all;
    const nlohmann::json hints = find_hints(results_, options_, *run_, *network_, outcome_);
    for (const auto& hint : hints) all += hint.get<std::string>() + "\n";
    return all;
  }
  void lose_a_message(std::int64_t sent_ns = 0) {
    network_->take_down(0, 1);
    network_->send(sent_ns, "n0", "n1", R"({"type":"gossip"})", "gossip");
    ASSERT_GT(network_->lost(), 0);
  }
  std::string remarks() {
    results_["hearsay"]["deaths"] = outcome_.deaths.json();
    add_remarks(results_, options_, *run_, *network_, outcome_);
    return results_.at("hearsay").at("remarks").dump();
  }
  static bool says(const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
  }

  TestOptions options_;
  Outcome outcome_;
  nlohmann::json results_;
};

TEST_F(Hints, ASilentNodeIsAskedAboutItsFlush) {
  run_silent_node();
  EXPECT_TRUE(says(hints(), "n0 said nothing after the run had begun: does it flush")) << hints();
  EXPECT_TRUE(says(hints(), "and does it know what echo asks?")) << hints();
  outcome_.talks[0].log_lines = 3;
  outcome_.talks[0].last_log_lines = {"echo", "echo", "listening"};
  outcome_.talks[0].log_file = "/logs/n0.log";
  EXPECT_TRUE(says(hints(), "does it flush")) << hints();
  EXPECT_TRUE(says(hints(), "n0 wrote 3 lines to stderr, the last: listening (all: /logs/n0.log)"))
      << hints();
}

TEST_F(Hints, BytesWithoutALineEndAreNoQuestionOfFlush) {
  run_silent_node();
  outcome_.talks[0].unfinished = "{\"src\"";
  outcome_.talks[0].unfinished_bytes = 6;
  EXPECT_TRUE(says(hints(), "the stdout of n0 holds 6 bytes without a line end")) << hints();
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
}

TEST_F(Hints, WhoForgetsLineEndsLaterIsToldSo) {
  int answered = 0;
  run_echo([&](std::int64_t, const test::Arrival&) { return ++answered > 3; });
  EXPECT_EQ(hints(), "");
  outcome_.talks[0].unfinished = "{\"src\"";
  outcome_.talks[0].unfinished_bytes = 6;
  EXPECT_TRUE(says(hints(), "holds 6 bytes without a line end")) << hints();
}

TEST_F(Hints, WhoPrintsWhatIsNoMessageFlushes) {
  run_silent_node();
  outcome_.findings.add_bad_line(0, "n0", "no message", "hello");
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
}

TEST_F(Hints, WhoRunsAllTheTimeIsNotToldToFlush) {
  run_silent_node();
  outcome_.usage[0].cpu_us = 1'200'000;
  EXPECT_TRUE(says(hints(), "does it flush")) << "it may have needed that to start: " << hints();
  outcome_.talks[0].is_busy = true;
  EXPECT_TRUE(says(hints(), "n0 used 1.2 s of CPU in 6.0 s: is it in a loop that does not end?"))
      << hints();
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
  outcome_.talks[0].is_busy = false;  // it waits, for whoever reads its stderr
  outcome_.usage[0].cpu_us = 3'500'000;
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
}

TEST_F(Hints, WhoRunsAllTheTimeBehindItsLastAnswerIsAskedAboutALoop) {
  int answered = 0;
  options_.time_limit_s = 8;
  run_echo([&](std::int64_t, const test::Arrival&) { return ++answered > 3; });
  outcome_.usage[0].cpu_us = 3'500'000;
  EXPECT_FALSE(says(hints(), "is it in a loop")) << "it waits: " << hints();
  outcome_.talks[0].is_busy = true;
  EXPECT_TRUE(says(hints(), "n0 used 3.5 s of CPU in 6.0 s: is it in a loop")) << hints();
}

TEST_F(Hints, WhoComplainsOnStderrIsQuotedAndNotToldToFlush) {
  run_silent_node();
  outcome_.talks[0].log_lines = 40;
  outcome_.talks[0].last_log_lines = {"Traceback (most recent call last):", "KeyError: 'value'",
                                      "  "};
  EXPECT_TRUE(says(hints(), "n0 wrote 40 lines to stderr, among them: KeyError: 'value'"))
      << hints();
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
  outcome_.talks[0].log_lines = 2'000'000;
  outcome_.talks[0].last_log_lines = {"loop"};
  EXPECT_TRUE(says(hints(), "2000000 lines to stderr, the last: loop")) << hints();
  EXPECT_FALSE(says(hints(), "does it flush")) << hints();
}

// Its last answers were good, but some request had none.
TEST_F(Hints, AnErrorOnStderrIsToldWhereARequestWasNotAnswered) {
  int asked = 0;
  options_.time_limit_s = 8;
  run_echo([&](std::int64_t, const test::Arrival&) { return ++asked == 1; });
  outcome_.talks[0].log_lines = 1;
  outcome_.talks[0].last_log_lines = {"got an echo"};
  EXPECT_EQ(says(hints(), "stderr"), asked == 1) << hints();
  outcome_.talks[0].last_log_lines = {"ValueError: no"};
  EXPECT_TRUE(says(hints(), "n0 wrote 1 line to stderr: ValueError: no")) << hints();
}

TEST_F(Hints, OurOwnNodesLogIsNoHint) {
  run_silent_node();
  options_.binary = "build/bin/hearsay-node";
  outcome_.talks[0].log_lines = 1;
  outcome_.talks[0].last_log_lines = {R"({"event":"Error"})"};
  EXPECT_FALSE(says(hints(), "stderr")) << hints();
}

TEST_F(Hints, AnErrorWithoutACodeIsQuoted) {
  nlohmann::json code;
  const auto refuse = [&](std::int64_t now_ns, const test::Arrival& arrival) {
    nlohmann::json body = {{"type", "error"}, {"text", "no"}};
    if (!code.is_null()) body["code"] = code;
    reply(now_ns, arrival, body);
    return true;
  };
  run_echo(refuse);
  EXPECT_TRUE(says(hints(), "with an error whose code is no whole number")) << hints();
  code = "11";
  run_echo(refuse);
  EXPECT_TRUE(says(hints(), R"(the first: {"code":"11",)")) << hints();
  code = 1234;
  run_echo(refuse);
  EXPECT_FALSE(says(hints(), "no whole number")) << "a code of one's own: " << hints();
  EXPECT_TRUE(says(hints(), "whose code is none of Maelstrom's")) << hints();
  EXPECT_TRUE(says(hints(), "\"code\":1234")) << hints();
  code = 11;
  run_echo(refuse);
  EXPECT_FALSE(says(hints(), "whose code is")) << hints();
}

TEST_F(Hints, AMalformedReplyAmongGoodOnesIsCounted) {
  int asked = 0;
  run_echo([&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (++asked % 3 != 0) return false;
    reply(now_ns, arrival, nlohmann::json::object());
    return true;
  });
  EXPECT_TRUE(says(remarks(), "s got a malformed reply, the first from n0: the reply lacks"))
      << remarks();
}

// Clients of g-set give no error a meaning, so it ends their request like a malformed reply.
TEST_F(Hints, AReplyThatIsAnErrorIsNotMalformed) {
  int asked = 0;
  run_alone("g-set", [&](std::int64_t now_ns, const test::Arrival& arrival) {
    if (++asked % 3 != 0) return false;
    reply(now_ns, arrival, {{"type", "error"}, {"code", 11}, {"text", "later"}});
    return true;
  });
  EXPECT_FALSE(says(remarks(), "malformed reply")) << remarks();
}

// Much an operation, and much a second: what goes by the clock is much for each of few operations.
TEST_F(Hints, NodesThatDrownInMessagesAreAskedWhatTheyPassOn) {
  constexpr const char* kAsked = "do they pass on what they know already";
  run_silent_node();
  nlohmann::json& servers = results_["net"]["servers"];
  for (const auto& [an_operation, a_second] : {std::pair(99.0, 1000), std::pair(1000.0, 99)}) {
    servers["msgs-per-op"] = an_operation;
    servers["msg-count"] = a_second;
    EXPECT_FALSE(says(hints(), kAsked)) << hints();
  }
  servers["msg-count"] = 101;
  EXPECT_TRUE(says(hints(), "each other, or the services, 1000 messages an operation")) << hints();
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
}

TEST_F(Hints, NodesThatTellEachOtherNothingAreAskedWhoPassesOn) {
  constexpr const char* kAsked = "the nodes sent each other nothing: who passes on";
  const auto answer = [](std::int64_t, const test::Arrival&) { return false; };
  run_alone("broadcast", answer);
  results_["workload"]["valid?"] = false;
  EXPECT_FALSE(says(hints(), kAsked)) << "there is only one: " << hints();
  network_->add_node("n1");
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
  results_["workload"]["anomaly-types"] = {"G1a"};
  EXPECT_FALSE(says(hints(), kAsked)) << "silence is not what does that: " << hints();
  results_["workload"].erase("anomaly-types");
  results_["workload"]["valid?"] = true;
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  results_["workload"]["valid?"] = false;
  options_.workload = "unique-ids";
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  options_.workload = "broadcast";
  network_->send(0, "n0", "n1", R"({"type":"gossip"})", "gossip");
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  run_alone("broadcast", [](std::int64_t, const test::Arrival&) { return true; });
  network_->add_node("n1");
  results_["workload"]["valid?"] = false;
  EXPECT_FALSE(says(hints(), kAsked)) << "nobody was told anything: " << hints();
}

TEST_F(Hints, LostMessagesWithLostValuesAreAskedWhoSaysThemAgain) {
  constexpr const char* kAsked = "1 message between nodes got lost: does a node say again";
  run_alone("broadcast", [](std::int64_t, const test::Arrival&) { return false; });
  network_->add_node("n1");
  results_["workload"]["lost-count"] = 2;
  results_["hearsay"]["missing"] = {{"5", {"n1"}}, {"6", {"n0", "n1"}}};
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  lose_a_message();
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
  results_["hearsay"]["missing"].erase("5");
  EXPECT_FALSE(says(hints(), kAsked)) << "who acknowledged it does not have it: " << hints();
  results_["hearsay"]["missing"] = {{"5", {"n1"}}};
  EXPECT_FALSE(says(hints(), "flood")) << hints();
  options_.binary = "/usr/bin/hearsay-node";
  EXPECT_FALSE(says(hints(), kAsked)) << "ours do: " << hints();
  options_.node_arguments = {"--gossip", "flood"};
  EXPECT_TRUE(says(hints(), "--gossip flood does not")) << hints();
  results_["workload"]["lost-count"] = 0;
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
}

TEST_F(Hints, ValuesThatAreLostSoonAfterTheLoadMayOnlyBeLate) {
  constexpr const char* kTold = "the final reads began 0.2 s after the load (--recovery)";
  run_alone("broadcast", [](std::int64_t, const test::Arrival&) { return false; });
  options_.recovery_s = 0.2;
  EXPECT_FALSE(says(hints(), kTold)) << hints();
  network_->add_node("n1");
  results_["workload"]["lost-count"] = 1;
  for (const Operation& operation : run_->history().operations()) {
    if (operation.f == "broadcast") results_["workload"]["lost"] = {operation.value};
  }
  EXPECT_FALSE(says(hints(), kTold)) << "nobody has it: " << hints();
  results_["hearsay"]["missing"] = {{"0", {"n1"}}};
  EXPECT_TRUE(says(hints(), kTold)) << hints();
  options_.time_limit_s = 60;  // as if that had been long ago
  EXPECT_FALSE(says(hints(), kTold)) << hints();
  options_.time_limit_s = 1;
  options_.recovery_s = 10;
  EXPECT_FALSE(says(hints(), "--recovery")) << hints();
}

// It may have waited for another node, whose message was taken from it.
TEST_F(Hints, WhoAnswersNoMoreWhereMessagesGotLostIsNotBlamed) {
  int answered = 0;
  run_echo([&](std::int64_t, const test::Arrival&) { return ++answered > 3; });
  EXPECT_TRUE(says(remarks(), "n0 answered nothing after")) << remarks();
  network_->add_node("n1");
  lose_a_message();
  EXPECT_TRUE(says(remarks(), "n0 answered nothing after")) << "it asked nobody: " << remarks();
  lose_a_message(5 * kSecond);
  EXPECT_FALSE(says(remarks(), "answered nothing")) << remarks();
}

// Not of those that came later.
TEST_F(Hints, WhoDropsOneRequestAnswersTheOthers) {
  int asked = 0;
  run_alone(
      "echo", [&](std::int64_t, const test::Arrival&) { return ++asked == 2; }, 4);
  EXPECT_GT(asked, 3);
  EXPECT_FALSE(says(remarks(), "answered nothing")) << remarks();
}

TEST_F(Hints, WhatNodesAskedTheServicesForInVainIsTold) {
  run_silent_node();
  outcome_.service_words = {"n0 sent seq-kv 3 requests without a msg_id"};
  EXPECT_TRUE(says(hints(), "n0 sent seq-kv 3 requests without")) << hints();
  options_.binary = "build/bin/hearsay-node";
  EXPECT_FALSE(says(hints(), "seq-kv")) << "ours does it well: " << hints();
  run_echo([](std::int64_t, const test::Arrival&) { return false; });
  outcome_.service_words = {"n0 sent seq-kv 3 requests without a msg_id"};
  EXPECT_EQ(hints(), "") << "nobody waited in vain";
}

TEST_F(Hints, WhoWaitsForAServiceIsAskedWhetherItReadsOn) {
  constexpr const char* kAsked = "does it go on reading its stdin while it waits";
  struct NoAnswers : ServicePort {
    std::optional<ServiceReply> handle(std::string_view) override { return {}; }
  };
  NoAnswers service;
  run_silent_node();
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  network_->add_node("n1");
  network_->add_service("seq-kv", service);
  network_->send(0, "n0", "seq-kv", R"({"type":"read"})", "read");
  EXPECT_TRUE(says(hints(), "n0 asked a service once and was answered: ")) << hints();
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
  outcome_.service_words = {"n0 sent seq-kv 1 request without a msg_id"};
  EXPECT_FALSE(says(hints(), kAsked)) << "it is known why: " << hints();
  outcome_.service_words.clear();
  options_.latency_ms = 600;
  EXPECT_FALSE(says(hints(), kAsked)) << "the answer takes its time: " << hints();
  options_.latency_ms = 0;
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
  network_->send(0, "n0", "n1", R"({"type":"forward"})", "forward");
  EXPECT_FALSE(says(hints(), kAsked)) << "it may wait for n1: " << hints();
}

TEST_F(Hints, WhatIsWrongWithAStateDirectoryMayBeOfAnEarlierRun) {
  constexpr const char* kAsked = "did the nodes begin with the state of an earlier run?";
  run_alone("g-counter", [](std::int64_t, const test::Arrival&) { return false; });
  results_["workload"]["valid?"] = false;
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
  options_.node_arguments = {"--state-dir", "/somewhere"};
  EXPECT_TRUE(says(hints(), kAsked)) << hints();
  options_.binary = "hearsay-node";
  options_.workload = "txn-rw-register";
  options_.node_count = 2;
  EXPECT_FALSE(says(hints(), kAsked)) << "it is the models that are wanted: " << hints();
  results_["workload"]["valid?"] = true;
  EXPECT_FALSE(says(hints(), kAsked)) << hints();
}

TEST_F(Hints, AStateThatNobodySawIsOfNoEarlierRun) {
  run_silent_node();
  results_["workload"]["valid?"] = false;
  options_.node_arguments = {"--state-dir", "/somewhere"};
  EXPECT_FALSE(says(hints(), "the state of an earlier run")) << hints();
}

TEST(NodeTalk, TellsTheLineThatNamesTheError) {
  NodeTalk talk;
  EXPECT_EQ(talk.telling_line(), "");
  EXPECT_FALSE(talk.complains());
  talk.last_log_lines = {"ReferenceError: reply is not defined", "    at main (a.js:3)", " "};
  EXPECT_EQ(talk.telling_line(), "ReferenceError: reply is not defined");
  EXPECT_TRUE(talk.complains());
  talk.last_log_lines = {"Traceback (most recent call last):", "  raise Boom", "Boom: 3"};
  EXPECT_EQ(talk.telling_line(), "Boom: 3");
  talk.last_log_lines = {"one", "two", ""};
  EXPECT_EQ(talk.telling_line(), "two");
}

}  // namespace
}  // namespace hearsay::bench
