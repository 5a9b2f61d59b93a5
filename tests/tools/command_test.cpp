// The command `hearsay test` with real processes: small Python nodes, good and bad.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "tests/support/send_signal.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

TEST_F(CommandTest, AGoodEchoIsValidAndLeavesItsFiles) {
  const Finished finished = run("direct.py", "-w echo --node-count 1 --time-limit 2 --rate 20");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("Valid"), std::string::npos);
  EXPECT_EQ(results().at("valid?"), true);
  EXPECT_TRUE(fs::exists(store_ / "echo" / "latest" / "history.jsonl"));
  EXPECT_TRUE(fs::exists(store_ / "latest" / "node-logs" / "n0.log"));
  // init and each operation: a request and an answer.
  const auto operations = results().at("stats").at("count").get<int>();
  EXPECT_EQ(results().at("net").at("all").at("msg-count"), 2 * operations + 2);
}

TEST_F(CommandTest, GoodUniqueIdsAreAvailableInAPartition) {
  const Finished finished =
      run("direct.py",
          "-w unique-ids --node-count 3 --time-limit 2 --rate 100 --availability total "
          "--nemesis partition --nemesis-interval 0.5");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("availability").at("ok-fraction"), 1.0);
  EXPECT_GT(results().at("hearsay").at("nemesis").size(), 2U);
}

