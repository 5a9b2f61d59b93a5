// What a test asks of the network.
#include "tools/cluster/conditions.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace hearsay::cluster {
namespace {

Conditions all_of_them() {
  Conditions conditions;
  conditions.run = "r1";
  conditions.seed = 18'446'744'073'709'551'615U;
  conditions.nodes = {"n0", "n1", "n2"};
  conditions.link.latency = {100, bench::LatencyDistribution::exponential};
  conditions.link.wire = {0.5, 0.25, 0.125, 200};
  conditions.deaf_to = {"n1"};
  return conditions;
}

TEST(Conditions, AreReadAsTheyWereWritten) {
  for (const Conditions& each : {Conditions(), all_of_them()}) {
    EXPECT_EQ(conditions_from(nlohmann::json::parse(to_json(each).dump())), each);
  }
}

TEST(Conditions, WhatCanNotBeIsNone) {
  const nlohmann::json good = to_json(all_of_them());
  for (const auto& [key, value] : good.items()) {
    nlohmann::json lacking = good;
    lacking.erase(key);
    EXPECT_FALSE(conditions_from(lacking)) << key;
    nlohmann::json other = good;
    other[key] = nlohmann::json::object();
    EXPECT_FALSE(conditions_from(other)) << key;
  }
  for (const auto& [key, bad] : std::vector<std::pair<const char*, nlohmann::json>>{
           {"seed", -1},
           {"seed", 1.5},
           {"seed", true},
           {"loss", 1.5},
           {"loss", true},
           {"duplicate", -0.1},
           {"reorder", 2},
           {"latency-ms", -1},
           {"latency-ms", 1.5},
           {"latency-ms", 9'000'000'000'000'000'000},
           {"longest-delay-ms", 0},
           {"longest-delay-ms", 9'000'000'000'000'000'000},
           {"latency-dist", "normal"},
           {"deaf-to", {1, 2}},
           {"deaf-to", {"a.b"}},
           {"nodes", {"n0", ""}}}) {
    nlohmann::json json = good;
    json[key] = bad;
    EXPECT_FALSE(conditions_from(json)) << json;
  }
  EXPECT_FALSE(conditions_from(nullptr));
  EXPECT_FALSE(conditions_from(nlohmann::json::array()));
}

TEST(Conditions, AreSaidInWords) {
  EXPECT_EQ(in_words(Conditions()), "");
  EXPECT_EQ(in_words(all_of_them()),
            "100 ms (exponential), loss 0.5, duplicate 0.25, reorder 0.125, deaf to n1");
}

}  // namespace
}  // namespace hearsay::cluster
