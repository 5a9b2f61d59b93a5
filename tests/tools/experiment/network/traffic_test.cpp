// What is counted of the messages sent.
#include "tools/experiment/network/traffic.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <numeric>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

Traffic make_traffic(std::size_t nodes) {
  Traffic traffic;
  for (std::size_t i = 0; i < nodes; ++i) traffic.add_node();
  return traffic;
}

TEST(Traffic, CountsByTypeNodeAndPair) {
  Traffic traffic = make_traffic(3);
  traffic.count(0, 0, 1, "gossip", 100);
  traffic.count(1, 0, 2, "gossip", 50);
  traffic.count(2, 2, 0, "pull", 10);
  traffic.count(3, Traffic::kClient, 0, "read", 7);
  traffic.count(4, 0, Traffic::kClient, "read_ok", 8);
  EXPECT_EQ(traffic.servers().messages, 3);
  EXPECT_EQ(traffic.servers().bytes, 160);
  EXPECT_EQ(traffic.clients().messages, 2);
  ASSERT_EQ(traffic.server_types().size(), 2U);
  EXPECT_EQ(traffic.server_types()[0].type, "gossip");
  EXPECT_EQ(traffic.server_types()[0].sum.bytes, 150);
  EXPECT_EQ(traffic.pair(0, 2), 1);
  EXPECT_EQ(traffic.pair(2, 0), 1);
  EXPECT_EQ(traffic.pair(1, 0), 0);
  EXPECT_EQ(traffic.busiest_node(), 0U);
  EXPECT_EQ(traffic.nodes()[0].messages(), 3);
  EXPECT_EQ(traffic.nodes()[2].addressed.messages, 1);
}

TEST(Traffic, ManyNodesHaveNoMatrix) {
  Traffic traffic = make_traffic(Traffic::kPairNodes + 1);
  traffic.count(0, 3, 4, "gossip", 1);
  EXPECT_FALSE(traffic.has_pairs());
  EXPECT_EQ(traffic.pair(3, 4), 0);
  EXPECT_EQ(traffic.nodes()[3].sent.messages, 1);
}

TEST(Traffic, EndlesslyManyTypesCostNoMemory) {
  Traffic traffic = make_traffic(2);
  for (std::size_t i = 0; i < 10 * Traffic::kMostTypes; ++i) {
    traffic.count(0, 0, 1, fmt::format("type {}", i), 1);
  }
  ASSERT_EQ(traffic.server_types().size(), Traffic::kMostTypes + 1);
  EXPECT_EQ(traffic.server_types().back().type, "(other types)");
  EXPECT_EQ(traffic.server_types().back().sum.messages, 9 * Traffic::kMostTypes);
}

TEST(Traffic, LineBytesAreThoseOfTheLine) {
  EXPECT_EQ(Traffic::line_bytes("n0", "n1", "{}"),
            static_cast<std::int64_t>(
                std::string("{\"src\":\"n0\",\"dest\":\"n1\",\"body\":{}}\n").size()));
}

TEST(TimeSeries, WidensInsteadOfGrowing) {
  TimeSeries series;
  constexpr std::int64_t kStart = 7 * kNsPerSecond;
  constexpr std::int64_t kSeconds = 10'000;
  for (std::int64_t s = 0; s < kSeconds; ++s) series.add(kStart + s * kNsPerSecond);
  EXPECT_EQ(series.start_ns(), kStart);
  EXPECT_LE(series.counts().size(), 4096U);
  const auto& counts = series.counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), kSeconds);
  // 3.2 s a span: three or four events in each but the last.
  EXPECT_EQ(series.span_ns(), 3200 * kNsPerMs);
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    EXPECT_TRUE(counts[i] == 3 || counts[i] == 4) << i;
  }
}

}  // namespace
}  // namespace hearsay::bench
