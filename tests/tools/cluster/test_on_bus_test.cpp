// hearsay test --bus, as people run it, with a real nats-server.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/cluster/test_on_bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"

namespace hearsay::test {
namespace {

std::set<std::string> keys_of(const nlohmann::json& json) {
  std::set<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.insert(key);
  return keys;
}

TEST_F(TestOnBus, EchoIsValid) {
  attach_all();
  const Finished finished = run("-w echo");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  EXPECT_NE(finished.output.find("everything looks good"), std::string::npos) << finished.output;
  EXPECT_GT(results()["stats"]["ok-count"], 20);
}

// It is answered when the node has its init: that is during the run.
TEST_F(TestOnBus, WhatSomebodyAskedBeforeTheInitIsNoPartOfTheRun) {
  attach_all();
  const Finished call = hearsay("call" + bus() + R"(n0 '{"type":"read"}' --timeout-ms 300)");
  EXPECT_EQ(call.exit_code, 1);
  EXPECT_NE(call.output.find("whether it has had its init"), std::string::npos) << call.output;
  const Finished finished = run("-w broadcast");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  EXPECT_NE(finished.output.find("others spoke with the nodes during the run, 1 line: c"),
            std::string::npos)
      << finished.output;
}

// The bench's clients get names that others may have had before.
TEST_F(TestOnBus, WhoHasTheNameOfAStrangerIsHeardAllTheSame) {
  attach_all();
  const bus::Subjects subjects("demo");
  bus::Connection stranger({server_->url(), "", "", "c5", subjects.inbox("c5"), {}});
  stranger.publish(subjects.line("n0", "c5"),
                   R"({"src":"c5","dest":"n0","body":{"type":"echo","echo":1,"msg_id":77}})");
  const Finished finished = run("-w echo --concurrency 4n");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  EXPECT_EQ(results()["stats"]["ok-count"], results()["stats"]["count"]) << finished.output;
}

TEST_F(TestOnBus, SeveralRunsHaveNewNodesEach) {
  attach_all({"--allow-faults"});
  const auto first = presence("n0")["node-pid"];
  const Finished finished = run("-w broadcast --test-count 2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  int valid = 0;
  for (const auto& entry : fs::directory_iterator(store() + "/broadcast")) {
    if (entry.is_symlink()) continue;
    std::ifstream file(entry.path() / "results.json");
    const auto each = nlohmann::json::parse(file, nullptr, false);
    ASSERT_TRUE(each.is_object()) << entry.path();
    if (each["valid?"] == true) ++valid;
    // What was dropped between the runs is no part of either.
    EXPECT_EQ(each["hearsay"]["bus"]["nodes"]["n0"]["dropped"], nlohmann::json::object());
  }
  EXPECT_EQ(valid, 2) << finished.output;
  EXPECT_NE(presence("n0")["node-pid"], first);
}

TEST_F(TestOnBus, SeveralRunsNeedNodesThatMayBeStartedAnew) {
  attach_all();
  const Finished finished = run("-w echo --test-count 2");
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_NE(finished.output.find("each run of --test-count needs a new node"), std::string::npos)
      << finished.output;
}

// Each on its machine; brought together by whoever wants to read them.
TEST_F(TestOnBus, LogsOfNodesBroughtTogetherAreOneTrace) {
  for (const std::string& name : kNodes) {
    attach(name,
           {"--log", (folder_.path() / (name + ".log")).string(), "--", "--trace-level", "debug"});
  }
  for (const std::string& name : kNodes) ASSERT_TRUE(comes_to_be(name, "waiting")) << name;
  ASSERT_EQ(run("-w broadcast").exit_code, 0) << words_of_all();
  const fs::path logs = fs::path(store()) / "latest" / "node-logs";
  fs::create_directories(logs);
  for (const std::string& name : kNodes) fs::copy(folder_.path() / (name + ".log"), logs);
  const Finished finished = hearsay("trace summary " + store() + "/latest");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("seconds since the start of the load"), std::string::npos);
  EXPECT_NE(finished.output.find("n1.log: the same, as far as"), std::string::npos)
      << finished.output;
}

TEST_F(TestOnBus, BroadcastIsValidAndItsResultsAreThoseOfOtherRuns) {
  attach_all();
  const Finished finished = run("-w broadcast --node-count 3");
  ASSERT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  const nlohmann::json on_bus = results();
  EXPECT_GT(on_bus["net"]["servers"]["msg-count"], 10);
  EXPECT_GT(on_bus["workload"]["stable-count"], 5);
  EXPECT_GT(on_bus["hearsay"]["resources"]["nodes"]["peak-rss-kb"], 0);
  EXPECT_EQ(on_bus["hearsay"]["bus"]["cluster"], "demo");
  for (const auto& node : on_bus["hearsay"]["bus"]["nodes"]) {  // it is the same clock
    EXPECT_LE(std::abs(node["clock-offset-ns"].get<std::int64_t>()),
              node["clock-error-ns"].get<std::int64_t>() + kNsPerMs);
  }
  EXPECT_NE(page().find("on a bus"), std::string::npos);

  ASSERT_EQ(hearsay(command("-w broadcast --node-count 3")).exit_code, 0);
  const nlohmann::json without = results();
  EXPECT_EQ(keys_of(on_bus), keys_of(without));
  std::set<std::string> more = keys_of(without["hearsay"]);
  more.insert("bus");
  EXPECT_EQ(keys_of(on_bus["hearsay"]), more);
}

// Each value goes once to the two others.
TEST_F(TestOnBus, MessagesOfForeignNodesAreCountedEachOnce) {
  attach_all({"--", node("direct.py")});
  const Finished finished = run("-w broadcast");
  ASSERT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  const nlohmann::json all = results();
  const int values = all["stats"]["by-f"]["broadcast"]["count"];
  EXPECT_GT(values, 5);
  const nlohmann::json& servers = all["net"]["servers"];
  EXPECT_EQ(servers["send-count"], 2 * values) << servers;
  EXPECT_EQ(servers["recv-count"], 2 * values) << servers;
  EXPECT_NE(page().find("gossip"), std::string::npos);
}

TEST_F(TestOnBus, LostValuesAreFound) {
  attach_faulty("loses");
  const Finished finished = run("-w broadcast");
  EXPECT_EQ(finished.exit_code, 1) << finished.output << words_of_all();
  EXPECT_GT(results()["workload"]["lost-count"], 0);
}

TEST_F(TestOnBus, LinesThatAreNoMessagesAreFound) {
  attach_faulty("prints");
  const Finished finished = run("-w broadcast");
  EXPECT_EQ(finished.exit_code, 1) << finished.output << words_of_all();
  EXPECT_EQ(results()["hearsay"]["bad-line-counts"]["no-message"], 3) << finished.output;
}

TEST_F(TestOnBus, WhatWasPrintedBeforeTheTestIsNoPraise) {
  attach_faulty("prints-at-once");
  const Finished finished = run("-w echo");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  EXPECT_NE(finished.output.find("n0 printed 1 line before this test that went no further "
                                 "(no-message)"),
            std::string::npos)
      << finished.output;
}

TEST_F(TestOnBus, ManyLinesThatAreNoMessagesAreAllCounted) {
  attach_faulty("prints-much");
  const Finished finished = run("-w echo");
  EXPECT_EQ(finished.exit_code, 1) << finished.output << words_of_all();
  EXPECT_EQ(results()["hearsay"]["bad-line-counts"]["no-message"], 300) << finished.output;
  EXPECT_EQ(finished.output.find("\n    \n"), std::string::npos) << finished.output;
}

TEST_F(TestOnBus, ANodeThatEndsEndsTheRun) {
  attach("n0");
  attach("n1", {"--", node("attached.py"), "end", "3"});
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  ASSERT_TRUE(comes_to_be("n1", "waiting"));
  const Finished finished = run("-w echo");
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("n1 exited with status 3"), std::string::npos) << finished.output;
  EXPECT_EQ(results()["hearsay"]["failure-kind"], "node-died");
}

TEST_F(TestOnBus, AMissingNodeIsSaid) {
  const Finished nobody = run("-w echo");
  EXPECT_EQ(nobody.exit_code, 255);
  EXPECT_NE(nobody.output.find("no node is attached to cluster demo"), std::string::npos)
      << nobody.output;
  attach("n0");
  const Finished finished = run("-w echo --node-count 2");
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("nobody has attached n1 to cluster demo"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("There: n0"), std::string::npos) << finished.output;
}

TEST_F(TestOnBus, ANodeThatHasHadItsInitIsRefused) {
  attach("n0");
  up("n0");
  const Finished finished = run("-w echo");
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("n0 of cluster demo is not new"), std::string::npos)
      << finished.output;
}