TEST_F(CommandTest, DirectSendsEachValueToEveryOther) {
  const Finished finished = run("direct.py",
                                "-w broadcast --node-count 5 --time-limit 2 --rate 50 "
                                "--latency 20 --recovery 2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const auto values = results().at("workload").at("attempt-count").get<int>();
  EXPECT_EQ(results().at("net").at("servers").at("msg-count"), 4 * values);
  EXPECT_EQ(results().at("net").at("servers").at("recv-count"), 4 * values);
  EXPECT_EQ(results().at("workload").at("stable-count"), values);
}

TEST_F(CommandTest, FloodUsesTheTopology) {
  const Finished finished = run("flood.py",
                                "-w broadcast --node-count 4 --time-limit 2 --rate 50 "
                                "--topology line --recovery 2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const auto values = results().at("workload").at("attempt-count").get<int>();
  EXPECT_EQ(results().at("net").at("servers").at("msg-count"), 3 * values);  // each edge once
}

TEST_F(CommandTest, PushSurvivesPartitions) {
  const Finished finished = run("push.py",
                                "-w broadcast --node-count 5 --time-limit 4 --rate 20 "
                                "--nemesis partition --nemesis-interval 1 --recovery 2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("workload").at("lost-count"), 0);
}

TEST_F(CommandTest, LostValuesAreInvalid) {
  const Finished finished = run_faulty("broadcast", "loses");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("values lost"), std::string::npos) << finished.output;
  EXPECT_GT(results().at("workload").at("lost-count"), 0);
}

// What Maelstrom's verdict says nothing of.
class Oddity
    : public CommandTest,
      public testing::WithParamInterface<std::tuple<const char*, const char*, const char*>> {};

TEST_P(Oddity, IsAFindingBesideTheVerdict) {
  const auto [workload, fault, words] = GetParam();
  const Finished finished = run_faulty(workload, fault);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
}

TEST_P(Oddity, IsInvalidIfStrict) {
  const auto [workload, fault, words] = GetParam();
  const Finished finished = run_faulty(workload, fault, "--strict");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
}

INSTANTIATE_TEST_SUITE_P(
    All, Oddity,
    testing::Values(std::tuple("broadcast", "repeats", "twice in one read"),
                    std::tuple("broadcast", "invents", "read that nobody sent"),
                    std::tuple("echo", "answers-twice", "too many, the first by"),
                    std::tuple("echo", "answers-none-too", "without in_reply_to"),
                    std::tuple("echo", "trailing", "odd lines"),
                    std::tuple("echo", "latin1", "not UTF-8")),
    [](const auto& parameter) {
      std::string name = std::get<1>(parameter.param);
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST_F(CommandTest, AnythingMayStandInTheBodyBetweenNodes) {
  const Finished finished = run_faulty("broadcast", "odd-bodies");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("hearsay").at("bad-line-counts"), nlohmann::json::object());
}

TEST_F(CommandTest, AReplyToAClientThatIsNoReplyIsOnlyNotTaken) {
  // A msg_id that is no integer is malformed; an in_reply_to that is none answers nothing.
  const Finished finished = run_faulty("echo", "bad-msg-id");
  EXPECT_EQ(finished.exit_code, 1) << "no echo ever succeeded: " << finished.output;
  EXPECT_EQ(results().at("hearsay").at("bad-line-counts"), nlohmann::json::object());
  EXPECT_GT(results().at("exceptions").at("exceptions").at(0).at("count"), 0);
}

TEST_F(CommandTest, WithoutANumberOfNodesTheyAreMaelstromsFive) {
  const Finished finished =
      run("direct.py", "-w broadcast --rate 50 --time-limit 1 --recovery 0.5");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const nlohmann::json by_node = results().at("hearsay").at("resources").at("by-node");
  EXPECT_EQ(by_node.size(), 5U);
  EXPECT_TRUE(by_node.contains("n1") && by_node.contains("n5")) << by_node;
}

TEST_F(CommandTest, ALateIdIsNoMatter) {
  // Its client stays, as under Maelstrom.
  const Finished finished =
      run("faulty.py", "-w unique-ids --node-count 1 --rate 20 --time-limit 8 -- late");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("hearsay").at("bad-line-counts"), nlohmann::json::object());
  EXPECT_GT(results().at("stats").at("info-count"), 0);
}

TEST_F(CommandTest, AWrongEchoIsInvalid) {
  EXPECT_EQ(run_faulty("echo", "wrong-echo").exit_code, 1);
  EXPECT_FALSE(results().at("workload").at("errors").empty());
}

TEST_F(CommandTest, ARepeatedIdIsInvalid) {
  EXPECT_EQ(run_faulty("unique-ids", "same-ids").exit_code, 1);
  EXPECT_GT(results().at("workload").at("duplicated-count"), 0);
}

TEST_F(CommandTest, IdsMayBeNumbersOfAnySize) {
  const Finished finished = run_faulty("unique-ids", "large-ids");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(results().at("workload").at("acknowledged-count"), 10);
}

TEST_F(CommandTest, AnAnswerToTheTopologyWithAKeyTooManyFailsTheRun) {
  const Finished finished = run_faulty("broadcast", "topology-extra");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("has a key that topology_ok doesn't have: \"mood\""),
            std::string::npos)
      << finished.output;
}

TEST_F(CommandTest, WithoutAPathProgramsAreLookedUpWhereTheyUsuallyAre) {
  const Finished finished =
      run_shell("env -u PATH " + command("-w echo --node-count 1 --time-limit 0.5 --bin ") +
                HEARSAY_TEST_NODES + "/direct.py");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST_F(CommandTest, MalformedRepliesAreExceptions) {
  EXPECT_EQ(run_faulty("broadcast", "malformed").exit_code, 1);  // no read ever succeeded
  const nlohmann::json exceptions = results().at("exceptions").at("exceptions");
  ASSERT_EQ(exceptions.size(), 1U);
  EXPECT_EQ(exceptions.at(0).at("example").at("exception"),
            "the reply has a key that read_ok doesn't have: \"mood\" (it has \"messages\")");
}

class BadLine : public CommandTest,
                public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(BadLine, IsNamedAndTheNodeIsReadOn) {
  const auto [fault, kind] = GetParam();
  const Finished finished = run_faulty("echo", fault);
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("; the first from n"), std::string::npos) << finished.output;
  const nlohmann::json section = results().at("hearsay");
  EXPECT_EQ(section.at("bad-line-counts"), nlohmann::json({{kind, 3}})) << "one a node";
  ASSERT_EQ(section.at("bad-lines").size(), 3U);
  EXPECT_EQ(section.at("bad-lines").at(0).at("kind"), kind);
  EXPECT_FALSE(section.at("bad-lines").at(0).at("reason").get<std::string>().empty());
  EXPECT_EQ(results().at("stats").at("ok-count"), results().at("stats").at("count"));
}

TEST_P(BadLine, SilencesItsNodeIfStrict) {
  const Finished finished = run_faulty("echo", GetParam().first, "--strict");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("Nothing more is read from it"), std::string::npos);
  EXPECT_EQ(results().at("hearsay").at("bad-lines").size(), 3U) << "one a node, then silence";
  EXPECT_EQ(results().at("stats").at("ok-count"), 0) << "the line came before the first answer";
}

