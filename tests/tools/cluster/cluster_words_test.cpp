// What hearsay cluster up, cluster status and call say: of nodes that are none of the cluster's,
// and while they wait.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"

namespace hearsay::test {
namespace {

class ClusterWords : public BusTest {
 protected:
  void attach_each(const std::vector<std::string>& names) {
    for (const std::string& name : names) attach(name);
    for (const std::string& name : names) ASSERT_TRUE(comes_to_be(name, "waiting")) << name;
  }
};

// Before anybody is waited for: n7 is not attached.
TEST_F(ClusterWords, NodesOfARunningClusterStayTheSame) {
  attach_each({"n0", "n1", "n3"});
  up("n0,n1");
  for (const char* nodes : {"n3", "n1,n3", "n0", "n0,n1,n3", "n3,n7", "n7"}) {
    const Finished other = hearsay(std::string("cluster up --timeout 2 --nodes ") + nodes + bus());
    EXPECT_EQ(other.exit_code, 1) << nodes << ": " << other.output;
    EXPECT_NE(other.output.find("works with other nodes or neighbours already (n0, n1)"),
              std::string::npos)
        << nodes << ": " << other.output;
    EXPECT_NE(other.output.find("--cluster"), std::string::npos) << other.output;
    EXPECT_EQ(other.output.find("waits for"), std::string::npos) << other.output;
  }
  EXPECT_EQ(presence("n3")["state"], "waiting");
  up("n0,n1");
  detach("n0");
  EXPECT_EQ(hearsay("cluster up --nodes n3" + bus()).exit_code, 1) << "n1 is still there";
  detach("n1");
  up("n3");
  EXPECT_EQ(status()["roster"], nlohmann::json({"n3"}));
}

TEST_F(ClusterWords, StatusNamesThoseThatAreNoNodesOfTheCluster) {
  attach_each({"n0", "n1", "n2"});
  up("n0,n1");
  Finished table;
  EXPECT_TRUE(in_time(kPatience, [&] {
    table = hearsay("cluster status" + bus());
    return table.output.find(
               "2 of 2 nodes are there, all are ready; n2 is attached, and none of "
               "them\n") != std::string::npos;
  })) << table.output;
  EXPECT_EQ(table.exit_code, 0) << table.output;
  const auto names_n2 = [this] { return status()["others"] == nlohmann::json({"n2"}); };
  EXPECT_TRUE(in_time(kPatience, names_n2)) << status();
  EXPECT_EQ(status()["good"], true);

  detach("n1");
  table = hearsay("cluster status" + bus());
  EXPECT_EQ(table.exit_code, 1) << table.output;
  EXPECT_NE(table.output.find("1 of 2 nodes are there"), std::string::npos) << table.output;
}

TEST_F(ClusterWords, StatusNamesNodesThatAreNotReady) {
  attach("n0");
  attach("n1", {"--", "/bin/sleep", "60"});
  hearsay("cluster up --timeout 2 --nodes n0,n1" + bus());
  const Finished table = hearsay("cluster status" + bus());
  EXPECT_EQ(table.exit_code, 1) << table.output;
  EXPECT_NE(table.output.find("2 of 2 nodes are there, n1 is not ready\n"), std::string::npos)
      << table.output;
}

// It plays Maelstrom to n0 alone.
TEST_F(ClusterWords, StatusTellsNodesOfATestFromThoseThatWait) {
  attach_each({"n0", "n1"});
  const bus::Subjects subjects("demo");
  bus::Connection bench({server_->url(), "", "", "bench", subjects.inbox("bench"), {}});
  bench.publish(subjects.line_by_operator("n0"),
                R"({"src":"c5","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0",)"
                R"("node_ids":["n0"]}})");
  ASSERT_TRUE(comes_to_be("n0", "ready"));
  const Finished table = hearsay("cluster status" + bus());
  EXPECT_EQ(table.exit_code, 1) << table.output;
  EXPECT_NE(table.output.find("2 nodes, n0 is of a test that runs or ran: attach them anew for "
                              "something else; n1 waits for hearsay cluster up\n"),
            std::string::npos)
      << table.output;
}

TEST_F(ClusterWords, ASignalThatComesByMistakeEndsNoAttachedNode) {
  NodeRunner& runner = attach("n0");
  up("n0");
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM}) runner.signal(number);
  const Finished echo = hearsay("call" + bus() + R"(n0 '{"type":"echo","echo":7}')");
  EXPECT_EQ(echo.exit_code, 0) << echo.output;
  runner.signal(SIGTERM);
  EXPECT_EQ(runner.exit_code(), 0) << runner.stderr_text();
}

TEST_F(ClusterWords, StatusTellsOnATerminalThatItWaits) {
  attach_each({"n0", "n1"});
  up("n0,n1");
  detach("n1");
  const std::string status = HEARSAY_COMMAND " cluster status --wait 2.5" + bus();
  const Finished shown = run_shell("script -qec '" + status + "' /dev/null");
  const std::size_t waits = shown.output.find("waiting for n1");
  EXPECT_LT(waits, shown.output.find("Cluster demo")) << shown.output;
  EXPECT_EQ(hearsay("cluster status --wait 2.5" + bus()).output.find("waiting for"),
            std::string::npos);
}

// Who asks for the nodes must not be sent to one that does not know them.
TEST_F(ClusterWords, ManyThatWaitDoNotHideWhichNodesTheClusterHas) {
  attach_each({"n0", "n1", "n2", "n3", "n4"});
  EXPECT_EQ(status()["roster"], nullptr);
  up("n0");
  constexpr int kTimes = 10;
  for (int i = 0; i < kTimes; ++i) EXPECT_EQ(status()["roster"], nlohmann::json({"n0"}));
}

// The node answers when the line about the progress has been seen.
TEST_F(ClusterWords, CallTellsOnATerminalThatItWaits) {
  attach_each({"n0"});
  const std::string call =
      HEARSAY_COMMAND " call --timeout-ms 120000" + bus() + R"(n0 '{"type":"echo","echo":7}')";
  const std::string typescript = folder_ / "typescript";
  NodeRunner terminal(NodeSetup{"/usr/bin/script", {"-qefc", call, typescript}});
  const auto shown = [&] {
    std::ifstream file(typescript);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string waits = "waiting for an answer from n0, ";
  EXPECT_TRUE(in_time(kPatience, [&] { return shown().find(waits) != std::string::npos; }))
      << shown();
  up("n0");
  EXPECT_EQ(terminal.exit_code(), 0) << shown();
  const std::string text = shown();
  const std::size_t answer = text.find("{\"echo\":7");
  ASSERT_NE(answer, std::string::npos) << text;
  const std::size_t behind_line = text.rfind(waits, answer) + waits.size();
  // Blanks stand where the line stood, and the answer begins where it began.
  EXPECT_NE(
      text.substr(behind_line, answer - behind_line).find('\r' + std::string(waits.size(), ' ')),
      std::string::npos)
      << text;
  EXPECT_EQ(text[answer - 1], '\r') << text;
  EXPECT_EQ(text.find(waits, answer), std::string::npos) << text;
}

TEST_F(ClusterWords, CallTellsNobodyElseThatItWaits) {
  attach_each({"n0"});
  const Finished late = hearsay("call --timeout-ms 2500" + bus() + R"(n0 '{"type":"read"}')");
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_EQ(late.output.find("hearsay call: no answer from n0 in 2500 ms"), 0U) << late.output;
}

}  // namespace
}  // namespace hearsay::test
