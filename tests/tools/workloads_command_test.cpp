// `hearsay test` with the workloads beyond broadcast, on small Python nodes: good ones are valid,
// and each bad one is found for what it is. Nodes that trust a service more than it deserves as
// well.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class WorkloadCommand : public CommandTest {
 protected:
  // `node`: with what stands behind "--".
  Finished run_workload(const std::string& workload, const std::string& node,
                        const std::string& arguments) const {
    const auto blank = node.find(' ');
    return run(node.substr(0, blank), "-w " + workload + " --time-limit 1 --recovery 0.3 " +
                                          arguments + " -- " + node.substr(blank + 1));
  }
  nlohmann::json verdict() const { return results().at("workload"); }
  // Named among the anomalies, or among kafka's errors that make a run invalid.
  bool names(const char* key, const char* what) const {
    const nlohmann::json found = verdict().at(key);
    return std::find(found.begin(), found.end(), what) != found.end();
  }
};

TEST_F(WorkloadCommand, OfANodeThatDoesNotKnowTheWorkloadIsSaidHowItAnswers) {
  const Finished finished =
      run_shell(std::string(HEARSAY_COMMAND) +
                " test -w txn-rw-register --node-count 1 --time-limit 0.5 --store " +
                store_.string() + " -- --workload echo");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("Hint: the first txn ended with [\"not-supported\""),
            std::string::npos)
      << finished.output;
}

// The services that 'auto' leaves out.
TEST_F(WorkloadCommand, OurOwnNodeIsToldItsWorkload) {
  for (const char* workload : {"g-set", "g-counter", "pn-counter", "txn-rw-register"}) {
    const Finished finished = run_shell(std::string(HEARSAY_COMMAND) + " test -w " + workload +
                                        " --node-count 2 --rate 100 --time-limit 0.5 --recovery 1 "
                                        "--consistency-models read-atomic --store " +
                                        store_.string());
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_EQ(results().at("hearsay").at("options").at("args"),
              nlohmann::json({"--workload", workload}));
  }
}

