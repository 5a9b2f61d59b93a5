#include "worker/gossip/lattice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace hearsay::gossip {
namespace {

// Sends from place to place, each place along its dimensions in an order of its own. How often each
// was reached.
std::vector<int> spread(const Lattice& lattice, std::uint32_t nodes, std::mt19937& dice) {
  std::vector<int> reached(nodes, 0);
  reached[0] = 1;
  std::vector<std::pair<std::uint32_t, Dimensions>> waiting{{0, lattice.all()}};
  while (!waiting.empty()) {
    auto [place, left] = waiting.back();
    waiting.pop_back();
    std::vector<std::uint32_t> order;
    for (std::uint32_t d = 0; d < lattice.dimensions(); ++d) {
      if ((left >> d & 1U) != 0) order.push_back(d);
    }
    std::shuffle(order.begin(), order.end(), dice);
    for (const std::uint32_t dimension : order) {
      left &= ~(Dimensions{1} << dimension);
      for (const std::uint32_t distance : lattice.distances(dimension)) {
        if (place + distance >= nodes) break;
        ++reached[place + distance];
        waiting.emplace_back(place + distance, left);
      }
    }
  }
  return reached;
}

TEST(Lattice, ReachesEveryPlaceOnceInAnyOrder) {
  std::mt19937 dice(5);
  for (std::uint32_t nodes = 1; nodes <= 150; ++nodes) {
    for (std::uint32_t most = 1; most <= 8; ++most) {
      const Lattice lattice(nodes, most);
      EXPECT_EQ(spread(lattice, nodes, dice), std::vector<int>(nodes, 1)) << nodes << ", " << most;
    }
  }
}

TEST(Lattice, DimensionsAreAboutAsLong) {
  const auto neighbours = [](std::uint32_t nodes, std::uint32_t most) {
    const Lattice lattice(nodes, most);
    std::vector<std::size_t> found;
    for (std::uint32_t d = 0; d < lattice.dimensions(); ++d) {
      found.push_back(lattice.distances(d).size());
    }
    return found;
  };
  EXPECT_EQ(neighbours(25, 1), (std::vector<std::size_t>{24}));
  EXPECT_EQ(neighbours(25, 2), (std::vector<std::size_t>{4, 4}));
  EXPECT_EQ(neighbours(25, 3), (std::vector<std::size_t>{2, 2, 2}));
  EXPECT_EQ(neighbours(10'000, 3), (std::vector<std::size_t>{21, 21, 20}));
  EXPECT_EQ(neighbours(2, 5), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(neighbours(1, 5).empty());
}

TEST(Lattice, ManyDimensionsOfManyNodesFit) {
  const Lattice lattice(4'000'000'000U, 31);
  EXPECT_EQ(lattice.dimensions(), 31U);
  EXPECT_EQ(lattice.all(), 0x7fffffffU);
}

}  // namespace
}  // namespace hearsay::gossip