TEST_F(TestOnBus, WorkersAreKilledAndNothingIsLost) {
  attach_all({"--allow-faults"});
  const Finished finished = run("-w broadcast --nemesis kill-worker --kill-worker-interval 0.2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  const nlohmann::json all = results();
  EXPECT_GT(all["hearsay"]["worker-kills"]["count"], 0) << finished.output;
  EXPECT_EQ(all["workload"]["lost-count"], 0);
  EXPECT_NE(words_of_all().find("worker_died"), std::string::npos);
}

// Each with a state directory of its own: what is killed comes back with what it has acknowledged.
TEST_F(TestOnBus, NodesAreKilledAndNothingIsLost) {
  for (const std::string& name : kNodes) {
    attach(name, {"--allow-faults", "--", "--state-dir", (folder_.path() / name).string()});
  }
  for (const std::string& name : kNodes) ASSERT_TRUE(comes_to_be(name, "waiting")) << name;
  const Finished finished =
      run("-w broadcast --seed 1 --concurrency 6n --nemesis kill --kill-interval 0.7", kLonger);
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  const nlohmann::json all = results();
  EXPECT_GT(all["hearsay"]["node-kills"]["count"], 0) << finished.output;
  EXPECT_EQ(all["workload"]["lost-count"], 0);
  EXPECT_GT(all["workload"]["stable-count"], 5);
  for (const std::string& name : kNodes) EXPECT_EQ(presence(name)["state"], "ready") << name;
}

TEST_F(TestOnBus, PausedNodesAndWorkersGoOnWhenTheyAreResumed) {
  attach_all({"--allow-faults"});
  const Finished finished =
      run("-w broadcast --nemesis pause,pause-worker --nemesis-interval 0.5", kLonger);
  EXPECT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  EXPECT_EQ(results()["workload"]["lost-count"], 0);
  EXPECT_EQ(finished.output.find("does not answer"), std::string::npos) << finished.output;
  int value = 1'000'000;
  for (const std::string& name : kNodes) EXPECT_TRUE(acknowledges(name, value++)) << name;
}

// As the nemesis does it, step by step.
TEST_F(TestOnBus, ANodeThatWasKilledIsDownUntilItIsStarted) {
  attach("n0", {"--allow-faults"});
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  const bus::Subjects subjects("demo");
  bus::Connection other({server_->url(), "", "", "other", subjects.inbox("other"), {}});
  const auto ask = [&](const char* what) {
    const auto answer = other.request(subjects.control("n0"), nlohmann::json{{"ask", what}}.dump(),
                                      kPatience.count());
    return nlohmann::json::parse(answer ? answer->text : "null")["process"];
  };
  const nlohmann::json first = presence("n0")["node-pid"];
  EXPECT_EQ(ask("pause"), first);
  EXPECT_EQ(ask("kill"), first);
  EXPECT_EQ(ask("kill"), nullptr);
  EXPECT_EQ(ask("resume"), nullptr);
  EXPECT_EQ(ask("kill-worker"), nullptr);
  ASSERT_TRUE(comes_to_be("n0", "down"));
  EXPECT_EQ(hearsay("call" + bus() + "n0 '{\"type\":\"read\"}' --timeout-ms 200").exit_code, 1);
  EXPECT_TRUE(in_time(kPatience, [&] { return dropped("n0", "node-down") == 1; }));
  const nlohmann::json second = ask("start");
  EXPECT_NE(second, first);
  EXPECT_EQ(ask("start"), second) << "once is enough";
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  up("n0");
  EXPECT_TRUE(acknowledges("n0", 7));
  EXPECT_EQ(ask("kill"), second);
  EXPECT_NE(ask("start"), nullptr);
  EXPECT_TRUE(comes_to_be("n0", "waiting")) << "its successor knows nothing of that init";
  ask("kill");
  attached("n0").signal(SIGTERM);
  EXPECT_EQ(attached("n0").exit_code(), 0) << words_of_all();
}

TEST_F(TestOnBus, NobodyKillsAWorkerWhoWasNotAllowedTo) {
  attach_all();
  const Finished finished = run("-w broadcast --nemesis kill-worker");
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("n0 was attached without --allow-faults"), std::string::npos)
      << finished.output;
  // Nor when somebody asks all the same.
  const bus::Subjects subjects("demo");
  bus::Connection other({server_->url(), "", "", "other", subjects.inbox("other"), {}});
  const auto answer = other.request(subjects.control("n0"), R"({"ask":"kill-worker"})", 10'000);
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->text.find("without --allow-faults"), std::string::npos) << answer->text;
}

TEST_F(TestOnBus, OptionsThatDoNothingThereAreRefused) {
  for (const char* arguments :
       {"--lateness maelstrom", "--lateness-scale 2", "--no-head-of-line-blocking",
        "--bin /bin/true", "--record", "--log-stderr", "-- --gossip flood"}) {
    const Finished finished = run("-w broadcast " + std::string(arguments));
    EXPECT_EQ(finished.exit_code, 254) << arguments << finished.output;
    EXPECT_NE(finished.output.find("with --bus"), std::string::npos) << finished.output;
  }
  const Finished alone = hearsay(command("-w echo --cluster demo"));
  EXPECT_EQ(alone.exit_code, 254);
  EXPECT_NE(alone.output.find("does nothing without --bus"), std::string::npos) << alone.output;
}

}  // namespace
}  // namespace hearsay::test