INSTANTIATE_TEST_SUITE_P(All, BadLine,
                         testing::Values(std::pair("garbage", "no-message"),
                                         std::pair("blank", "no-message"),
                                         std::pair("extra-key", "no-message"),
                                         std::pair("no-dest", "no-message"),
                                         std::pair("nobody", "unknown-destination"),
                                         std::pair("impostor", "unknown-source")),
                         [](const auto& parameter) {
                           std::string name = parameter.param.first;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST_F(CommandTest, ALateAnswerIsABadLine) {
  // Asked again every 50 ms, but busy: the first answers come when their clients have gone.
  const Finished finished =
      run("faulty.py", "-w echo --node-count 1 --rate 20 --time-limit 8 -- late");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("late repl"), std::string::npos) << finished.output;
  const nlohmann::json section = results().at("hearsay");
  EXPECT_EQ(section.at("bad-line-counts").size(), 1U);
  const nlohmann::json& first = section.at("bad-lines").at(0);
  EXPECT_EQ(first.at("kind"), "late-reply");
  EXPECT_EQ(first.at("client").get<std::string>().substr(0, 1), "c");
  EXPECT_GT(first.at("late-ms"), 0);
  EXPECT_LT(first.at("late-ms"), 4000);
}

TEST_F(CommandTest, ANodeThatDiesFailsTheRunWithItsLastWords) {
  const Finished finished = run_faulty("echo", "dies-at-start", "--log-stderr");
  EXPECT_EQ(finished.exit_code, 255);
  // Which of the three is seen to die first is chance.
  const auto shows = [&](const char* text) {
    return ("\n" + finished.output).find(text) != std::string::npos;
  };
  EXPECT_TRUE(shows("\nn0: cannot go on without my hat") ||
              shows("\nn1: cannot go on without my hat") ||
              shows("\nn2: cannot go on without my hat"))
      << finished.output;
  EXPECT_TRUE(shows("\n    cannot go on without my hat")) << finished.output;
  EXPECT_EQ(run_faulty("echo", "dies").exit_code, 255);
  const nlohmann::json section = results().at("hearsay");
  EXPECT_NE(section.at("failure").get<std::string>().find("status 3"), std::string::npos);
  EXPECT_EQ(section.at("failure-kind"), "node-died");
  EXPECT_EQ(section.at("failed-node").get<std::string>().substr(0, 1), "n");
}

TEST_F(CommandTest, AWrongOrMissingAnswerToInitFailsTheRun) {
  const Finished wrong = run_faulty("echo", "wrong-init");
  EXPECT_EQ(wrong.exit_code, 255);
  EXPECT_NE(wrong.output.find("instead of init_ok"), std::string::npos) << wrong.output;
  EXPECT_EQ(wrong.output.find("without a line end"), std::string::npos) << wrong.output;
  const Finished silent = run_faulty("echo", "silent");
  EXPECT_EQ(silent.exit_code, 255);
  EXPECT_NE(silent.output.find("did not answer init"), std::string::npos) << silent.output;
  EXPECT_NE(silent.output.find("    not in the mood"), std::string::npos) << silent.output;
  EXPECT_EQ(results().at("hearsay").at("failure-kind"), "no-answer");
  EXPECT_NE(silent.output.find("does it flush what it prints"), std::string::npos) << silent.output;
}

TEST_F(CommandTest, CountsMessagesAndResources) {
  const Finished finished = run("direct.py",
                                "-w broadcast --node-count 3 --time-limit 2 --rate 50 "
                                "--recovery 1");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const auto values = results().at("workload").at("attempt-count").get<int>();
  const nlohmann::json traffic = results().at("hearsay").at("traffic");
  EXPECT_EQ(traffic.at("servers").at("by-type").at("gossip").at("messages"), 2 * values);
  EXPECT_EQ(traffic.at("servers").at("messages"),
            results().at("net").at("servers").at("msg-count"));
  EXPECT_EQ(traffic.at("clients").at("by-type").at("init_ok").at("messages"), 3);
  EXPECT_EQ(traffic.at("by-pair").at("n0").at("n1"), traffic.at("by-pair").at("n0").at("n2"));
  // A value makes its node send two, and one message reach each of the others.
  const auto own = traffic.at("by-pair").at("n0").at("n1").get<int>();
  EXPECT_EQ(traffic.at("by-node").at("n0").at("messages"), values + own);
  EXPECT_GE(traffic.at("busiest-node").at("messages"), values + own);
  const nlohmann::json resources = results().at("hearsay").at("resources");
  for (const char* node : {"n0", "n1", "n2"}) {
    EXPECT_GT(resources.at("by-node").at(node).at("peak-rss-kb"), 1000);
  }
  EXPECT_GT(resources.at("nodes").at("cpu-ms"), 0);
  EXPECT_GE(resources.at("bench-cpu-share"), 0.0);
}

TEST_F(CommandTest, ARunLeavesItsPageAndItsReport) {
  const std::string command = std::string(HEARSAY_COMMAND) + " test --store " + store_.string() +
                              " --bin " + HEARSAY_TEST_NODES +
                              "/direct.py -w broadcast --node-count 3 --time-limit 1 --rate 50 "
                              "--recovery 0.5";
  const Finished finished = run_shell(command);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(finished.output, read("report.txt"));
  const std::string page = read("report.html");
  EXPECT_NE(page.find("hearsay test --store"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
  EXPECT_EQ(run_shell(command + " --no-page").exit_code, 0);
  EXPECT_FALSE(fs::exists(store_ / "latest" / "report.html"));
}

class NoStdout : public CommandTest, public testing::WithParamInterface<const char*> {};

TEST_P(NoStdout, IsNoticedAndTheResultsAreThere) {
  std::string line = "(";
  line.append(command("-w echo --node-count 1 --time-limit 0.5 --bin "));
  line.append(HEARSAY_TEST_NODES).append("/direct.py ").append(GetParam()).append(")");
  const Finished finished = run_shell(line);
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("can't be written to stdout"), std::string::npos)
      << finished.output;
  EXPECT_EQ(results().at("valid?"), true);
}

TEST_P(NoStdout, IsNoticedByTheSwarm) {
  const Finished finished =
      run_shell(std::string("(") + HEARSAY_COMMAND + " sim --seeds 1..2 " + GetParam() + ")");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("can't be written to stdout"), std::string::npos)
      << finished.output;
}

INSTANTIATE_TEST_SUITE_P(All, NoStdout, testing::Values(">/dev/full", ">&-"),
                         [](const auto& parameter) {
                           return std::string(parameter.param) == ">&-" ? "closed" : "full";
                         });

TEST_F(CommandTest, AFullStderrEndsNothing) {
  std::string line = "(";
  line.append(command("-w echo --node-count 1 --time-limit 0.5 --rate 20 --bin "));
  line.append(HEARSAY_TEST_NODES).append("/faulty.py -- garbage 2>/dev/full)");
  const Finished finished = run_shell(line);
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("INVALID"), std::string::npos) << finished.output;
}

