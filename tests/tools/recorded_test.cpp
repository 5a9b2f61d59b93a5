// The checkers against the real Maelstrom: its recorded histories must give its recorded verdicts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/tools/edn_reader.h"
#include "tools/bench/checkers.h"
#include "tools/bench/workload.h"

namespace hearsay::bench {
namespace {

struct Recorded {
  explicit Recorded(const std::string& run)
      : history(test::to_history(test::read_recorded(run + ".history.edn"))),
        verdict(test::read_recorded(run + ".edn").at(0)) {}

  History history;
  nlohmann::json verdict;
};

// Everything in `expected` is in `actual`; `actual` may know more.
void expect_covers(const nlohmann::json& actual, const nlohmann::json& expected,
                   const std::string& path) {
  if (!expected.is_object()) {
    EXPECT_EQ(actual, expected) << "at " << path;
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    const std::string inner = fmt::format("{}/{}", path, key);
    ASSERT_TRUE(actual.is_object() && actual.contains(key)) << "missing " << inner;
    expect_covers(actual.at(key), value, inner);
  }
}

class RecordedRun : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RecordedRun, GivesTheRecordedVerdict) {
  const auto [run, workload] = GetParam();
  const Recorded recorded(run);
  ASSERT_GT(recorded.history.operations().size(), 40U);
  const auto checker = make_workload(workload, Topology::grid, {"n0"});
  expect_covers(checker->check(recorded.history), recorded.verdict.at("workload"), "workload");
}

TEST_P(RecordedRun, GivesTheRecordedStatistics) {
  const Recorded recorded(GetParam().first);
  expect_covers(check_stats(recorded.history), recorded.verdict.at("stats"), "stats");
  expect_covers(check_availability(recorded.history, 1.0), recorded.verdict.at("availability"),
                "availability");
  expect_covers(check_exceptions(recorded.history), recorded.verdict.at("exceptions"),
                "exceptions");
}

TEST_P(RecordedRun, GivesTheRecordedMessagesPerOperation) {
  const nlohmann::json& verdict = Recorded(GetParam().first).verdict;
  const double operations = verdict.at("stats").at("count");
  for (const char* part : {"all", "servers"}) {
    const nlohmann::json& counts = verdict.at("net").at(part);
    EXPECT_EQ(short_ratio(counts.at("msg-count"), operations), counts.at("msgs-per-op")) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(Maelstrom, RecordedRun,
                         testing::Values(std::pair("echo", "echo"),
                                         std::pair("unique-ids", "unique-ids"),
                                         std::pair("broadcast-1", "broadcast"),
                                         std::pair("broadcast-5-partition", "broadcast")),
                         [](const auto& parameter) {
                           std::string name = parameter.param.first;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(EdnReader, ReadsWhatJepsenWrites) {
  const auto values = test::read_edn(
      R"({:a 1, "b" (1 2.5 nil), :c #{"x"}} #jepsen.history.Op{:type :ok, 0.5 "q\"q"} sym)");
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0], nlohmann::json::parse(R"({"a":1,"b":[1,2.5,null],"c":["x"]})"));
  EXPECT_EQ(values[1], nlohmann::json::parse(R"({"type":"ok","0.5":"q\"q"})"));
  EXPECT_EQ(values[2], "sym");
  EXPECT_THROW(test::read_edn("{:a 1"), std::runtime_error);
}

}  // namespace
}  // namespace hearsay::bench
