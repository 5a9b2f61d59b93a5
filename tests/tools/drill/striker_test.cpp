// Whom strikes hit, and when, in virtual time over nodes that are not there.
#include "tools/drill/striker.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace hearsay::drill {
namespace {

class NoPort : public bench::NodePort {
 public:
  bool deliver(std::int64_t, std::size_t, std::string_view) override { return true; }
};

// Each worker that is killed has a successor `start_ns` later.
class Workers : public bench::NodeControl {
 public:
  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override {
    if (now_ns < back_ns_[node]) return std::nullopt;
    back_ns_[node] = now_ns + start_ns;
    return ++pid_;
  }
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override {
    if (now_ns < back_ns_[node]) return std::nullopt;
    stopped.insert(node);
    return ++pid_;
  }
  void resume_worker(std::int64_t, std::size_t node) override { stopped.erase(node); }
  void kill_node(std::int64_t, std::size_t node) override { dead.insert(node); }
  void start_node(std::int64_t, std::size_t node) override { dead.erase(node); }
  void pause_node(std::int64_t, std::size_t node) override { stopped.insert(node); }
  void resume_node(std::int64_t, std::size_t node) override { stopped.erase(node); }

  std::int64_t start_ns = 1'000'000;
  std::set<std::size_t> stopped;
  std::set<std::size_t> dead;

 private:
  std::map<std::size_t, std::int64_t> back_ns_;
  std::int64_t pid_ = 0;
};

class StrikerTest : public testing::Test, protected StrikeListener {
 protected:
  void struck(std::int64_t) override {}
  void node_killed(std::size_t) override { ++killed_; }
  void node_started(std::int64_t, std::size_t) override { ++started_; }
  void strikes_done(std::int64_t now_ns) override { done_ns_ = now_ns; }

  Strikes run(DrillOptions options) {
    options.test.given_seed = 7;
    resolve(options);
    bench::EventHeap heap;
    NoPort port;
    bench::Network network(heap, port, {}, 1);
    for (const char* name : {"n0", "n1", "n2"}) network.add_node(name);
    Strikes strikes;
    Striker striker(heap, network, workers_, options, strikes, *this);
    striker.start(0);
    while (const auto due_ns = heap.next_due_ns()) {
      heap.run_due(*due_ns);
      if (done_ns_) break;
    }
    striker.heal(*done_ns_);
    return strikes;
  }

  Workers workers_;
  int killed_ = 0;
  int started_ = 0;
  std::optional<std::int64_t> done_ns_;
};

TEST_F(StrikerTest, HitsAllNodesAtRandomMomentsAsOftenAsWanted) {
  DrillOptions options;
  options.kills = 2000;
  const Strikes strikes = run(options);
  ASSERT_EQ(strikes.size(), 2000U);
  std::map<std::size_t, int> by_node;
  for (const Strike& strike : strikes) ++by_node[strike.node];
  for (const auto& [node, count] : by_node) EXPECT_GT(count, 500) << node;
  // Some come within 4 ms of the one before, hence a mean a little below the 20 ms.
  const double mean_ms = static_cast<double>(strikes.back().time_ns) / 2000 / 1e6;
  EXPECT_GT(mean_ms, 16);
  EXPECT_LT(mean_ms, 20.5);
}

TEST_F(StrikerTest, HitsSomeSuccessorsInTheirFirstMoments) {
  DrillOptions options;
  options.kills = 2000;
  const Strikes strikes = run(options);
  int soon = 0;
  for (std::size_t i = 1; i < strikes.size(); ++i) {
    const bool same = strikes[i].node == strikes[i - 1].node;
    if (same && strikes[i].time_ns - strikes[i - 1].time_ns < 4'300'000) ++soon;
  }
  EXPECT_GT(soon, 150) << "one in nine or so";
}

TEST_F(StrikerTest, KillsWholeNodesAndStartsThem) {
  DrillOptions options;
  options.kills = 50;
  options.target_name = "both";
  const Strikes strikes = run(options);
  int whole = 0;
  for (const Strike& strike : strikes) whole += strike.whole_node ? 1 : 0;
  EXPECT_GT(whole, 10);
  EXPECT_LT(whole, 40);
  EXPECT_EQ(killed_, whole);
  EXPECT_GE(started_, whole - 1) << "the last one may be on its way";
}

TEST_F(StrikerTest, StopsEndByThemselvesOrWithTheDrill) {
  DrillOptions options;
  options.kills = 200;
  options.stops = true;
  const Strikes strikes = run(options);
  int stops = 0;
  for (const Strike& strike : strikes) stops += strike.stop ? 1 : 0;
  EXPECT_GT(stops, 50);
  EXPECT_LT(stops, 150);
  EXPECT_TRUE(workers_.stopped.empty());
}

TEST_F(StrikerTest, GivesUpWhereThereAreNoWorkers) {
  workers_.start_ns = INT64_MAX / 2;
  DrillOptions options;
  options.kills = 10;
  const Strikes strikes = run(options);
  EXPECT_LE(strikes.size(), 3U);
  EXPECT_TRUE(done_ns_);
}

}  // namespace
}  // namespace hearsay::drill
