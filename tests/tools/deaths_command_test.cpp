// Faults that happened, and faults that did not: what the report says of them.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

bool praises(const Finished& finished) {
  return finished.output.find("everything looks good") != std::string::npos;
}

class FaultsCommand : public CommandTest {
 protected:
  // The nemesis finds no worker: direct.py has no child process.
  Finished run_struck_by(const std::string& nemesis) {
    return run_shell(std::string(HEARSAY_COMMAND) + " test --store " + store_.string() + " --bin " +
                     HEARSAY_TEST_NODES +
                     "/direct.py -w echo --node-count 2 --time-limit 1 --rate 20 --nemesis " +
                     nemesis + " --" + nemesis + "-interval 0.1");
  }
  void expect_remark(const Finished& finished, const char* words) {
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_FALSE(praises(finished)) << finished.output;
    EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
    EXPECT_FALSE(results().at("hearsay").at("remarks").empty());
  }
};

TEST_F(FaultsCommand, ANemesisThatFindsNoWorkerIsNamedAndNotDrawn) {
  for (const char* nemesis : {"kill-worker", "pause-worker"}) {
    expect_remark(run_struck_by(nemesis), "did nothing: no node has a child process");
    const std::string page = read("report.html");
    EXPECT_NE(page.find(R"("lanes":[])"), std::string::npos) << nemesis;
  }
}

// A set-user-id program that took root's user: the bench of another user can't touch it.
TEST_F(FaultsCommand, WhoMayNotBeSignalledEndsTheRunAndHoldsUpNoEnd) {
  const std::string store = store_.string();
  const std::string as_nobody =
      "chmod 777 " + store + "; cd " + store +
      "; cp $(command -v setpriv) suid && chmod 4755 suid && " +
      "timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp ";
  const std::string can = as_nobody + "sh -c 'test -x " + HEARSAY_COMMAND + " && test -r " +
                          HEARSAY_TEST_NODES +
                          "/direct.py && test \"$(./suid --reuid 0 id -u)\" = 0'";
  if (::geteuid() != 0 || run_shell(can).exit_code != 0) {
    GTEST_SKIP() << "needs root, setpriv, and a place where set-user-id counts";
  }
  for (const char* nemesis : {"pause", "kill"}) {
    const Finished finished = run_shell(
        as_nobody + HEARSAY_COMMAND + " test --store st-" + nemesis + " --no-page -w echo --bin " +
        store + "/suid --node-count 1 --time-limit 2 --rate 20 --nemesis " + nemesis +
        " --nemesis-interval 0.2 -- --reuid 0 python3 " + HEARSAY_TEST_NODES + "/direct.py");
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_NE(finished.output.find("n0 may not be signalled by this user"), std::string::npos)
        << finished.output;
  }
}

TEST_F(FaultsCommand, ANemesisThatNeverStruckIsNamed) {
  expect_remark(run("direct.py",
                    "-w echo --node-count 1 --time-limit 0.5 --nemesis kill-worker "
                    "--kill-worker-interval 1000"),
                "never struck");
}

TEST_F(FaultsCommand, AFaultThatHitNoMessageIsNamed) {
  expect_remark(
      run("direct.py", "-w echo --node-count 2 --time-limit 0.5 --nemesis partition,loss"),
      "--nemesis partition hit no message: the nodes sent each other none");
}

TEST_F(FaultsCommand, APartitionThatCutOffNobodyIsToldApart) {
  // With this seed both of its cuts are empty.
  expect_remark(run("direct.py",
                    "-w broadcast --node-count 2 --time-limit 1 --recovery 0 --rate 50 --nemesis "
                    "partition --nemesis-interval 0.4 --seed 3"),
                "--nemesis partition cut off nobody: of so few nodes some kinds do not");
}

TEST_F(FaultsCommand, WhoSpeaksWithServicesOnlyIsSaidToBeOutOfReach) {
  expect_remark(run_shell(command("-w lin-kv --node-count 2 --concurrency 2n --time-limit 1 --rate "
                                  "50 --nemesis partition --nemesis-interval 0.2 --seed 1")),
                "hit no message: the nodes spoke with services only");
}

TEST_F(FaultsCommand, ARateThatTheNemesisHeldDownIsItsDoing) {
  expect_remark(run("direct.py",
                    "-w echo --node-count 1 --time-limit 3 --rate 100 --nemesis pause "
                    "--nemesis-interval 0.4 --seed 1"),
                "of nodes that the nemesis had stopped or killed");
}

TEST_F(FaultsCommand, SoIsOneThatHoldsAllTheTime) {
  for (const char* fault : {"--loss", "--duplicate", "--reorder"}) {
    expect_remark(
        run("direct.py", std::string("-w echo --node-count 2 --time-limit 0.5 ") + fault + " 0.5"),
        (std::string(fault) + " hit no message: the nodes sent each other none").c_str());
  }
}

TEST_F(FaultsCommand, NodesThatWerePausedAreCounted) {
  const Finished finished = run(
      "direct.py", "-w echo --node-count 1 --time-limit 1 --nemesis pause --pause-interval 0.2");
  EXPECT_NE(finished.output.find("nodes paused"), std::string::npos) << finished.output;
  EXPECT_GT(results().at("hearsay").at("pauses"), 0);
}

