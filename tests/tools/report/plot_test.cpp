// The plots' numbers and the script for gnuplot. That gnuplot takes it: command_test.cpp.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "common/base/units.h"
#include "tools/report/plot_data.h"
#include "tools/report/plot_script.h"

namespace hearsay::bench {
namespace {

class Story {
 public:
  Story& op(std::int64_t time_ms, OperationType type, std::int64_t process, std::string f) {
    Operation operation;
    operation.time_ns = time_ms * kNsPerMs;
    operation.type = type;
    operation.process = process;
    operation.f = std::move(f);
    history.append(std::move(operation));
    return *this;
  }
  Story& read(std::int64_t time_ms, std::int64_t latency_ms) {
    return op(time_ms, OperationType::invoke, 0, "read")
        .op(time_ms + latency_ms, OperationType::ok, 0, "read");
  }
  Story& nemesis(std::int64_t time_ms, std::string f) {
    return op(time_ms, OperationType::info, kNemesisProcess, std::move(f));
  }
  History history;
};

TEST(PlotData, LatenciesByOperationAndOutcome) {
  Story story;
  story.read(1000, 20)
      .read(2000, 0)
      .op(3000, OperationType::invoke, 1, "echo")
      .op(8000, OperationType::info, 1, "echo");
  const auto latencies = operation_latencies(story.history);
  ASSERT_EQ(latencies.size(), 2U);
  const Series& reads = latencies.at({"read", OperationType::ok});
  ASSERT_EQ(reads.size(), 2U);
  EXPECT_DOUBLE_EQ(reads[0].x, 1);
  EXPECT_DOUBLE_EQ(reads[0].y, 20);
  EXPECT_DOUBLE_EQ(reads[1].y, kSmallestLatencyMs) << "a logarithmic axis has no zero";
  EXPECT_DOUBLE_EQ(latencies.at({"echo", OperationType::info})[0].y, 5000);
}

TEST(PlotData, QuantilesOfWindows) {
  const Series series = {{0.1, 1}, {0.2, 9}, {0.3, 5}, {2.5, 7}};
  const Series maxima = window_quantiles(series, 1, 1);
  ASSERT_EQ(maxima.size(), 2U) << "an empty window has no quantile";
  EXPECT_DOUBLE_EQ(maxima[0].x, 0.5);
  EXPECT_DOUBLE_EQ(maxima[0].y, 9);
  EXPECT_DOUBLE_EQ(maxima[1].x, 2.5);
  EXPECT_DOUBLE_EQ(window_quantiles(series, 1, 0.5)[0].y, 5);
}

TEST(PlotData, MessagesPerOperationAndSecond) {
  Story story;
  for (std::int64_t i = 0; i < 10; ++i) story.read(100 * i, 1);
  Traffic traffic;
  traffic.add_node();
  traffic.add_node();
  constexpr std::int64_t kLoadStartNs = 50 * kNsPerSecond;
  traffic.count(kLoadStartNs - kNsPerSecond, 0, 1, "early", 1);
  for (std::int64_t i = 0; i < 30; ++i) {
    traffic.count(kLoadStartNs + 60 * kNsPerMs * i, 0, 1, "gossip", 1);
  }
  const MessageRates rates = message_rates(story.history, traffic, kLoadStartNs, 2);
  ASSERT_EQ(rates.per_operation.size(), 1U);
  EXPECT_DOUBLE_EQ(rates.per_operation[0].y, 3);
  EXPECT_DOUBLE_EQ(rates.per_second[0].y, 15);
}

TEST(PlotData, NemesisSpansAndMoments) {
  Story story;
  story.nemesis(1000, "start-partition")
      .nemesis(1001, "start-partition")
      .nemesis(2000, "kill-worker")
      .nemesis(3000, "stop-partition")
      .nemesis(3001, "stop-partition")
      .nemesis(4000, "kill")
      .nemesis(5000, "start")
      .nemesis(6000, "pause-worker")
      .read(9000, 1000);
  const NemesisActivity activity = nemesis_activity(story.history);
  ASSERT_EQ(activity.spans.at("partition").size(), 1U);
  EXPECT_DOUBLE_EQ(activity.spans.at("partition")[0].begin_s, 1);
  EXPECT_DOUBLE_EQ(activity.spans.at("partition")[0].end_s, 3);
  EXPECT_DOUBLE_EQ(activity.spans.at("kill")[0].end_s, 5);
  EXPECT_DOUBLE_EQ(activity.spans.at("pause-worker")[0].end_s, 10) << "to the end";
  EXPECT_EQ(activity.moments.at("kill-worker"), std::vector<double>({2}));
  EXPECT_EQ(activity.moments.size(), 1U);
}

TEST(PlotData, ThinKeepsTheSpread) {
  Series many;
  for (int i = 0; i < 1000; ++i) many.push_back({static_cast<double>(i), 0});
  const Series few = thin(many, 10);
  ASSERT_EQ(few.size(), 10U);
  EXPECT_DOUBLE_EQ(few[5].x, 500);
  EXPECT_EQ(thin(few, 10).size(), 10U);
}

TEST(PlotScript, NothingHappenedNothingToDraw) {
  EXPECT_EQ(make_plot_script({History(), Traffic(), 0, {}, "hearsay test"}), "");
}

TEST(PlotScript, LeavesOutWhatHasNoData) {
  Story story;
  story.nemesis(50, "start-partition").read(100, 5);
  const Traffic traffic;
  const std::string script =
      make_plot_script({story.history, traffic, 0, {}, "hearsay test -- 'it is'"});
  EXPECT_NE(script.find("latency-raw.svg"), std::string::npos);
  EXPECT_EQ(script.find("stable-latency.svg"), std::string::npos);
  EXPECT_EQ(script.find("messages-per-op.svg"), std::string::npos);
  EXPECT_NE(script.find("rectangle from first 0.050"), std::string::npos) << "the partition";
  EXPECT_NE(script.find("'hearsay test -- ''it is'''"), std::string::npos) << "quotes are doubled";
}

}  // namespace
}  // namespace hearsay::bench