TEST_F(CommandTest, RaisesTheDescriptorLimitForManyNodes) {
  std::string line = "ulimit -Sn 40; ";
  line.append(command("-w echo --node-count 25 --time-limit 0.5 --bin "));
  line.append(HEARSAY_TEST_NODES).append("/direct.py");
  const Finished finished = run_shell(line);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST_F(CommandTest, WithoutTheProgramTheRunFails) {
  EXPECT_EQ(run("no-such-node", "-w echo").exit_code, 255);
  EXPECT_EQ(run("node.py", "-w echo").exit_code, 255) << "not executable";
}

TEST_F(CommandTest, ADeafNodeStopsOnlyItself) {
  // n0 gets far more than its pipe holds (64 KiB) and never reads it; n1 goes on answering.
  const Finished finished = run("faulty.py",
                                "-w echo --node-count 2 --concurrency 4000 --rate 4000 "
                                "--dispatch-delay-us 0 "
                                "--time-limit 2 -- deaf");
  EXPECT_EQ(finished.exit_code, 0) << "as under Maelstrom: " << finished.output;
  EXPECT_GT(results().at("stats").at("info-count"), 1000) << "n0's";
  EXPECT_GT(results().at("stats").at("ok-count"), 1000) << "n1's";
  EXPECT_NE(finished.output.find("n0 answered nothing after "), std::string::npos)
      << finished.output;
  EXPECT_EQ(finished.output.find("n1 answered nothing"), std::string::npos) << finished.output;
}

TEST_F(CommandTest, WorkersAreKilledAndCounted) {
  const Finished finished =
      run_faulty("echo", "has-workers", "--nemesis kill-worker --kill-worker-interval 0.05");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("hearsay").at("worker-kills").at("count"), 3)
      << "each node has one worker";
}

