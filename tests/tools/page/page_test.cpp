// The page's data. What a browser makes of it: page_browser_test.py.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/faults/nemesis.h"
#include "tools/page/faults.h"
#include "tools/page/page_text.h"

namespace hearsay::page {
namespace {

class Story {
 public:
  Story& nemesis(std::int64_t time_ms, std::string f, nlohmann::json value) {
    bench::Operation operation;
    operation.time_ns = time_ms * kNsPerMs;
    operation.type = bench::OperationType::info;
    operation.process = bench::kNemesisProcess;
    operation.f = std::move(f);
    operation.value = std::move(value);
    history.append(std::move(operation));
    return *this;
  }
  bench::History history;
};

TEST(PageFaults, ALaneAFaultWithItsNodes) {
  Story story;
  story.nemesis(1000, "start-partition", "one")
      .nemesis(1001, "start-partition",
               {"isolated", {{"n0", {"n2"}}, {"n1", {"n2"}}, {"n2", {"n0", "n1"}}}})
      .nemesis(2000, "kill-worker", {{"n1", 77}})
      .nemesis(3000, "stop-partition", nullptr)
      .nemesis(3001, "stop-partition", "network-healed")
      .nemesis(4000, "kill", "minority")
      .nemesis(4000, "kill", {{"n0", "killed"}, {"n2", "killed"}})
      .nemesis(5000, "start", nullptr)
      .nemesis(5000, "start", {{"n0", "started"}, {"n2", "started"}})
      .nemesis(6000, "pause-worker", {{"n1", 5}})
      .nemesis(7000, "start-loss", nullptr)
      .nemesis(7000, "start-loss", "on")
      .nemesis(9000, "stop-loss", "off");
  const auto bars = fault_bars(story.history);
  ASSERT_EQ(bars.at("partition").size(), 1U) << "Jepsen notes each deed twice";
  EXPECT_EQ(bars.at("partition")[0].begin_ns, 1001 * kNsPerMs);
  EXPECT_EQ(bars.at("partition")[0].end_ns, 3001 * kNsPerMs);
  EXPECT_EQ(bars.at("partition")[0].text, "n2 | n0 n1");
  EXPECT_EQ(bars.at("partition")[0].nodes, std::vector<std::string>({"n2"}));
  EXPECT_EQ(bars.at("kill")[0].nodes, std::vector<std::string>({"n0", "n2"}));
  EXPECT_EQ(bars.at("kill")[0].end_ns, 5000 * kNsPerMs);
  EXPECT_EQ(bars.at("pause-worker")[0].end_ns, 9000 * kNsPerMs) << "to the end";
  EXPECT_EQ(bars.at("kill-worker")[0].begin_ns, bars.at("kill-worker")[0].end_ns);
  EXPECT_EQ(bars.at("loss")[0].begin_ns, 7000 * kNsPerMs);
  EXPECT_EQ(bars.size(), 5U);
}

TEST(PageFaults, ACutThatIsNoSplitSaysWhoHearsWhom) {
  Story story;
  story.nemesis(0, "start-one-way", {"isolated", {{"n0", {"n1"}}, {"n2", {"n1", "n0"}}}})
      .nemesis(1, "stop-one-way", "network-healed")
      .nemesis(2, "start-one-way", {"isolated", {{"n0", {"n1"}}, {"n2", {"n1"}}}});
  const auto bars = fault_bars(story.history);
  EXPECT_EQ(bars.at("one-way")[0].text, "n0 hears not n1; n2 hears not n1 n0");
  EXPECT_EQ(bars.at("one-way")[1].text, "nobody hears n1");
  EXPECT_EQ(bars.at("one-way")[1].nodes, std::vector<std::string>({"n1"}));
}

// Of three nodes each majority is heard by all of it: nobody is cut off.
TEST(PageFaults, ACutMaySeparateNobody) {
  Story story;
  story.nemesis(0, "start-partition", {"majorities ring", nlohmann::json::object()})
      .nemesis(1, "stop-partition", "network-healed");
  const auto bars = fault_bars(story.history);
  EXPECT_EQ(bars.at("partition")[0].text, "");
  EXPECT_TRUE(bars.at("partition")[0].nodes.empty());
}

TEST(PageFaults, WhoStruckNobodyHasNoLane) {
  Story story;
  story.nemesis(0, "pause-worker", {{"n0", bench::kNoWorker}})
      .nemesis(1, "resume-worker", {{"n0", bench::kNoWorker}})
      .nemesis(2, "kill-worker", {{"n0", bench::kNoWorker}});
  EXPECT_TRUE(fault_bars(story.history).empty());
}

TEST(PageText, HasItsPlacesAndNoAddressElsewhere) {
  std::size_t at = 0;
  for (const char* place : {"@REPORT@", "@VERSION@", "@DATA@"}) {
    const std::size_t found = kPageText.find(place, at);
    ASSERT_NE(found, std::string_view::npos) << place;
    EXPECT_EQ(kPageText.find(place, found + 1), std::string_view::npos) << place;
    at = found;
  }
  EXPECT_EQ(kPageText.find("@JS@"), std::string_view::npos);
  EXPECT_EQ(kPageText.find("http://"), std::string_view::npos);
  EXPECT_EQ(kPageText.find("https://"), std::string_view::npos);
  EXPECT_EQ(kPageText.find("innerHTML"), std::string_view::npos) << "text stays text";
}

}  // namespace
}  // namespace hearsay::page
