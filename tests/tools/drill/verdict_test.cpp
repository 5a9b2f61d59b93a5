// Each rule of the verdict: results that are right, and one thing that is not.
#include "tools/drill/verdict.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tools/drill/table.h"

namespace hearsay::drill {
namespace {

using nlohmann::json;

json good_results() {
  const json spread = {{"count", 1}, {"p50", 1.5}, {"p99", 2.0}, {"max", 2.0}};
  json place = spread;
  place["place"] = "idle";
  place["strikes"] = 1;
  return {{"version", "1"},
          {"options", {{"under", "broadcast"}, {"nodes", 1}, {"stop", false}}},
          {"strikes",
           {{"wanted", 1},
            {"kills", 1},
            {"stops", 0},
            {"by-place", {place}},
            {"outage-ms", spread},
            {"stop-outage-ms", spread},
            {"without-answer-after", 0},
            {"nodes-without-answer", json::array()},
            {"list", {{1.0, "n0", "idle", 1.5}}}}},
          {"recoveries", json::array()},
          {"operations",
           {{"acknowledged", 10},
            {"by-load", 5},
            {"by-probes", 5},
            {"refused", 0},
            {"wrong", 0},
            {"unanswered", 0},
            {"cut-off", 0},
            {"answered-twice", 0},
            {"ids-twice", 0}}},
          {"lost", {{"count", 0}, {"values", json::array()}, {"nodes", json::array()}}},
          {"last-reads", {{"wanted", 1}, {"came", 1}}},
          {"workload", {{"valid?", true}}},
          {"bad-lines", json::object()},
          {"deaths", {{"count", 1}, {"by-cause", {{"nemesis", 1}}}}},
          {"holdings", {{{"node", "n0"}, {"memory-kb", {1000, 1100}}, {"descriptors", {9, 9}}}}},
          {"values-since-first-look", 0},
          {"left", {{"processes", json::array()}, {"shared-memory", json::array()}}},
          {"strikes-s", 0.1},
          {"wall-s", 1.0}};
}

// After one change.
json judged(const char* place, const json& value) {
  json results = good_results();
  results[json::json_pointer(place)] = value;
  judge(results);
  return results;
}

void expect_finding(const char* place, const json& value, const std::string& words) {
  const json results = judged(place, value);
  EXPECT_EQ(results.at("valid?"), false) << place;
  ASSERT_EQ(results.at("findings").size(), 1U) << place << results.at("findings");
  const std::string finding = results.at("findings")[0];
  EXPECT_NE(finding.find(words), std::string::npos) << finding;
  EXPECT_NE(make_table(results, "").find(finding), std::string::npos);
}

TEST(DrillVerdict, WhatIsRightIsValid) {
  json results = good_results();
  judge(results);
  EXPECT_EQ(results.at("valid?"), true) << results.at("findings");
  EXPECT_TRUE(results.at("remarks").empty()) << results.at("remarks");
  EXPECT_NE(make_table(results, "/there").find("VALID: nothing lost"), std::string::npos);
}

TEST(DrillVerdict, WhatIsWrongIsFound) {
  expect_finding("/lost", {{"count", 2}, {"values", {3, 4}}, {"nodes", {"n0"}}},
                 "2 values lost (3, 4): acknowledged, and missing in the last read of n0");
  expect_finding("/workload/valid?", false, "the checker of broadcast");
  expect_finding("/operations/answered-twice", 1, "a request was answered twice");
  expect_finding("/operations/ids-twice", 3, "3 ids handed out more than once");
  expect_finding("/operations/wrong", 1, "1 answer of the wrong kind");
  expect_finding("/operations/unanswered", 4, "4 requests never answered");
  expect_finding("/bad-lines/late-reply", 1, "1 answer too late");
  expect_finding("/bad-lines/no-message", 2, "2 bad lines (no-message)");
  expect_finding("/deaths/by-cause/signal 11 (Segmentation fault)", 1, "nobody killed it");
  expect_finding("/left/processes", {"n0"}, "processes left behind by n0");
  expect_finding("/left/processes", {"a node (x)", "a node (x)", "a node (y)"},
                 "processes left behind by a node (x) (2 of them), a node (y)");
  expect_finding("/left/shared-memory", {"x"}, "left behind in /dev/shm: x");
  expect_finding("/holdings/0/descriptors", {9, 10}, "n0 has 10 descriptors instead of 9");
}

TEST(DrillVerdict, ANodeThatGivesNoAnswerAfterAStrikeIsStuck) {
  json results = good_results();
  results["strikes"]["without-answer-after"] = 1;
  results["strikes"]["nodes-without-answer"] = {"n0"};
  judge(results);
  EXPECT_EQ(results.at("valid?"), false);
  EXPECT_NE(results.at("findings").dump().find("without any answer afterwards, of n0"),
            std::string::npos);
}

TEST(DrillVerdict, MemoryMayGrowByAQuarterTheRingsAndTheValues) {
  EXPECT_EQ(judged("/holdings/0/memory-kb", {1000, 2274}).at("valid?"), true);
  expect_finding("/holdings/0/memory-kb", {1000, 2275}, "grew from 1000 to 2275 KB");
  json results = good_results();
  results["holdings"][0]["memory-kb"] = {1000, 2775};
  results["values-since-first-look"] = 1002;
  judge(results);
  EXPECT_EQ(results.at("valid?"), true) << results.at("findings");
}

TEST(DrillVerdict, WhatProvesNothingIsUnknown) {
  EXPECT_EQ(judged("/strikes/list", json::array()).at("valid?"), "unknown");
  EXPECT_NE(judged("/strikes/list", json::array()).at("remarks").dump().find("--target node"),
            std::string::npos);
  EXPECT_EQ(judged("/operations/acknowledged", 0).at("valid?"), "unknown");
  EXPECT_EQ(judged("/workload/valid?", "unknown").at("valid?"), "unknown");
  EXPECT_EQ(judged("/last-reads/came", 0).at("valid?"), "unknown") << "a node kept silent";
  EXPECT_EQ(judged("/failure", "INTERRUPTED").at("valid?"), "unknown");
}

TEST(DrillVerdict, ADrillThatWasCutOffIsNotBlamedForIt) {
  json results = good_results();
  results["failure"] = "INTERRUPTED";
  results["strikes"]["without-answer-after"] = 1;
  results["holdings"][0]["memory-kb"] = {1000, 90000};
  judge(results);
  EXPECT_TRUE(results.at("findings").empty()) << results.at("findings");
}

TEST(DrillVerdict, ADrillThatWasCutOffBeforeItsFirstStrikeBlamesNoNode) {
  json results = good_results();
  results["failure"] = "INTERRUPTED";
  results["strikes"]["list"] = json::array();
  judge(results);
  const std::string remarks = results.at("remarks").dump();
  EXPECT_NE(remarks.find("nothing had been hit when it ended"), std::string::npos) << remarks;
  EXPECT_EQ(remarks.find("no node has a worker"), std::string::npos) << remarks;
}

TEST(DrillVerdict, AStoppedWorkerMayBeReplaced) {
  json results = good_results();
  results["deaths"]["by-cause"]["stopped by a signal"] = 1;
  judge(results);
  EXPECT_EQ(results.at("valid?"), false);
  results["options"]["stop"] = true;
  judge(results);
  EXPECT_EQ(results.at("valid?"), true) << results.at("findings");
}

}  // namespace
}  // namespace hearsay::drill
