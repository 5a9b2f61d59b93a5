// A cluster of one node: every strategy takes values, shows them, and has nobody to tell.
#include <gtest/gtest.h>

#include "common/base/units.h"
#include "tests/worker/gossip/expect_all_read.h"
#include "tests/worker/gossip/identified_strategies.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class Alone : public ::testing::TestWithParam<GossipOptions> {};

TEST_P(Alone, TakesValuesAndTellsNobody) {
  GossipCluster cluster(GetParam(), 1);
  cluster.run_for(5 * kNsPerSecond);
  cluster.broadcast(0, 1);
  cluster.run_for(5 * kNsPerSecond);
  cluster.broadcast(0, 2);
  cluster.run_for(60 * kNsPerSecond);
  expect_all_read(cluster, {1, 2});
  EXPECT_TRUE(cluster.sent().empty());
}

INSTANTIATE_TEST_SUITE_P(Identified, Alone, identified_strategies(), name_of_strategy);
INSTANTIATE_TEST_SUITE_P(Plain, Alone,
                         ::testing::Values(GossipOptions{.strategy = "flood"},
                                           GossipOptions{.strategy = "push"}),
                         name_of_strategy);

}  // namespace
}  // namespace hearsay::test