TEST_F(CommandTest, LeftoverProcessesAreKilledAndNamed) {
  const Finished finished = run_faulty("echo", "has-workers");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("hearsay").at("leftover-processes"), nlohmann::json({"n0", "n1", "n2"}));
}

TEST_F(CommandTest, OptionsOfMaelstromThatMeanNothingHereAreRefusedWithTheReason) {
  for (const char* arguments : {"--nodes a,b", "-n a", "--node a", "--no-ssh",
                                "--ssh-private-key file", "--leave-db-running", "--logging-json"}) {
    const Finished finished = run_shell(command("-w echo ") + arguments);
    EXPECT_EQ(finished.exit_code, 254) << arguments;
    EXPECT_NE(finished.output.find("an option of Maelstrom's"), std::string::npos)
        << finished.output;
  }
}

TEST_F(CommandTest, ShowsMessagesAndRepeatsTheTest) {
  const Finished finished = run("direct.py",
                                "-w echo --node-count 1 --time-limit 0.3 --rate 20 --test-count 2 "
                                "--log-net-send --log-net-recv");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  std::size_t runs = 0;
  for (std::size_t at = 0; (at = finished.output.find("Valid", at)) != std::string::npos; ++at) {
    ++runs;
  }
  EXPECT_EQ(runs, 2U);
  for (const char* what : {"sent     ", "received "}) {
    const std::size_t at = finished.output.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    EXPECT_NE(finished.output.find(R"("dest":"n0","body":{)", at), std::string::npos) << what;
  }
}

TEST_F(CommandTest, BadArgumentsAreExplained) {
  for (const char* arguments :
       {"", "-w nonsense", "-w echo --rate -1", "-w echo --concurrency n", "-w echo --node-count 0",
        "-w echo --availability 2", "-w echo --nemesis fire", "-w echo --topology moebius",
        "-w echo --no-such-flag", "-w echo stray", "-w echo --rate nan",
        "-w echo --time-limit 1e300", "-w echo --node-count 100000", "-w echo --seed -1"}) {
    const Finished finished = run_shell(command(arguments));
    EXPECT_EQ(finished.exit_code, 254) << arguments;
    EXPECT_FALSE(finished.output.empty()) << arguments;
  }
  EXPECT_EQ(run_shell(std::string(HEARSAY_COMMAND) + " test --help").exit_code, 0);
}

TEST_F(CommandTest, AnOptionOfTheNodeIsSaidToGoBehindTheDashes) {
  const Finished finished = run_shell(command("-w broadcast --latency-budget 250"));
  EXPECT_EQ(finished.exit_code, 254);
  EXPECT_NE(finished.output.find("behind \"--\""), std::string::npos) << finished.output;
}

// How many processes have `mark` among their arguments.
std::ptrdiff_t count_processes(const std::string& mark) {
  std::ptrdiff_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::ifstream file(entry.path() / "cmdline");
    std::ostringstream text;
    text << file.rdbuf();
    if (text.str().find(mark) != std::string::npos) ++count;
  }
  return count;
}

class Dying : public CommandTest, public testing::WithParamInterface<int> {};

TEST_P(Dying, TakesItsNodesAlong) {
  const std::string mark = store_ / "mark";
  const pid_t bench = ::fork();
  if (bench == 0) {
    const std::string line = command("-w echo --node-count 3 --time-limit 60 --bin ") +
                             HEARSAY_TEST_NODES + "/faulty.py -- " + mark;
    ::execl("/bin/sh", "sh", "-c", ("exec " + line + " >/dev/null 2>&1").c_str(), nullptr);
    ::_exit(1);
  }
  while (count_processes(mark) < 4) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  send_signal(bench, GetParam());
  int status = 0;
  ASSERT_EQ(::waitpid(bench, &status, 0), bench);
  while (count_processes(mark) > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (GetParam() != SIGKILL) {
    EXPECT_EQ(WEXITSTATUS(status), 130);
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, Dying, testing::Values(SIGINT, SIGTERM, SIGKILL));

}  // namespace
}  // namespace hearsay::test
