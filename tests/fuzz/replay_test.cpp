// What the fuzzers found, and their seeds: each goes through.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/targets.h"

namespace hearsay::fuzz {
namespace {

class Fuzz : public ::testing::TestWithParam<Target> {};

TEST_P(Fuzz, SeedsGoThrough) {
  const Seeds seeds = GetParam().seeds();
  EXPECT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) GetParam().run(seed);
}

TEST_P(Fuzz, WhatWasFoundGoesThrough) {
  const std::filesystem::path folder = std::filesystem::path(HEARSAY_CRASHES) / GetParam().name;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "nothing was found";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    GetParam().run(input);
  }
}

// Half of each seed, and its bytes the other way round: what is bad is refused.
TEST_P(Fuzz, DamagedSeedsGoThrough) {
  std::size_t number = 0;
  for (std::string seed : GetParam().seeds()) {
    if (++number > 40) break;
    GetParam().run(std::string_view(seed).substr(0, seed.size() / 2));
    if (seed.size() > 2) std::reverse(seed.begin() + 1, seed.end());
    GetParam().run(seed);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, ::testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace hearsay::fuzz
