#include "tools/experiment/network/lateness.h"

#include <algorithm>
#include <vector>

#include "tests/tools/experiment/network/network_fixture.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kHopNs = 100 * kNsPerMs;

// How late so many messages are, sorted, in ms; one every 3 ms, each due 100 ms after it was sent.
std::vector<double> sorted_lateness(const LatenessOptions& options, std::size_t count,
                                    std::uint64_t seed = 1) {
  Lateness lateness(options, seed);
  std::vector<double> late_ms;
  for (std::size_t i = 0; i < count; ++i) {
    const auto now_ns = static_cast<std::int64_t>(i) * 3 * kNsPerMs + 300'000;
    const std::int64_t due_ns = now_ns + kHopNs;
    late_ms.push_back(static_cast<double>(lateness.wake_ns(now_ns, due_ns) - due_ns) / kNsPerMs);
  }
  std::sort(late_ms.begin(), late_ms.end());
  return late_ms;
}

double quantile(const std::vector<double>& sorted, double fraction) {
  return sorted[static_cast<std::size_t>(fraction * static_cast<double>(sorted.size() - 1))];
}

TEST(Lateness, NoneRoundsDownToWholeMilliseconds) {
  Lateness lateness({}, 1);
  EXPECT_EQ(lateness.wake_ns(300'000, 300'000 + kHopNs), 300'000 + kHopNs);
  EXPECT_EQ(lateness.wake_ns(300'000, kHopNs), 300'000 + kHopNs - kNsPerMs);
}

// The busy recording has 2.8, 7.7, 13.8 and 30.2 ms (tools/README.md).
TEST(Lateness, TheModelIsAsLateAsTheRecording) {
  const auto late_ms = sorted_lateness({LatenessKind::maelstrom}, 200'000);
  EXPECT_NEAR(quantile(late_ms, 0.5), 3.2, 1);
  EXPECT_NEAR(quantile(late_ms, 0.9), 8, 1.5);
  EXPECT_NEAR(quantile(late_ms, 0.99), 16, 4);
  EXPECT_NEAR(quantile(late_ms, 0.999), 31, 5);
  EXPECT_LE(late_ms.back(), 80);
}

TEST(Lateness, ComesInGroups) {
  Lateness lateness({LatenessKind::maelstrom}, 1);
  double together = 0;
  double apart = 0;
  constexpr int kPairs = 20'000;
  for (int i = 0; i < kPairs; ++i) {
    const std::int64_t due_ns = i * 50 * kNsPerMs + kHopNs;
    const auto late_ms = [&](std::int64_t at_ns) {
      return static_cast<double>(lateness.wake_ns(0, at_ns) - at_ns) / kNsPerMs;
    };
    const double first = late_ms(due_ns);
    together += std::abs(late_ms(due_ns + kNsPerMs) - first);
    apart += std::abs(late_ms(due_ns + 25 * kNsPerMs) - first);
  }
  EXPECT_LT(together, 0.8 * apart);
}

TEST(Lateness, TheSeedRepeatsIt) {
  const LatenessOptions options{LatenessKind::maelstrom};
  EXPECT_EQ(sorted_lateness(options, 1000, 7), sorted_lateness(options, 1000, 7));
  EXPECT_NE(sorted_lateness(options, 1000, 7), sorted_lateness(options, 1000, 8));
}

TEST(Lateness, ARecordingIsReplayedInItsOrderAndFromItsStartAgain) {
  Lateness lateness({LatenessKind::recorded, 2, {1 * kNsPerMs, -kNsPerMs, 5 * kNsPerMs}}, 1);
  std::vector<std::int64_t> late_ms(6);
  for (std::int64_t& late : late_ms) late = (lateness.wake_ns(0, kHopNs) - kHopNs) / kNsPerMs;
  std::rotate(late_ms.begin(), std::find(late_ms.begin(), late_ms.end(), 2), late_ms.end());
  EXPECT_EQ(late_ms, (std::vector<std::int64_t>{2, -2, 10, 2, -2, 10}));
}

TEST(Lateness, NothingArrivesBeforeItsTakerSleeps) {
  Lateness lateness({LatenessKind::recorded, 100, {-90 * kNsPerMs}}, 1);
  EXPECT_EQ(lateness.wake_ns(7, kHopNs), 7);
}

class LateNetwork : public NetworkTest {};

// What is held up behind the late one waits too.
TEST_F(LateNetwork, AMessageIsHandedOverLateAndInOrder) {
  NetworkOptions options{.latency = {100}};
  options.lateness = {LatenessKind::recorded, 1, {40 * kNsPerMs}};
  make(options);
  send_at(0, "n0", "n1", "first");
  send_at(5, "n0", "n1", "second");
  send_at(5, "c0", "n1", "client");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{140, "first"}, {140, "client"}, {140, "second"}}));
}

TEST_F(LateNetwork, WithoutLatencyNothingIsLate) {
  NetworkOptions options{};
  options.lateness = {LatenessKind::recorded, 1, {40 * kNsPerMs}};
  make(options);
  send_at(3, "n0", "n1", "word");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{3, "word"}}));
}

// Without head-of-line blocking the late one is overtaken.
TEST_F(LateNetwork, WithoutBlockingLateOnesAreOvertaken) {
  NetworkOptions options{.latency = {100}, .head_of_line_blocking = false};
  options.lateness = {LatenessKind::recorded, 1, {40 * kNsPerMs, 0}};
  make(options);
  send_at(0, "n0", "n1", "a");
  send_at(5, "n0", "n1", "b");
  test::run_virtually(heap_);
  ASSERT_EQ(got(1).size(), 2U);
  EXPECT_TRUE(got(1) == (Times{{105, "b"}, {140, "a"}}) ||
              got(1) == (Times{{100, "a"}, {145, "b"}}));
}

}  // namespace
}  // namespace hearsay::bench
