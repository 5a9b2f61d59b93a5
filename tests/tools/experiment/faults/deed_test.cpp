// What nemeses plan.
#include "tools/experiment/faults/deed.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "common/base/units.h"
#include "tests/tools/experiment/faults/planned_schedule.h"
#include "tools/experiment/faults/targets.h"

namespace hearsay::bench {
namespace {

using test::planned_schedule;

constexpr std::int64_t kGapNs = kNsPerSecond;

class EveryFault : public testing::TestWithParam<Fault> {};

TEST_P(EveryFault, TheSeedDecides) {
  constexpr std::int64_t kUntilNs = 100 * kNsPerSecond;
  const auto plan = planned_schedule(GetParam(), kGapNs, 5, 7, kUntilNs);
  EXPECT_EQ(plan, planned_schedule(GetParam(), kGapNs, 5, 7, kUntilNs));
  EXPECT_NE(plan, planned_schedule(GetParam(), kGapNs, 5, 8, kUntilNs));
}

TEST_P(EveryFault, GapsHaveTheirMean) {
  constexpr double kDeeds = 2000;
  Deeds deeds(GetParam(), kGapNs, 5, 1);
  for (int i = 0; i < kDeeds; ++i) deeds.advance();
  const double mean_ns = static_cast<double>(deeds.next().time_ns) / kDeeds;
  EXPECT_NEAR(mean_ns / kGapNs, 1, 0.07);  // 5 standard deviations
}

TEST_P(EveryFault, WhatCanEndBeginsAtOnceAndEndsInTurns) {
  Deeds deeds(GetParam(), kGapNs, 5, 1);
  const bool ends = !word_for_end(GetParam()).empty();
  EXPECT_EQ(deeds.next().time_ns == 0, ends);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(deeds.next().begins, !ends || i % 2 == 0);
    if (!deeds.next().begins) {
      EXPECT_TRUE(deeds.next().nodes.empty() && deeds.next().grudge.empty());
    }
    deeds.advance();
  }
}

TEST_P(EveryFault, IsFoundByItsName) {
  EXPECT_EQ(parse_fault(name_of(GetParam())), GetParam());
  EXPECT_EQ(parse_fault("fire"), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, EveryFault, testing::ValuesIn(kFaults), [](const auto& parameter) {
  std::string name(name_of(parameter.param));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(Deeds, EveryKindAndEveryNodeComesUp) {
  for (const Fault fault : {Fault::kill, Fault::pause, Fault::pause_worker, Fault::kill_worker}) {
    std::set<std::string> kinds;
    std::set<std::size_t> nodes;
    Deeds deeds(fault, kGapNs, 5, 1);
    for (int i = 0; i < 200; ++i, deeds.advance()) {
      if (!deeds.next().begins) continue;
      kinds.insert(deeds.next().kind);
      nodes.insert(deeds.next().nodes.begin(), deeds.next().nodes.end());
    }
    const bool of_workers = fault == Fault::pause_worker || fault == Fault::kill_worker;
    EXPECT_EQ(kinds.size(), of_workers ? 1U : std::size(kTargetKinds));
    EXPECT_EQ(nodes.size(), 5U);
  }
}

TEST(Deeds, SayWhatTheyAreInJson) {
  const std::vector<std::string> names = {"n0", "n1", "n2"};
  Deed kill{1'500'000'000, Fault::kill, true, "minority", {0, 2}, {}};
  EXPECT_EQ(
      to_json(kill, names),
      nlohmann::json::parse(R"({"time-ms":1500,"f":"kill","value":["minority",["n0","n2"]]})"));
  kill.begins = false;
  kill.nodes.clear();
  EXPECT_EQ(to_json(kill, names),
            nlohmann::json::parse(R"({"time-ms":1500,"f":"start","value":null})"));
  const Deed mute{0, Fault::one_way, true, "mute", {}, {{false, true}, {false, false}}};
  EXPECT_EQ(
      to_json(mute, names),
      nlohmann::json::parse(R"({"time-ms":0,"f":"start-one-way","value":["mute",{"n0":["n1"]}]})"));
  const Deed worker{0, Fault::kill_worker, true, "", {1}, {}};
  EXPECT_EQ(to_json(worker, names),
            nlohmann::json::parse(R"({"time-ms":0,"f":"kill-worker","value":["n1"]})"));
}

TEST(Targets, HaveJepsensSizes) {
  const std::map<TargetKind, std::size_t> of_seven = {{TargetKind::one, 1},
                                                      {TargetKind::minority_third, 2},
                                                      {TargetKind::minority, 3},
                                                      {TargetKind::majority, 4},
                                                      {TargetKind::all, 7}};
  Random random(1, "test");
  for (const auto& [kind, size] : of_seven) {
    EXPECT_EQ(choose_targets(kind, 7, random).size(), size) << name_of(kind);
  }
  std::set<std::size_t> sizes;
  for (int i = 0; i < 200; ++i) {
    const auto chosen = choose_targets(TargetKind::subset, 3, random);
    EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), chosen.size());
    sizes.insert(chosen.size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{1, 2, 3}));
}

TEST(Targets, ThereIsAlwaysOne) {
  Random random(1, "test");
  for (const TargetKind kind : kTargetKinds) {
    EXPECT_EQ(choose_targets(kind, 1, random), (std::vector<std::size_t>{0}));
  }
}

}  // namespace
}  // namespace hearsay::bench
