// Logs of several machines, whose clocks differ: a recorded run with its times shifted by an edit
// comes out as it was.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/base/units.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"
#include "tools/trace/clock_messages.h"

namespace hearsay::traces {
namespace {

namespace fs = std::filesystem;

class ShiftedTrace : public testing::Test {
 protected:
  // Of n0, n1 and n2.
  void shift(const std::vector<std::int64_t>& by_ns, const fs::path& to) {
    fs::create_directories(to);
    for (std::size_t i = 0; i < by_ns.size(); ++i) {
      const std::string name = "n" + std::to_string(i) + ".log";
      std::ifstream in(fs::path(HEARSAY_TEST_DATA) / "trace" / "recorded" / "node-logs" / name);
      std::ofstream out(to / name);
      for (std::string line; std::getline(in, line);) {
        constexpr std::size_t kBegin = 6;  // {"ts":
        const std::size_t end = line.find(',');
        out << line.substr(0, kBegin) << std::stoll(line.substr(kBegin, end - kBegin)) + by_ns[i]
            << line.substr(end) << "\n";
      }
    }
  }
  static test::Finished trace(const std::string& command, const fs::path& run) {
    return test::run_shell(std::string(HEARSAY_COMMAND) + " trace " + command + " " + run.string());
  }
  // Whether each message that `log` shows as taken in had been sent above.
  static int received_before_sent(const std::string& log) {
    std::map<std::string, int> on_its_way;
    int wrong = 0;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string time;
      std::string node;
      std::string verb;
      std::string peer;
      std::string rest;
      words >> time >> node >> verb >> peer;
      if (verb == "tells") {
        std::getline(words, rest);
        ++on_its_way[node + peer];
      } else if (verb == "hears") {
        words >> rest >> rest >> peer;  // "3 values from n0"
        if (--on_its_way[peer + node] < 0) ++wrong;
      }
    }
    return wrong;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ShiftedTrace, SummarySaysByHowMuch) {
  shift({0, 500 * kNsPerMs, -3600 * kNsPerSecond}, folder_ / "logs");
  const test::Finished finished = trace("summary", folder_ / "logs");
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_NE(finished.output.find("n1.log: +500 ms (+480 ms to +520 ms), from 8 messages; its times "
                                 "are moved"),
            std::string::npos)
      << finished.output;
  EXPECT_NE(
      finished.output.find("n2.log: -3600.001 s (-3600.022 s to -3599.981 s), from 5 messages"),
      std::string::npos);
  EXPECT_NE(finished.output.find("all on the clock of n0.log"), std::string::npos);
}

TEST_F(ShiftedTrace, LogHasNoMessageThatArrivesBeforeItWasSent) {
  shift({0, 500 * kNsPerMs, -3600 * kNsPerSecond}, folder_ / "logs");
  shift({0, 0, 0}, folder_ / "node-logs");  // taken for those of one machine
  const std::string messages = "log --event values_sent,values_received";
  const std::string moved = trace(messages, folder_ / "logs").output;
  EXPECT_NE(moved.find(" tells n"), std::string::npos);
  EXPECT_EQ(received_before_sent(moved), 0) << moved;
  EXPECT_EQ(received_before_sent(trace(messages, folder_ / "node-logs").output), 0);
  // The test can fail: as the clocks were, they do.
  shift({0, 500 * kNsPerMs, -3600 * kNsPerSecond}, folder_ / "node-logs");
  EXPECT_GT(received_before_sent(trace(messages, folder_ / "node-logs").output), 0);
}

TEST_F(ShiftedTrace, CommandsSayTheSameAsWithoutShift) {
  shift({0, 0, 0}, folder_ / "before" / "logs");
  shift({0, 3600 * kNsPerSecond, 0}, folder_ / "after" / "logs");
  for (const char* command : {"check", "log --json --node n1 --event value_learned"}) {
    EXPECT_EQ(trace(command, folder_ / "after" / "logs").exit_code, 0);
  }
  const auto nobodys = [](const std::string& text) { return text.substr(text.find('\n')); };
  EXPECT_EQ(nobodys(trace("check", folder_ / "after" / "logs").output),
            nobodys(trace("check", folder_ / "before" / "logs").output));
}

TEST_F(ShiftedTrace, EqualClocksMoveNothing) {
  shift({0, 0, 0}, folder_ / "logs");
  const std::string summary = trace("summary", folder_ / "logs").output;
  EXPECT_NE(summary.find("n1.log: the same, as far as 8 messages tell"), std::string::npos)
      << summary;
  EXPECT_EQ(summary.find("on the clock of"), std::string::npos);
  shift({0, 0, 0}, folder_ / "run" / "node-logs");
  EXPECT_EQ(trace("log", folder_ / "run").output, trace("log", folder_ / "logs").output);
}

// Somebody has put the logs of a test over the bus into its folder.
TEST_F(ShiftedTrace, ARunOverTheBusIsOfSeveralMachines) {
  shift({0, 500 * kNsPerMs, 0}, folder_ / "node-logs");
  std::ofstream(folder_ / "results.json") << R"({"hearsay":{"bus":{"server":"s"}}})";
  EXPECT_NE(trace("summary", folder_.path()).output.find("n1.log: +500 ms"), std::string::npos);
  std::ofstream(folder_ / "results.json")
      << R"({"hearsay":{"load-start-ts":7,"bus":{"nodes":{"n0":{"clock-offset-ns":2000000000,)"
      << R"("clock-error-ns":1000}}}}})";
  EXPECT_NE(
      trace("summary", folder_.path()).output.find("the bench: -2000 ms, as hearsay test found"),
      std::string::npos)
      << trace("summary", folder_.path()).output;
  std::ofstream(folder_ / "results.json") << R"({"hearsay":{}})";
  EXPECT_EQ(trace("summary", folder_.path()).output.find("Clocks"), std::string::npos);
}

// The load began at 10 s on the bench's clock; that of n0 was two hours ahead.
TEST_F(ShiftedTrace, TheBenchMayHaveAnotherClock) {
  const auto first_event_with = [&](const std::string& node) {
    std::ofstream(folder_ / "results.json")
        << R"({"hearsay":{"load-start-ts":10000000000,"bus":{"nodes":{"n0":)" << node << "}}}}";
    return trace("log", folder_.path()).output;
  };
  fs::create_directories(folder_ / "node-logs");
  std::ofstream(folder_ / "node-logs" / "n0.log")
      << R"({"ts":7211500000000,"node":"n0","role":"supervisor","pid":1,"generation":1,"level":)"
      << R"("info","event":"input_ended"})"
      << "\n";
  std::string log = first_event_with(R"({"clock-offset-ns":7200000000000,"clock-error-ns":9})");
  EXPECT_NE(log.find(" 1.500"), std::string::npos) << log;
  for (const char* unknown : {"{}", "7", R"({"clock-offset-ns":7200000000000})",
                              R"({"clock-offset-ns":"7200000000000","clock-error-ns":9})",
                              R"({"clock-offset-ns":7200000000000,"clock-error-ns":[9]})"}) {
    log = first_event_with(unknown);
    EXPECT_NE(log.find("7201.500"), std::string::npos) << unknown << log;
  }
  for (const char* huge : {"-9223372036854775808", "18446744073709551615", "9223372036854775807"}) {
    log =
        first_event_with(R"({"clock-offset-ns":)" + std::string(huge) + R"(,"clock-error-ns":9})");
    EXPECT_NE(log.find("7201.500"), std::string::npos) << huge << log;
  }
  for (const char* bus : {"7", "[]", "null", "{}", R"({"nodes":[]})"}) {
    std::ofstream(folder_ / "results.json")
        << R"({"hearsay":{"load-start-ts":10000000000,"bus":)" << bus << "}}";
    EXPECT_NE(trace("log", folder_.path()).output.find("7201.500"), std::string::npos) << bus;
  }
  log = first_event_with(R"({"clock-offset-ns":2000000000,"clock-error-ns":3000000000})");
  EXPECT_NE(log.find("7201.500"), std::string::npos) << "no more than the error";
}

TEST_F(ShiftedTrace, WithoutMessagesThatIsSaid) {
  for (const char* name : {"n0", "n1"}) {
    std::ofstream(folder_.path() / (std::string(name) + ".log"))
        << R"({"ts":1,"node":")" << name
        << R"(","role":"supervisor","pid":1,"generation":1,"level":"info","event":"input_ended"})"
        << "\n";
  }
  EXPECT_NE(trace("summary", folder_.path()).output.find("no message between two logs tells"),
            std::string::npos);
}