TEST_F(WorkloadCommand, AGoodSetIsValid) {
  const Finished finished = run_workload("g-set", "crdt.py ok set", "--node-count 3 --rate 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(verdict().at("stable-count"), 10);
}

TEST_F(WorkloadCommand, ASetThatIsNotReplicatedLosesElements) {
  const Finished finished =
      run_workload("g-set", "crdt.py unreplicated set", "--node-count 3 --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_GT(verdict().at("lost-count"), 0);
}

TEST_F(WorkloadCommand, GoodCountersAreValid) {
  for (const char* workload : {"g-counter", "pn-counter"}) {
    const Finished finished = run_workload(workload, "crdt.py ok sum", "--node-count 3 --rate 200");
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_EQ(verdict().at("final-reads").size(), 3U);
  }
}

TEST_F(WorkloadCommand, ACounterThatCountsTwiceIsInvalid) {
  const Finished finished =
      run_workload("g-counter", "crdt.py twice sum", "--node-count 3 --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_EQ(verdict().at("errors").size(), 3U);
}

// They are handled by nobody: each is indeterminate and an exception.
TEST_F(WorkloadCommand, ADefiniteErrorOfACounterIsIndefinite) {
  const Finished finished =
      run_workload("pn-counter", "crdt.py refuses sum", "--node-count 3 --rate 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("stats").at("fail-count"), 0);
  EXPECT_GT(results().at("stats").at("info-count"), 0);
  EXPECT_EQ(results().at("exceptions").at("exceptions").at(0).at("count"),
            results().at("stats").at("info-count"));
  EXPECT_NE(verdict().at("acceptable").at(0).at(0), verdict().at("acceptable").back().at(1));
}

TEST_F(WorkloadCommand, GoodLogsAreValidAndTheTrafficIsKafkas) {
  const Finished finished =
      run_workload("kafka", "kafka.py ok", "--node-count 1 --concurrency 4 --rate 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const nlohmann::json by_f = results().at("stats").at("by-f");
  EXPECT_GT(by_f.at("send").at("ok-count"), 10);
  EXPECT_GE(by_f.at("crash").at("info-count"), 4);  // at the end
  EXPECT_GE(by_f.at("assign").at("ok-count"), 4);
  const nlohmann::json types = results().at("hearsay").at("traffic").at("clients").at("by-type");
  EXPECT_GT(types.at("commit_offsets").at("messages"), 0);
}

TEST_F(WorkloadCommand, PollsThatGoBackAreFound) {
  const Finished finished =
      run_workload("kafka", "kafka.py goes-back", "--node-count 1 --concurrency 4 --rate 1000");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_TRUE(names("bad-error-types", "nonmonotonic-poll")) << finished.output;
  EXPECT_NE(finished.output.find("nonmonotonic-poll: "), std::string::npos) << finished.output;
}

TEST_F(WorkloadCommand, AFailedSendThatIsPolledIsAnAbortedRead) {
  const Finished finished =
      run_workload("kafka", "kafka.py refuses", "--node-count 1 --concurrency 4 --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_TRUE(names("bad-error-types", "G1a")) << finished.output;
}

TEST_F(WorkloadCommand, GoodTransactionsAreValid) {
  for (const char* workload : {"txn-list-append", "txn-rw-register"}) {
    const Finished finished = run_workload(workload, "store.py ok",
                                           "--node-count 1 --concurrency 4 --rate 200 "
                                           "--key-count 3 --max-txn-length 6");
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
  }
}

TEST_F(WorkloadCommand, TransactionsThatDoNotSeeTheirOwnWritesAreFound) {
  const Finished finished = run_workload("txn-list-append", "store.py selfish",
                                         "--node-count 1 --concurrency 4 --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_TRUE(names("anomaly-types", "internal")) << finished.output;
}

TEST_F(WorkloadCommand, AnAbortedWriteThatIsReadIsFoundUnderReadCommittedAlready) {
  const std::string arguments = "--node-count 1 --concurrency 4 --rate 200 --consistency-models ";
  const Finished finished =
      run_workload("txn-rw-register", "store.py aborts", arguments + "read-committed");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_TRUE(names("anomaly-types", "G1a")) << finished.output;
  EXPECT_EQ(
      run_workload("txn-rw-register", "store.py aborts", arguments + "read-uncommitted").exit_code,
      0);
}

TEST_F(WorkloadCommand, AModelThatNobodyKnowsIsUnknownAsUnderMaelstrom) {
  const Finished finished = run_workload("txn-rw-register", "store.py ok",
                                         "--node-count 1 --rate 200 "
                                         "--consistency-models read-committed,read-uncommitted");
  EXPECT_EQ(finished.exit_code, 2) << finished.output;
  EXPECT_NE(finished.output.find("nobody knows a consistency model "
                                 "\"read-committed,read-uncommitted\": the verdict"),
            std::string::npos)
      << finished.output;
}

TEST_F(WorkloadCommand, OfOurOwnNodeIsSaidWhatItsTransactionsPromise) {
  const Finished finished = run_shell(std::string(HEARSAY_COMMAND) +
                                      " test -w txn-rw-register --node-count 2 --concurrency 4n "
                                      "--rate 500 --time-limit 2 --recovery 0.3 --store " +
                                      store_.string());
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("Hint: hearsay-node answers in any partition"), std::string::npos)
      << finished.output;
}

TEST_F(WorkloadCommand, AGoodRegisterIsLinearizable) {
  const Finished finished =
      run_workload("lin-kv", "store.py ok", "--node-count 1 --concurrency 4n --rate 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST_F(WorkloadCommand, ALostWriteOfARegisterIsFound) {
  const Finished finished =
      run_workload("lin-kv", "store.py loses", "--node-count 1 --concurrency 2n --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_FALSE(verdict().at("failures").empty());
}

TEST_F(WorkloadCommand, WithoutAnAnswerARegistersReadFailsAndTheRestIsInfo) {
  const Finished finished = run_workload("lin-kv", "store.py silent",
                                         "--node-count 1 --concurrency 2n --rate 200 --seed 1");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(results().at("stats").at("info-count"), 0);
  EXPECT_EQ(results().at("stats").at("by-f").at("read").at("info-count"), 0);
}

TEST_F(WorkloadCommand, ARegisterNeedsClientsInGroups) {
  const Finished finished = run_workload("lin-kv", "store.py ok", "--node-count 3");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("--concurrency 2n"), std::string::npos) << finished.output;
}

TEST_F(WorkloadCommand, AProxyOnLinKvIsLinearizable) {
  const Finished finished = run_workload("lin-kv", "proxy.py lin-kv",
                                         "--node-count 2 --concurrency 2n --rate 200 --latency 2");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(results().at("hearsay").at("traffic").at("by-pair").at("n0").at("lin-kv"), 0);
}

TEST_F(WorkloadCommand, AProxyOnLwwKvIsNotLinearizable) {
  const Finished finished =
      run_workload("lin-kv", "proxy.py lww-kv", "--node-count 2 --concurrency 2n --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_FALSE(verdict().at("failures").empty());
}

TEST_F(WorkloadCommand, AProxyOnSeqKvIsNotLinearizable) {
  const Finished finished =
      run_workload("lin-kv", "proxy.py seq-kv", "--node-count 2 --concurrency 2n --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_FALSE(verdict().at("failures").empty());
}

TEST_F(WorkloadCommand, ListsInLinKvAreStrictSerializable) {
  const Finished finished = run_workload("txn-list-append", "proxy.py lin-kv",
                                         "--node-count 2 --concurrency 2n --rate 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST_F(WorkloadCommand, ListsInLwwKvLoseUpdates) {
  const Finished finished = run_workload("txn-list-append", "proxy.py lww-kv",
                                         "--node-count 2 --concurrency 2n --rate 200");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_TRUE(names("anomaly-types", "incompatible-order")) << finished.output;
}

TEST_F(WorkloadCommand, ASumInSeqKvIsReadLateUnlessSomethingNewIsWrittenBefore) {
  // The more nodes, the less likely is it that all happen to read the newest version.
  const std::string arguments = "--node-count 8 --rate 200";
  const Finished careless = run_workload("g-counter", "proxy.py seq-kv", arguments);
  EXPECT_EQ(careless.exit_code, 1) << careless.output;
  const Finished careful = run_workload("g-counter", "proxy.py seq-kv careful", arguments);
  EXPECT_EQ(careful.exit_code, 0) << careful.output;
}

// Our node, whose workers die all the time, and once more from its recordings.
TEST_F(WorkloadCommand, OurNodesOnMaelstromsServicesAreValidAndReplayTheSame) {
  for (const char* run : {"lin-kv --concurrency 2n -- --workload lin-kv",
                          "txn-list-append --concurrency 2n -- --workload txn-list-append",
                          "g-counter -- --workload seq-kv-counter"}) {
    const Finished finished =
        run_shell(command("--node-count 2 --rate 200 --time-limit 1 --recovery 0.3 --record "
                          "--nemesis partition,kill-worker --kill-worker-interval 0.05 -w " +
                          std::string(run) + " --chaos-kill-ms 100"));
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    const Finished replayed =
        run_shell(std::string(HEARSAY_COMMAND) + " replay " + (store_ / "latest").string());
    EXPECT_EQ(replayed.exit_code, 0) << replayed.output;
  }
}

TEST_F(WorkloadCommand, TheHelpExplainsEachWorkload) {
  const Finished finished = run_shell(command("-w kafka --help"));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_NE(finished.output.find("list_committed_offsets"), std::string::npos) << finished.output;
}

}  // namespace
}  // namespace hearsay::test
