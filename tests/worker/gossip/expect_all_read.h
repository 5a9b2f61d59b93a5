// What every gossip test ends with: all nodes show the same values.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {

// `values`: a JSON array, in the order in which reads show them.
inline void expect_all_read(GossipCluster& cluster, const nlohmann::json& values) {
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    EXPECT_EQ(cluster.read(node), values) << "node " << node << " of " << cluster.size();
  }
}

}  // namespace hearsay::test
