// Nodes on a real bus, and the commands as people run them.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tests/support/send_signal.h"
#include "tests/tools/cluster/bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/processes/process_table.h"

namespace hearsay::test {
namespace {

const std::vector<std::string> kThree = {"n0", "n1", "n2"};

class ClusterCommand : public BusTest {
 protected:
  void attach_three(const std::vector<std::string>& more = {}) {
    for (const std::string& name : kThree) attach(name, more);
    up("n0,n1,n2");
  }
};

TEST_F(ClusterCommand, ThreeNodesEcho) {
  attach_three();
  for (const std::string& name : kThree) {
    const auto answer = call(name, {{"type", "echo"}, {"echo", name}});
    EXPECT_EQ(answer["echo"], name) << answer;
  }
}

TEST_F(ClusterCommand, ValuesMeet) {
  attach_three();
  ASSERT_TRUE(acknowledges("n0", 1));
  ASSERT_TRUE(acknowledges("n1", 2));
  ASSERT_TRUE(acknowledges("n2", 3));
  EXPECT_TRUE(meet(kThree, {1, 2, 3}));
}

TEST_F(ClusterCommand, AWorkerThatIsKilledIsNoMatter) {
  attach_three();
  ASSERT_TRUE(acknowledges("n1", 1));
  const auto node = static_cast<pid_t>(presence("n1")["node-pid"].get<std::int64_t>());
  const std::vector<pid_t> workers = bench::running_children(node);
  ASSERT_EQ(workers.size(), 1U);
  send_signal(workers[0], SIGKILL);
  ASSERT_TRUE(gone_in_time(workers[0]));
  ASSERT_TRUE(acknowledges("n1", 2));
  EXPECT_TRUE(meet(kThree, {1, 2}));
  EXPECT_EQ(presence("n1")["node-pid"], node);
}

TEST_F(ClusterCommand, ABusThatIsStartedAgainLosesNothingAcknowledged) {
  attach_three();
  ASSERT_TRUE(acknowledges("n0", 1));
  server_->stop();
  const Finished away = hearsay("call" + bus() + R"(n0 '{"type":"read"}')");
  EXPECT_EQ(away.exit_code, 1);
  EXPECT_NE(away.output.find("no NATS server answers"), std::string::npos) << away.output;
  server_->start();
  for (const std::string& name : kThree) ASSERT_TRUE(comes_to_be(name, "ready")) << name;
  ASSERT_TRUE(acknowledges("n2", 2));
  EXPECT_TRUE(meet(kThree, {1, 2}));
  EXPECT_GE(presence("n0")["bus-losses"], 1);
}

TEST_F(ClusterCommand, ANodeThatComesBackGetsItsInitFromTheOthers) {
  attach_three();
  ASSERT_TRUE(acknowledges("n0", 1));
  ASSERT_TRUE(meet(kThree, {1}));
  attached("n1").signal(SIGKILL);
  ASSERT_TRUE(attached("n1").wait());
  const Finished lacking = hearsay("cluster status" + bus());
  EXPECT_EQ(lacking.exit_code, 1);
  EXPECT_NE(lacking.output.find("n1       missing"), std::string::npos) << lacking.output;
  attach("n1");
  ASSERT_TRUE(comes_to_be("n1", "ready")) << attached("n1").stderr_text();
  EXPECT_TRUE(meet(kThree, {1}));
  EXPECT_EQ(hearsay("cluster status" + bus()).exit_code, 0);
}

TEST_F(ClusterCommand, StatusSaysWhenAMissingNodeWasHeardLast) {
  attach_three();
  ASSERT_TRUE(acknowledges("n1", 1));
  ASSERT_TRUE(meet(kThree, {1}));
  EXPECT_EQ(status()["last-heard"], nlohmann::json::object());
  attached("n1").signal(SIGKILL);
  ASSERT_TRUE(attached("n1").wait());
  const std::int64_t gone_ns = monotonic_ns();
  const nlohmann::json now = status();
  const std::int64_t since_ms = (monotonic_ns() - gone_ns) / 1'000'000;
  EXPECT_EQ(now["missing"], nlohmann::json({"n1"}));
  ASSERT_TRUE(now["last-heard"].contains("n1")) << now;
  const nlohmann::json heard = now["last-heard"]["n1"];
  EXPECT_TRUE(heard["by"] == "n0" || heard["by"] == "n2") << heard;
  EXPECT_GE(heard["ms"], 0);
  // It grows with the time.
  ASSERT_TRUE(in_time(kPatience, [&] {
    return status()["last-heard"]["n1"]["ms"].get<std::int64_t>() >
           heard["ms"].get<std::int64_t>() + since_ms;
  }));
  const std::string table = hearsay("cluster status" + bus()).output;
  EXPECT_NE(table.find("n1       missing; n"), std::string::npos) << table;
  EXPECT_NE(table.find("had the last line of it"), std::string::npos) << table;
}

// Nodes that have nothing to say to each other.
TEST_F(ClusterCommand, StatusSaysThatNobodyHasHeardAMissingNode) {
  attach_three({"--", node("attached.py"), "echo"});
  detach("n2");
  const std::string table = hearsay("cluster status" + bus()).output;
  EXPECT_NE(table.find("n2       missing; none that is there has had a line of it"),
            std::string::npos)
      << table;
}

TEST_F(ClusterCommand, ANodeWithAStateComesBackWithIt) {
  const std::string state = folder_ / "state";
  attach("n0", {"--", "--state-dir", state});
  up("n0");
  ASSERT_TRUE(acknowledges("n0", 1));
  attached("n0").signal(SIGKILL);
  ASSERT_TRUE(attached("n0").wait());
  attach("n0", {"--", "--state-dir", state});
  up("n0");  // nobody else is there who could tell it
  EXPECT_TRUE(meet({"n0"}, {1}));
}

TEST_F(ClusterCommand, ForeignNodesTakePart) {
  attach_three({"--bin", node("direct.py")});
  ASSERT_TRUE(acknowledges("n0", 1));
  ASSERT_TRUE(acknowledges("n2", 2));
  EXPECT_TRUE(meet(kThree, {1, 2}));
  EXPECT_EQ(presence("n0")["program"], "direct.py");
}

TEST_F(ClusterCommand, AForeignNodeBesideOursEchoes) {
  attach("n0");
  attach("n1", {"--", node("attached.py"), "echo"});
  up("n0,n1");
  for (const char* name : {"n0", "n1"}) {
    EXPECT_EQ(call(name, {{"type", "echo"}, {"echo", 7}})["echo"], 7) << name;
  }
}

TEST_F(ClusterCommand, UpSaysWhoIsMissing) {
  attach("n0");
  const Finished finished = hearsay("cluster up --timeout 3 --nodes n0,n7,n8" + bus());
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.output.find("hearsay cluster up: waits for n7, n8, "), 0U)
      << "while it waits: " << finished.output;
  EXPECT_NE(finished.output.find("nobody has attached n7, n8"), std::string::npos)
      << finished.output;
}

TEST_F(ClusterCommand, UpSaysWhoDoesNotAnswerItsInit) {
  attach("n0");
  attach("n1", {"--", "/bin/sleep", "60"});
  const Finished finished = hearsay("cluster up --timeout 3 --nodes n0,n1" + bus());
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("hearsay cluster up: waits for init_ok from n1, "),
            std::string::npos)
      << "while it waits: " << finished.output;
  EXPECT_NE(finished.output.find("no init_ok in time from n1"), std::string::npos)
      << finished.output;
}

