#include "tools/sim/ddmin.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tools/experiment/time/random.h"

namespace hearsay::sim {
namespace {

// Fails if all of `needed` are there.
class Search {
 public:
  explicit Search(Kept needed) : needed_(std::move(needed)) {}

  Kept among(std::size_t count) {
    return ddmin(count, [this](std::size_t some, const auto& candidate) {
      for (std::size_t i = 0; i < some; ++i) {
        ++runs;
        const Kept kept = candidate(i);
        EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
        if (std::includes(kept.begin(), kept.end(), needed_.begin(), needed_.end())) {
          return std::optional(i);
        }
      }
      return std::optional<std::size_t>();
    });
  }

  std::size_t runs = 0;

 private:
  Kept needed_;
};

TEST(Ddmin, FindsWhatIsNeeded) {
  EXPECT_EQ(Search({0, 6, 7}).among(8), (Kept{0, 6, 7}));  // the paper's example
  EXPECT_EQ(Search({5}).among(1000), Kept{5});
  EXPECT_EQ(Search({}).among(1000), Kept{});
  EXPECT_EQ(Search({0, 1, 2}).among(3), (Kept{0, 1, 2}));
  EXPECT_EQ(Search({}).among(0), Kept{});
  EXPECT_EQ(Search({0}).among(1), Kept{0});
}

TEST(Ddmin, FindsAnyNeededFew) {
  bench::Random random(1, "ddmin");
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = 1 + random.below(100);
    Kept needed;
    for (std::size_t i = 0; i < count; ++i) {
      if (random.below(20) == 0) needed.push_back(i);
    }
    EXPECT_EQ(Search(needed).among(count), needed);
  }
}

TEST(Ddmin, HalvesWhereItCan) {
  Search search({777});
  search.among(1024);
  EXPECT_LE(search.runs, 25U);
}

TEST(Ddmin, WhatFailsForAReasonOfItsOwnIsMinimalAllTheSame) {
  // An odd number of things: neither more nor fewer are better.
  const auto fails = [](const Kept& kept) { return kept.size() % 2 == 1 && kept.size() >= 5; };
  const Kept kept = ddmin(21, [&](std::size_t some, const auto& candidate) {
    for (std::size_t i = 0; i < some; ++i) {
      if (fails(candidate(i))) return std::optional(i);
    }
    return std::optional<std::size_t>();
  });
  EXPECT_TRUE(fails(kept));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Kept fewer = kept;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(fails(fewer));
  }
}

TEST(Ddmin, WhoGivesUpKeepsWhatThereIs) {
  const Kept kept = ddmin(4, [](std::size_t, const auto&) { return std::optional<std::size_t>(); });
  EXPECT_EQ(kept, (Kept{0, 1, 2, 3}));
}

}  // namespace
}  // namespace hearsay::sim