std::string message(std::int64_t ts, const std::string& node, const std::string& event,
                    const std::string& peer, const std::string& more) {
  return R"({"ts":)" + std::to_string(ts) + R"(,"node":")" + node +
         R"(","role":"worker","pid":1,"generation":1,"level":"debug","event":")" + event +
         R"(","peer":")" + peer + R"(",)" + more + "}\n";
}

constexpr const char* kBatch = R"("position":7,"way":"batch","batch":"n0/1/1","count":1)";

// Told again and lost: before the second arrived two had been sent.
TEST_F(ShiftedTrace, OfMessagesThatAreAlikeTheFirstIsTheFirst) {
  std::ofstream(folder_ / "n0.log") << message(10, "n0", "values_sent", "n1", kBatch)
                                    << message(30, "n0", "values_sent", "n1", kBatch)
                                    << message(60, "n0", "values_sent", "n1", kBatch);
  std::ofstream(folder_ / "n1.log")
      << message(15, "n1", "line_read", "n0", R"("type":"gossip-spread","position":7)")
      << message(20, "n1", "values_received", "n0", kBatch)
      << message(40, "n1", "values_received", "n0", R"("position":9)" + std::string(kBatch + 12))
      << message(50, "n1", "values_sent", "n0", kBatch);
  const auto messages = messages_between({folder_ / "n0.log", folder_ / "n1.log"});
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].from, 0U);
  EXPECT_EQ(messages[0].to, 1U);
  EXPECT_EQ(messages[0].sent_ns, 10);
  EXPECT_EQ(messages[0].received_ns, 15) << "when the supervisor had read it";
  EXPECT_EQ(messages[1].sent_ns, 30);
  EXPECT_EQ(messages[1].received_ns, 40);
}

// A step that was not committed has neither sent nor received.
TEST_F(ShiftedTrace, WhatIsRunAgainCountsOnce) {
  const std::string recovered =
      message(12, "n0", "worker_recovered", "", R"("position":7,"bytes":0,"duration_ns":1)");
  std::ofstream(folder_ / "n0.log") << message(10, "n0", "values_sent", "n1", kBatch) << recovered
                                    << message(14, "n0", "values_sent", "n1", kBatch);
  std::ofstream(folder_ / "n1.log") << message(20, "n1", "values_received", "n0", kBatch);
  const auto messages = messages_between({folder_ / "n0.log", folder_ / "n1.log"});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].sent_ns, 14);
}

}  // namespace
}  // namespace hearsay::traces