TEST_F(ClusterCommand, UpTwiceIsNoMatterAndOtherNodesAreRefused) {
  attach_three();
  up("n0,n1,n2");
  const Finished other = hearsay("cluster up --nodes n0,n1" + bus());
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.output.find("works with other nodes"), std::string::npos) << other.output;
}

TEST_F(ClusterCommand, ANodeThatRefusesItsInitIsTold) {
  attach("n0", {"--", node("attached.py"), "refuse"});
  const Finished finished = hearsay("cluster up --nodes n0" + bus());
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("not today"), std::string::npos) << finished.output;
}

// As a bench does, which plays Maelstrom.
TEST_F(ClusterCommand, AnInitMayComeAsALine) {
  attach("n0");
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  const bus::Subjects subjects("demo");
  bus::Connection bench({server_->url(), "", "", "bench", subjects.inbox("bench"), {}});
  bench.subscribe(subjects.all_lines());
  bench.publish(subjects.line_by_operator("n0"),
                R"({"src":"c5","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0",)"
                R"("node_ids":["n0"]}})");
  std::optional<bus::Message> answer;
  ASSERT_TRUE(in_time(kPatience, [&] {
    answer = bench.take();
    return answer.has_value();
  }));
  EXPECT_EQ(answer->subject, subjects.line("c5", "n0"));
  EXPECT_NE(answer->text.find("init_ok"), std::string::npos);
  EXPECT_TRUE(comes_to_be("n0", "ready"));
}

