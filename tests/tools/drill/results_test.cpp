// Figures of a drill, and its options.
#include "tools/drill/results.h"

#include <gtest/gtest.h>

namespace hearsay::drill {
namespace {

TEST(DrillFigures, SpreadHasTheQuantilesInMs) {
  std::vector<std::int64_t> times;
  for (int i = 100; i >= 1; --i) times.push_back(i * 1'000'000);
  const nlohmann::json spread = spread_ms(times);
  EXPECT_EQ(spread.at("count"), 100);
  EXPECT_EQ(spread.at("p50"), 51.0);
  EXPECT_EQ(spread.at("p99"), 100.0);
  EXPECT_EQ(spread.at("max"), 100.0);
  EXPECT_TRUE(spread_ms({}).at("max").is_null());
  EXPECT_EQ(spread_ms({1'234'567}).at("p50"), 1.235);
}

TEST(DrillFigures, RecoveriesAreSortedByTheirJournals) {
  const nlohmann::json sizes =
      recoveries_by_size({{0, 1000}, {1023, 2000}, {1024, 5000}, {5'000'000, 9'000'000}});
  ASSERT_EQ(sizes.size(), 3U);
  EXPECT_EQ(sizes[0].at("journal-bytes-below"), 1024);
  EXPECT_EQ(sizes[0].at("count"), 2);
  EXPECT_EQ(sizes[1].at("journal-bytes-below"), 4096);
  EXPECT_EQ(sizes[2].at("max"), 9.0);
  EXPECT_GT(sizes[2].at("journal-bytes-below"), 5'000'000);
}

TEST(DrillOptionsTest, TimesHaveUnits) {
  EXPECT_EQ(parse_duration_ns("--every", "20ms"), 20'000'000);
  EXPECT_EQ(parse_duration_ns("--every", "20"), 20'000'000);
  EXPECT_EQ(parse_duration_ns("--every", "1.5s"), 1'500'000'000);
  EXPECT_EQ(parse_duration_ns("--every", "500us"), 500'000);
  EXPECT_EQ(parse_duration_ns("--every", "1h"), 3'600'000'000'000);
  for (const char* text : {"", "ms", "-1ms", "0", "20min", "1e99s", "nan", "inf", "20 ms x"}) {
    EXPECT_THROW(parse_duration_ns("--every", text), BadCommandLine) << text;
  }
}

TEST(DrillOptionsTest, ANodeThatIsKilledWholeGetsItsDirectoryFromTheDrill) {
  DrillOptions options;
  options.test.node_arguments = {"--state-dir", "/tmp/x"};
  EXPECT_NO_THROW(resolve(options));
  options.target_name = "both";
  EXPECT_THROW(resolve(options), BadCommandLine);
  options.test.node_arguments.clear();
  EXPECT_NO_THROW(resolve(options));
}

TEST(DrillOptionsTest, OnlyBroadcastKeepsValues) {
  DrillOptions options;
  options.values = 5;
  EXPECT_NO_THROW(resolve(options));
  options.test.workload = "echo";
  EXPECT_THROW(resolve(options), BadCommandLine);
}

}  // namespace
}  // namespace hearsay::drill
