// Faults of the network between attached nodes, done by what has attached them.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/cluster/played_node.h"
#include "tests/tools/cluster/test_on_bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/conditions.h"

namespace hearsay::test {
namespace {

class FaultsOnBus : public TestOnBus {
 protected:
  // What was done where the nodes are attached.
  static int hits(const nlohmann::json& results, const char* kind) {
    int sum = 0;
    for (const auto& node : results["hearsay"]["bus"]["nodes"]) sum += node["hit"].value(kind, 0);
    return sum;
  }
  // As the bench asks. Null: no answer.
  nlohmann::json ask(const std::string& node, const nlohmann::json& request) const {
    const bus::Subjects subjects("demo");
    bus::Connection other({server_->url(), "", "", "other", subjects.inbox("other"), {}});
    const auto answer = other.request(subjects.control(node), request.dump(), kPatience.count());
    return nlohmann::json::parse(answer ? answer->text : "null", nullptr, false);
  }
  nlohmann::json set(const std::string& node, const cluster::Conditions& conditions) const {
    return ask(node, {{"ask", "network"}, {"conditions", to_json(conditions)}});
  }
};

// The bench counts what it knows must happen; those who did it have counted, too.
TEST_F(FaultsOnBus, WhatTheBenchCountsHasHappened) {
  attach_all({"--allow-faults"});
  const Finished finished =
      run("-w broadcast --latency 10 --loss 0.1 --duplicate 0.2 --reorder 0.2 "
          "--nemesis partition,one-way --nemesis-interval 1",
          kLonger);
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  const nlohmann::json all = results();
  const nlohmann::json& lost = all["hearsay"]["messages"]["lost"];
  EXPECT_GT(hits(all, "loss"), 0) << finished.output;
  EXPECT_GT(hits(all, "cut"), 0) << finished.output;
  EXPECT_EQ(hits(all, "loss"), lost["loss"]);
  EXPECT_EQ(hits(all, "duplicate"), all["hearsay"]["messages"]["duplicated"]);
  EXPECT_EQ(hits(all, "reorder"), all["hearsay"]["messages"]["reordered"]);
  // One that comes as a cut begins or ends may be counted otherwise there.
  EXPECT_NEAR(hits(all, "cut"), lost["partition"].get<int>() + lost["one-way"].get<int>(),
              0.2 * hits(all, "cut") + 5);
  EXPECT_EQ(all["workload"]["lost-count"], 0);
}

TEST_F(FaultsOnBus, ValuesTakeAsLongAsIsAskedFor) {
  attach_all({"--allow-faults", "--", node("direct.py")});
  const Finished finished = run("-w broadcast --latency 300");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  // Counted to the last read that missed a value: of so many, one comes in the second half.
  EXPECT_GE(results()["workload"]["stable-latencies"]["1"], 150) << finished.output;
}

// That node sends each value once, to everybody, and does not care whether it arrives.
TEST_F(FaultsOnBus, WhatIsLostIsLost) {
  attach_all({"--allow-faults", "--", node("direct.py")});
  const Finished finished = run("-w broadcast --loss 1");
  EXPECT_EQ(finished.exit_code, 1) << finished.output << words_of_all();
  const nlohmann::json all = results();
  EXPECT_EQ(hits(all, "loss"), all["net"]["servers"]["send-count"]);
  EXPECT_EQ(all["net"]["servers"]["recv-count"], 0);
}

TEST_F(FaultsOnBus, WhoMayNotBeHurtIsNot) {
  attach_all();
  for (const char* arguments : {"--latency 100", "--loss 0.1", "--nemesis partition"}) {
    const Finished finished = run("-w broadcast " + std::string(arguments));
    EXPECT_EQ(finished.exit_code, 255) << arguments;
    EXPECT_NE(finished.output.find("n0 was attached without --allow-faults"), std::string::npos)
        << finished.output;
  }
  cluster::Conditions deaf;
  deaf.run = "r1";
  EXPECT_NE(set("n0", deaf).value("wrong", "").find("without --allow-faults"), std::string::npos);
}

// Step by step: n0 hears nothing of n1 until the cut is healed, killed and started in between.
TEST_F(FaultsOnBus, ACutHoldsUntilItIsHealed) {
  attach_all({"--allow-faults"});
  EXPECT_TRUE(set("n0", {}).contains("network"));
  EXPECT_TRUE(ask("n0", {{"ask", "network"}}).contains("wrong"));
  EXPECT_TRUE(ask("n0", {{"ask", "network"}, {"conditions", 7}}).contains("wrong"));
  cluster::Conditions cut;
  cut.run = "r1";
  cut.nodes = {"n0", "n1", "n2"};
  cut.deaf_to = {"n1", "n2"};
  EXPECT_EQ(set("n0", cut)["network"], "deaf to n1, n2");
  ask("n0", {{"ask", "kill"}});
  ask("n0", {{"ask", "start"}});
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  up("n0,n1,n2");
  ASSERT_TRUE(acknowledges("n1", 1));
  ASSERT_TRUE(meet({"n1", "n2"}, {1}));
  const auto has_cut = [&] { return presence("n0")["hit"].value("cut", 0) >= 3; };
  EXPECT_TRUE(in_time(kPatience, has_cut)) << "they go on trying";
  EXPECT_EQ(call("n0", {{"type", "read"}})["messages"], nlohmann::json::array());
  EXPECT_NE(hearsay("cluster status" + bus()).output.find("network: deaf to n1, n2"),
            std::string::npos);
  set("n0", {});
  EXPECT_TRUE(meet(kNodes, {1}));
  EXPECT_EQ(presence("n0")["network"], "");
}

// Its nodes say each value once.
TEST_F(FaultsOnBus, WhatIsOnItsWayToANodeDiesWithIt) {
  attach_all({"--allow-faults", "--", node("direct.py")});
  cluster::Conditions slow;
  slow.run = "r1";
  slow.nodes = {"n0", "n1", "n2"};
  slow.link.latency.mean_ms = 3'000;
  ASSERT_TRUE(set("n0", slow).contains("network"));
  up("n0,n1,n2");
  ASSERT_TRUE(acknowledges("n1", 1));
  ask("n0", {{"ask", "kill"}});
  ask("n0", {{"ask", "start"}});
  ASSERT_TRUE(comes_to_be("n0", "ready"));
  set("n0", {});
  ASSERT_TRUE(acknowledges("n1", 2));
  EXPECT_TRUE(meet({"n0"}, {2}));
  std::this_thread::sleep_for(std::chrono::milliseconds(slow.link.latency.mean_ms));
  EXPECT_EQ(call("n0", {{"type", "read"}})["messages"], nlohmann::json({2}));
}

TEST_F(FaultsOnBus, AfterTheRunTheNetworkIsWhatItWas) {
  attach_all({"--allow-faults"});
  ASSERT_EQ(run("-w echo --latency 10 --loss 0.5").exit_code, 0) << words_of_all();
  for (const std::string& name : kNodes) EXPECT_EQ(presence(name)["network"], "") << name;
}

TEST_F(FaultsOnBus, ANodeIsOfOneTestAtATime) {
  attach_all();
  const nlohmann::json claim = {{"ask", "test"}, {"run", "somebody's"}};
  ASSERT_TRUE(ask("n1", claim).contains("test"));
  const Finished refused = run("-w echo");
  EXPECT_EQ(refused.exit_code, 255);
  EXPECT_NE(refused.output.find("another hearsay test has n1"), std::string::npos)
      << refused.output;
  ASSERT_TRUE(ask("n0", claim).contains("test")) << "whoever was refused has let go";
  for (const char* node : {"n0", "n1"}) ask(node, {{"ask", "over"}, {"run", "somebody's"}});
  EXPECT_EQ(run("-w echo").exit_code, 0) << words_of_all();
  EXPECT_TRUE(ask("n2", claim).contains("test")) << "and so has whoever is at its end";
  EXPECT_TRUE(ask("n2", {{"ask", "nonsense"}}).contains("wrong"));
  for (const char* ask_for : {"test", "over"}) {
    EXPECT_EQ(ask("n2", {{"ask", ask_for}})["wrong"], "the name of a run is missing");
  }
}

TEST_F(FaultsOnBus, ATestThatCanNotTellOfItsNetworkLetsGoOfAllNodes) {
  attach("n0", {"--allow-faults"});
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  const PlayedNode other(server_->url(), "n1", "", "network");
  const Finished refused = run("-w echo --loss 0.5");
  EXPECT_EQ(refused.exit_code, 255);
  EXPECT_NE(refused.output.find("n1 can't be told of the network's faults"), std::string::npos)
      << refused.output;
  EXPECT_TRUE(ask("n0", {{"ask", "test"}, {"run", "somebody's"}}).contains("test"));
  EXPECT_EQ(presence("n0")["network"], "");
}

TEST_F(FaultsOnBus, ANetworkThatIsNotAsWasAskedForIsSaid) {
  const PlayedNode node(server_->url(), "n0", "loss 1");
  const Finished finished = run("-w echo --loss 0.5");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const std::string words =
      R"(at the end the network of n0 was "loss 1", and not "loss 0.5" as this test had asked)";
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
}

class InterruptedOnBus : public FaultsOnBus {
 protected:
  void start_bench(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"test",   "--bus", server_->url(), "-w",   "broadcast",
                                      "--rate", "20",    "--store",      store()};
    words.insert(words.end(), more.begin(), more.end());
    bench_ = std::make_unique<NodeRunner>(NodeSetup{HEARSAY_COMMAND, words});
  }
  std::unique_ptr<NodeRunner> bench_;
};

TEST_F(InterruptedOnBus, NobodyElseChangesTheNetworkOfARun) {
  attach_all({"--allow-faults"});
  start_bench({"--loss", "0.5", "--time-limit", "60"});
  ASSERT_TRUE(in_time(kPatience, [&] { return presence("n2")["network"] == "loss 0.5"; }));
  EXPECT_NE(set("n2", {}).value("wrong", "").find("another test"), std::string::npos);
  EXPECT_EQ(presence("n2")["network"], "loss 0.5");
}

TEST_F(InterruptedOnBus, NoNodeStaysPausedOrDown) {
  for (const char* fault : {"pause", "kill"}) {
    const std::string state = fault == std::string("kill") ? "down" : "paused";
    attach_all({"--allow-faults"});
    start_bench({"--nemesis", fault, "--nemesis-interval", "100", "--time-limit", "60"});
    const auto hit = [&] {
      const nlohmann::json all = status()["nodes"];
      return std::any_of(all.begin(), all.end(),
                         [&](const auto& node) { return node["state"] == state; });
    };
    ASSERT_TRUE(in_time(kPatience, hit)) << fault;
    bench_->signal(SIGINT);
    EXPECT_EQ(bench_->exit_code(), 130) << bench_->stderr_text();
    EXPECT_FALSE(hit()) << fault;
  }
}

// The cut is to end while nobody hears of it.
TEST_F(InterruptedOnBus, WhatWasNotHeardIsAskedForAgain) {
  attach_all({"--allow-faults"});
  // The outage begins within the 8 s, and goes on beyond them. Not every seed cuts anything off: a
  // minority of a third is nobody here.
  start_bench({"--seed", "1", "--nemesis", "partition", "--nemesis-interval", "100", "--time-limit",
               "8", "--recovery", "12"});
  const auto is_cut = [&] {
    const nlohmann::json all = status()["nodes"];
    return std::any_of(all.begin(), all.end(),
                       [](const auto& node) { return node["network"] != ""; });
  };
  ASSERT_TRUE(in_time(kPatience, is_cut)) << bench_->stderr_text() << words_of_all();
  server_->stop();
  std::this_thread::sleep_for(std::chrono::seconds(9));
  server_->start();
  EXPECT_TRUE(in_time(kPatience, [&] { return !is_cut(); }));
  EXPECT_EQ(bench_->exit_code(), 0) << bench_->stderr_text() << words_of_all();
}

TEST_F(InterruptedOnBus, WithoutTheBusAtTheEndThereIsNoVerdict) {
  attach_all({"--allow-faults"});
  start_bench({"--time-limit", "8", "--recovery", "1"});
  // The load has begun.
  ASSERT_TRUE(in_time(kPatience, [&] {
    const Finished read = hearsay("call" + bus() + R"(n0 '{"type":"read"}' --timeout-ms 300)");
    return read.output.find("\"messages\":[") != std::string::npos &&
           read.output.find("\"messages\":[]") == std::string::npos;
  })) << bench_->stderr_text();
  server_->stop();
  EXPECT_EQ(bench_->exit_code(), 255) << bench_->stderr_text();
  EXPECT_EQ(results()["hearsay"]["failure-kind"], "bus-away");
}

TEST_F(FaultsOnBus, AnInterruptedRunLeavesNoFaultBehind) {
  attach_all({"--allow-faults"});
  NodeRunner bench({HEARSAY_COMMAND,
                    {"test", "--bus", server_->url(), "-w", "broadcast", "--loss", "0.5",
                     "--time-limit", "60", "--store", store()}});
  EXPECT_TRUE(in_time(kPatience, [&] { return presence("n2")["network"] == "loss 0.5"; }));
  bench.signal(SIGINT);
  EXPECT_EQ(bench.exit_code(), 130) << bench.stderr_text();
  for (const std::string& name : kNodes) EXPECT_EQ(presence(name)["network"], "") << name;
}

}  // namespace
}  // namespace hearsay::test