TEST_F(ClusterCommand, ANameIsTakenOnce) {
  attach("n0");
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  const Finished second = hearsay("attach --name n0" + bus());
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("is taken in cluster demo"), std::string::npos) << second.output;
  // Another cluster is another place.
  const std::string status = " cluster status --cluster other" + bus();
  EXPECT_NE(hearsay(status).output.find("nobody is there"), std::string::npos);
}

TEST_F(ClusterCommand, AttachEndsAsItsNodeEnds) {
  NodeRunner& three = attach("n3", {"--", node("attached.py"), "end", "3"});
  up("n3");
  EXPECT_EQ(three.exit_code(), 3);
  EXPECT_NE(three.stderr_text().find("exited with status 3"), std::string::npos);

  NodeRunner& killed = attach("n0");
  ASSERT_TRUE(comes_to_be("n0", "waiting"));
  const auto process = static_cast<pid_t>(presence("n0")["node-pid"].get<std::int64_t>());
  const std::vector<pid_t> children = killed.children();
  ASSERT_EQ(children, std::vector<pid_t>{process});
  send_signal(process, SIGKILL);
  EXPECT_EQ(killed.exit_code(), 128 + SIGKILL);
  EXPECT_NE(killed.stderr_text().find("was killed by signal 9"), std::string::npos);
  EXPECT_TRUE(presence("n0").is_null());
}

