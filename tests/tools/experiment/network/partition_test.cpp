#include "tools/experiment/network/partition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace hearsay::bench {
namespace {

std::size_t heard_by(const Grudge& grudge, std::size_t node) {
  const auto& deaf = grudge[node];
  return static_cast<std::size_t>(std::count(deaf.begin(), deaf.end(), false));
}

// The numbers of nodes that each node hears, itself included, from few to many.
std::multiset<std::size_t> hearing(const Grudge& grudge) {
  std::multiset<std::size_t> counts;
  for (std::size_t node = 0; node < grudge.size(); ++node) counts.insert(heard_by(grudge, node));
  return counts;
}

TEST(Partition, OneIsCutOff) {
  Random random(1, "test");
  EXPECT_EQ(hearing(make_grudge(PartitionKind::one, 5, random)),
            (std::multiset<std::size_t>{1, 4, 4, 4, 4}));
}

TEST(Partition, AMinorityThirdIsLessThanAThird) {
  Random random(1, "test");
  EXPECT_EQ(hearing(make_grudge(PartitionKind::minority_third, 7, random)),
            (std::multiset<std::size_t>{2, 2, 5, 5, 5, 5, 5}));
  EXPECT_EQ(hearing(make_grudge(PartitionKind::minority_third, 3, random)),
            (std::multiset<std::size_t>{3, 3, 3}));
}

TEST(Partition, MajoritySplitsInHalves) {
  Random random(1, "test");
  EXPECT_EQ(hearing(make_grudge(PartitionKind::majority, 5, random)),
            (std::multiset<std::size_t>{2, 2, 3, 3, 3}));
}

TEST(Partition, InARingEverybodyHearsADifferentMajority) {
  Random random(1, "test");
  for (const std::size_t count : {4U, 5U, 8U, 25U}) {
    const Grudge grudge = make_grudge(PartitionKind::majorities_ring, count, random);
    for (std::size_t node = 0; node < count; ++node) {
      EXPECT_GE(heard_by(grudge, node), count / 2 + 1);
      EXPECT_LE(heard_by(grudge, node), count / 2 + 2);
      EXPECT_FALSE(grudge[node][node]);
    }
    EXPECT_EQ(std::set(grudge.begin(), grudge.end()).size(), count) << "the same majority twice";
  }
}

// How many ordered pairs of different nodes are cut.
std::size_t cuts(const Grudge& grudge) {
  std::size_t count = 0;
  for (std::size_t node = 0; node < grudge.size(); ++node) {
    count += grudge.size() - heard_by(grudge, node);
  }
  return count;
}

TEST(OneWay, NoTwoNodesAreDeafToEachOther) {
  Random random(1, "test");
  for (const OneWayKind kind : kOneWayKinds) {
    const Grudge grudge = make_grudge(kind, 9, random);
    EXPECT_GT(cuts(grudge), 0U) << name_of(kind);
    for (std::size_t a = 0; a < grudge.size(); ++a) {
      for (std::size_t b = 0; b < grudge.size(); ++b) EXPECT_FALSE(grudge[a][b] && grudge[b][a]);
    }
  }
}

TEST(OneWay, AMuteNodeHearsAllAndADeafOneIsHeardByAll) {
  Random random(1, "test");
  EXPECT_EQ(hearing(make_grudge(OneWayKind::mute, 5, random)),
            (std::multiset<std::size_t>{4, 4, 4, 4, 5}));
  EXPECT_EQ(hearing(make_grudge(OneWayKind::deaf, 5, random)),
            (std::multiset<std::size_t>{1, 5, 5, 5, 5}));
}

TEST(OneWay, TheSmallerHalfIsNotHeard) {
  Random random(1, "test");
  EXPECT_EQ(hearing(make_grudge(OneWayKind::half, 5, random)),
            (std::multiset<std::size_t>{3, 3, 3, 5, 5}));
}

TEST(OneWay, HalfOfThePairsAreCut) {
  Random random(1, "test");
  const std::size_t pairs = 100 * 99 / 2;
  EXPECT_NEAR(static_cast<double>(cuts(make_grudge(OneWayKind::links, 100, random))), pairs / 2.0,
              180);  // 5 standard deviations
}

TEST(Partition, TheSeedDecides) {
  Random first(7, "test");
  Random same(7, "test");
  Random other(8, "test");
  const Grudge grudge = make_grudge(PartitionKind::majorities_ring, 25, first);
  EXPECT_EQ(grudge, make_grudge(PartitionKind::majorities_ring, 25, same));
  EXPECT_NE(grudge, make_grudge(PartitionKind::majorities_ring, 25, other));
}

}  // namespace
}  // namespace hearsay::bench