TEST_F(FaultsCommand, NoOperationIsNoPraise) {
  expect_remark(run("direct.py", "-w echo --node-count 1 --time-limit 0.5 --rate 0"),
                "no operation ran");
}

TEST_F(FaultsCommand, ARateThatIsNotReachedIsNamed) {
  // One client, whose every request takes 200 ms, cannot do 100 a second.
  expect_remark(run("faulty.py", "-w echo --node-count 1 --time-limit 2 --rate 100 -- slow"),
                "the rate was not reached");
}

TEST_F(FaultsCommand, DeathsAreToldByCauseWithTheOutage) {
  const Finished finished =
      run_shell(command("-w echo --node-count 2 --time-limit 2 --rate 50 --nemesis kill-worker "
                        "--kill-worker-interval 0.3 -- --chaos-kill-ms 200"));
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const nlohmann::json deaths = results().at("hearsay").at("deaths");
  EXPECT_GT(deaths.at("by-cause").at("chaos"), 0) << deaths;
  EXPECT_GT(deaths.at("by-cause").at("nemesis"), 0) << deaths;
  EXPECT_GT(deaths.at("outage-ms").at("maximum"), 0) << deaths;
  EXPECT_NE(finished.output.find("workers died"), std::string::npos) << finished.output;
}

// What the node told of its start came before, what it told of its work after it.
TEST_F(FaultsCommand, TheLoadsStartIsATimeOfTheTrace) {
  const Finished finished =
      run_shell(command("-w echo --node-count 1 --time-limit 1 --rate 50 -- --trace-level=debug"));
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const std::int64_t start = results().at("hearsay").at("load-start-ts");
  std::ifstream log(store_ / "latest" / "node-logs" / "n0.log");
  std::size_t echoes = 0;
  for (std::string line; std::getline(log, line);) {
    const nlohmann::json event = nlohmann::json::parse(line);
    if (event["event"] == "node_started" || event["event"] == "node_initialised") {
      EXPECT_LT(event["ts"], start) << line;
    }
    if (event.value("type", "") != "echo") continue;
    EXPECT_GE(event["ts"], start) << line;
    ++echoes;
  }
  EXPECT_GT(echoes, 0U);
}

TEST_F(FaultsCommand, KillsByHandAreSeen) {
  // The script plays the hand: it kills each child of the bench's nodes once a worker is there.
  const std::string line = command("-w echo --node-count 1 --time-limit 3 --rate 50") +
                           " & b=$!; sleep 1.5; for n in $(pgrep -P $b); do "
                           "kill -9 $(pgrep -P $n); done; wait $b";
  const Finished finished = run_shell("(" + line + ")");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const nlohmann::json deaths = results().at("hearsay").at("deaths");
  EXPECT_EQ(deaths.at("by-cause"), nlohmann::json({{"outside", 1}})) << deaths;
}

TEST_F(FaultsCommand, ALostValueIsSaidToBeMissingWhere) {
  const Finished finished = run_faulty("broadcast", "loses");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("is missing in the last read of n"), std::string::npos)
      << finished.output;
  const nlohmann::json missing = results().at("hearsay").at("missing");
  ASSERT_FALSE(missing.empty());
  // The node that took it has it, the two others don't.
  for (const auto& [value, nodes] : missing.items()) EXPECT_EQ(nodes.size(), 2U) << value;
}

TEST_F(FaultsCommand, AFractionIsNotTheWholeNumberThatIsMissing) {
  const Finished finished = run_faulty("broadcast", "floats");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("is missing in the last read of n"), std::string::npos)
      << finished.output;
}

TEST_F(FaultsCommand, AReusedStateDirectoryIsSuspected) {
  const std::string state = store_ / "state";
  const auto once = [&](const char* more) {
    return run_shell(command("-w broadcast --node-count 2 --time-limit 1 --recovery 0.5 ") + more +
                     " -- --state-dir " + state);
  };
  EXPECT_EQ(once("--rate 40").exit_code, 0);
  const Finished second = once("--rate 5");
  EXPECT_NE(second.output.find("read that nobody sent"), std::string::npos) << second.output;
  EXPECT_NE(second.output.find("a --state-dir of its own"), std::string::npos) << second.output;
}

TEST_F(FaultsCommand, KilledNodesWithoutAStateDirectoryAreSaidToForget) {
  const Finished finished =
      run("direct.py",
          "-w broadcast --node-count 1 --concurrency 40 --rate 40 --time-limit 8 --recovery 0.5 "
          "--nemesis kill --kill-interval 1.5 --seed 3");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("Hint: whole nodes were killed"), std::string::npos)
      << finished.output;
  // The option is another program's.
  EXPECT_EQ(finished.output.find("--state-dir"), std::string::npos) << finished.output;
}

TEST_F(FaultsCommand, TheSummaryHasRateAndLatency) {
  const Finished finished = run("direct.py", "-w echo --node-count 1 --time-limit 1 --rate 20");
  EXPECT_TRUE(praises(finished)) << finished.output;
  EXPECT_NE(finished.output.find("operations/second"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("latency of echo"), std::string::npos) << finished.output;
}

}  // namespace
}  // namespace hearsay::test