// Into a pipe or a file it goes as it is.
TEST_F(ClusterCommand, WhatANodeWritesToStderrDoesNotSteerTheTerminal) {
  const std::string attach =
      HEARSAY_COMMAND " attach --name n0" + bus() + "-- " + node("attached.py") + " colour";
  NodeRunner terminal(NodeSetup{"/usr/bin/script", {"-qec", attach, "/dev/null"}});
  up("n0");
  const auto lines = terminal.read_until_eof();
  ASSERT_TRUE(lines);
  std::string shown;
  for (const std::string& line : *lines) shown += line;
  EXPECT_NE(shown.find(R"(\x1b[31mred)"), std::string::npos) << shown;
  EXPECT_NE(shown.find("half a line"), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;

  NodeRunner& plain = this->attach("n1", {"--", node("attached.py"), "colour"});
  up("n1");
  EXPECT_EQ(plain.exit_code(), 0);
  EXPECT_NE(plain.stderr_text().find("\x1b[31mred"), std::string::npos) << plain.stderr_text();
}

TEST_F(ClusterCommand, ASignalLetsTheNodeEnd) {
  NodeRunner& runner = attach("n0");
  up("n0");
  const auto process = static_cast<pid_t>(presence("n0")["node-pid"].get<std::int64_t>());
  runner.signal(SIGTERM);
  EXPECT_EQ(runner.exit_code(), 0) << runner.stderr_text();
  EXPECT_TRUE(gone_in_time(process));
}

// `timeout` sends two; of different kinds here, since equal ones may become one on their way.
TEST_F(ClusterCommand, SignalsThatComeTogetherAreOneWish) {
  NodeRunner& runner = attach("n0", {"--", node("attached.py"), "slow-end"});
  up("n0");
  runner.signal(SIGTERM);
  runner.signal(SIGINT);
  EXPECT_EQ(runner.exit_code(), 7) << runner.stderr_text();
}

TEST_F(ClusterCommand, ANodeDoesNotOutliveAnAttachThatIsKilled) {
  NodeRunner& runner = attach("n0");
  up("n0");
  const auto process = static_cast<pid_t>(presence("n0")["node-pid"].get<std::int64_t>());
  runner.signal(SIGKILL);
  ASSERT_TRUE(runner.wait());
  EXPECT_TRUE(gone_in_time(process));
}

TEST_F(ClusterCommand, CallTellsWhatIsWrong) {
  attach("n0");
  up("n0");
  const Finished nobody = hearsay("call" + bus() + R"(n7 '{"type":"read"}')");
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_NE(nobody.output.find("nobody has attached n7"), std::string::npos) << nobody.output;
  const Finished error = hearsay("call" + bus() + R"(n0 '{"type":"nonsense"}')");
  EXPECT_EQ(error.exit_code, 1);
  EXPECT_NE(error.output.find("\"code\":10"), std::string::npos) << error.output;
  const Finished late = hearsay("call --timeout-ms 50" + bus() + "n0 '{\"type\":7}'");
  EXPECT_EQ(late.exit_code, 1) << late.output;
  for (const char* bad :
       {"n0 7", "n0 '{'", "a.b '{}'", "'n 0' '{}'", "n0", "n0 '{}' --as n0", "n7 '{}' --as n7"}) {
    EXPECT_EQ(hearsay("call" + bus() + bad).exit_code, 2) << bad;
  }
}

TEST_F(ClusterCommand, BadNamesAreRefused) {
  for (const char* bad :
       {"attach --name a.b",
        "attach --name '*'",
        "attach --name 'n 0'",
        "attach --name n0 --cluster 'de>mo'",
        "attach",
        "cluster up --nodes n0,n0",
        "cluster up --nodes n0,a.b",
        "attach --name c1",
        "attach --name lin-kv",
        "cluster up --nodes n0,c12",
        "cluster permissions --nodes seq-kv --output x",
        "cluster status --cluster ''",
        "cluster nonsense",
        "cluster",
        "attach --name n0 --credentials /nonexistent",
        "attach --name n0 --bin /nonexistent",
        R"(cluster permissions --nodes n0 --output x --listen '127.0.0.1:4222"')",
        "cluster permissions --nodes n0 --output x --listen 127.0.0.1",
        "cluster permissions --nodes n0 --output x --listen 127.0.0.1:abc",
        "cluster permissions --nodes n0 --output x --listen 127.0.0.1:99999",
        "cluster permissions --nodes n0 --output x --tls-cert /nowhere --tls-key /nowhere"}) {
    const Finished finished = hearsay(bad);
    EXPECT_EQ(finished.exit_code, 2) << bad << ": " << finished.output;
  }
}

TEST_F(ClusterCommand, PermissionsPrintCommandsThatReachTheServer) {
  const auto printed_for = [&](const std::string& options) {
    const Finished made = hearsay("cluster permissions --nodes n0 --output " +
                                  (folder_ / "printed").string() + options);
    EXPECT_EQ(made.exit_code, 0) << made.output;
    return made.output;
  };
  EXPECT_EQ(printed_for("").find("--bus"), std::string::npos);
  for (const char* listen : {"0.0.0.0:4333", ":4333", "[::]:4333", "127.0.0.1:4333"}) {
    EXPECT_NE(
        printed_for(std::string(" --listen ") + listen).find("attach --bus nats://127.0.0.1:4333 "),
        std::string::npos)
        << listen;
  }
}

TEST_F(ClusterCommand, PermissionsGrowByNamesAndShrinkByKeys) {
  const std::string keys = folder_ / "keys";
  const auto made_for = [&](const std::string& nodes) {
    const Finished made = hearsay("cluster permissions --nodes " + nodes + " --output " + keys);
    EXPECT_EQ(made.exit_code, 0) << made.output;
    std::ifstream file(keys + "/nats-server.conf");
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  made_for("n0,n1");
  const std::string three = made_for("n2");
  for (const char* name : {".in.n0\"", ".in.n1\"", ".in.n2\""}) {
    EXPECT_NE(three.find(name), std::string::npos) << name << " in " << three;
  }
  fs::remove(keys + "/n1.nkey");
  const std::string two = made_for("n2");
  EXPECT_NE(two.find(".in.n0\""), std::string::npos) << two;
  EXPECT_EQ(two.find(".in.n1\""), std::string::npos) << two;
}

TEST_F(ClusterCommand, ANodesNameIsNoClients) {
  const Finished client = hearsay("attach --name c1");
  EXPECT_NE(client.output.find("c1 is the name of a client"), std::string::npos) << client.output;
  const Finished service = hearsay("attach --name lin-tso");
  EXPECT_NE(service.output.find("lin-tso is the name of a service"), std::string::npos)
      << service.output;
}

// What a demo says, up to its last line.
std::string text_of(NodeRunner& demo) {
  std::string text;
  while (text.find("Ctrl-C ends") == std::string::npos) {
    const auto line = demo.read_line();
    if (!line) return text + demo.stderr_text();
    text += *line + '\n';
  }
  return text;
}

TEST_F(ClusterCommand, TheDemoOfAnotherProgramSpeaksOfNoWorker) {
  const std::string node = std::string(HEARSAY_TEST_NODES) + "/direct.py";
  NodeRunner demo(
      {HEARSAY_COMMAND, {"cluster", "demo", "--bin", node}, {"TMPDIR=" + folder_.path().string()}});
  const std::string text = text_of(demo);
  EXPECT_NE(text.find("3 nodes on nats://"), std::string::npos) << text;
  EXPECT_EQ(text.find("worker"), std::string::npos) << text;
  demo.signal(SIGINT);
  EXPECT_EQ(demo.exit_code(), 0) << demo.stderr_text();
}

// A copy of the command, with a node beside it that has no worker, and with none.
TEST_F(ClusterCommand, TheDemoEndsAsSoonAsAnAttachmentHasEnded) {
  const fs::path bin = folder_ / "bin";
  fs::create_directory(bin);
  fs::copy_file(HEARSAY_COMMAND, bin / "hearsay");
  const auto demo = [&] {
    const Finished finished = run_shell((bin / "hearsay").string() + " cluster demo");
    EXPECT_EQ(finished.exit_code, 1) << finished.output;
    return finished.output;
  };
  std::string text = demo();
  EXPECT_EQ(text.find("in time"), std::string::npos) << text;
  EXPECT_NE(text.find("hearsay-node"), std::string::npos) << text;
  fs::copy_file(fs::path(HEARSAY_COMMAND).parent_path() / "hearsay-node", bin / "hearsay-node");
  text = demo();
  EXPECT_EQ(text.find("in time"), std::string::npos) << text;
  EXPECT_NE(text.find("hearsay-worker"), std::string::npos) << text;
}

TEST_F(ClusterCommand, TheDemoEndsWhenItIsInterruptedWhileItWaitsForItsNodes) {
  NodeRunner demo({HEARSAY_COMMAND,
                   {"cluster", "demo", "--bin", "/bin/sleep", "--", "1000"},
                   {"TMPDIR=" + folder_.path().string()}});
  while (demo.stderr_text().find("hearsay cluster demo: ") == std::string::npos) ::usleep(10'000);
  const std::vector<pid_t> children = bench::descendants(demo.pid());
  demo.signal(SIGINT);
  EXPECT_EQ(demo.exit_code(), 130) << demo.stderr_text();
  EXPECT_NE(demo.stderr_text().find("interrupted before all nodes were ready"), std::string::npos)
      << demo.stderr_text();
  for (const pid_t child : children) EXPECT_TRUE(gone_in_time(child)) << child;
}

TEST_F(ClusterCommand, TheDemoRunsAndLeavesNothing) {
  NodeRunner demo({HEARSAY_COMMAND, {"cluster", "demo"}, {"TMPDIR=" + folder_.path().string()}});
  const auto first = demo.read_line();
  ASSERT_TRUE(first) << demo.stderr_text();
  const std::size_t at = first->find("nats://");
  ASSERT_NE(at, std::string::npos) << *first;
  const std::string url = first->substr(at, first->find(',') - at);
  EXPECT_EQ(url.find("nats://127.0.0.1:"), 0U) << url;
  const Finished asked = hearsay("call --bus " + url + R"( n0 '{"type":"echo","echo":7}')");
  EXPECT_EQ(asked.exit_code, 0) << asked.output;
  EXPECT_NE(text_of(demo).find("pkill -KILL -P "), std::string::npos);
  const std::vector<pid_t> children = bench::descendants(demo.pid());
  EXPECT_GE(children.size(), 10U);  // a server, three times attach, node, worker
  demo.signal(SIGINT);
  EXPECT_EQ(demo.exit_code(), 0) << demo.stderr_text();
  for (const pid_t child : children) EXPECT_TRUE(gone_in_time(child)) << child;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.path().string().find("hearsay-demo"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace hearsay::test
