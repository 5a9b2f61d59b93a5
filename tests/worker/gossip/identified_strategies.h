// The strategies that know values by id, for tests that all of them must pass.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/options/service_options.h"

namespace hearsay::test {

inline auto identified_strategies() {
  return ::testing::Values(GossipOptions{.strategy = "relay"},
                           GossipOptions{.strategy = "relay", .latency_budget_ms = 0},
                           GossipOptions{.strategy = "epidemic"});
}

inline std::string name_of_strategy(const ::testing::TestParamInfo<GossipOptions>& which) {
  return which.param.strategy + std::to_string(which.param.latency_budget_ms);
}

}  // namespace hearsay::test
