#include "tools/experiment/verdict/elle/models.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tools/experiment/verdict/elle/cycle_search.h"

namespace hearsay::bench::elle {
namespace {

TEST(Models, HaveSeveralNames) {
  EXPECT_EQ(canonical_model("serializable"), "PL-3");
  EXPECT_EQ(canonical_model("strict-serializable"), canonical_model("strong-serializable"));
  EXPECT_EQ(canonical_model("causal"), "causal");
  EXPECT_EQ(friendly_model("PL-3"), "serializable");
  EXPECT_EQ(friendly_model("PL-SS"), "strong-serializable");
  EXPECT_EQ(friendly_model("1SR"), "1SR");
}

// Those that Maelstrom names when one is misspelt.
TEST(Models, AreAllThatMaelstromKnows) {
  const Names expected = {"1SR",
                          "PL-1",
                          "PL-2",
                          "PL-2+",
                          "PL-2.99",
                          "PL-2L",
                          "PL-3",
                          "PL-3U",
                          "PL-CS",
                          "PL-FCV",
                          "PL-MSR",
                          "PL-SI",
                          "PL-SS",
                          "PRAM",
                          "causal",
                          "causal-cerone",
                          "conflict-serializable",
                          "consistent-view",
                          "cursor-stability",
                          "forward-consistent-view",
                          "linearizable",
                          "monotonic-atomic-view",
                          "monotonic-reads",
                          "monotonic-snapshot-read",
                          "monotonic-view",
                          "monotonic-writes",
                          "parallel-snapshot-isolation",
                          "prefix",
                          "read-atomic",
                          "read-committed",
                          "read-uncommitted",
                          "read-your-writes",
                          "repeatable-read",
                          "sequential",
                          "serializable",
                          "session-serializable",
                          "snapshot-isolation",
                          "strict-serializable",
                          "strong-PL-1",
                          "strong-PL-2",
                          "strong-read-committed",
                          "strong-read-uncommitted",
                          "strong-serializable",
                          "strong-session-PL-1",
                          "strong-session-PL-2",
                          "strong-session-read-committed",
                          "strong-session-read-uncommitted",
                          "strong-session-serializable",
                          "strong-session-snapshot-isolation",
                          "strong-snapshot-isolation",
                          "update-atomic",
                          "update-serializable",
                          "view-serializable",
                          "writes-follow-reads"};
  EXPECT_EQ(all_models(), expected);
}

TEST(Models, ProhibitWhatWeakerOnesDoAndWhatImpliesIt) {
  const Names committed = prohibited_anomalies({"read-committed"});
  for (const char* type : {"G0", "G1a", "G1b", "G1c", "dirty-update", "future-read",
                           "incompatible-order", "duplicate-elements"}) {
    EXPECT_EQ(committed.count(type), 1U) << type;
  }
  for (const char* type : {"internal", "lost-update", "G-single-item", "G1c-realtime"}) {
    EXPECT_EQ(committed.count(type), 0U) << type;
  }
  const Names snapshot = prohibited_anomalies({"snapshot-isolation"});
  EXPECT_EQ(snapshot.count("G-nonadjacent-item"), 1U);
  EXPECT_EQ(snapshot.count("G2-item"), 0U);
  EXPECT_EQ(prohibited_anomalies({"serializable"}).count("G2-item-realtime"), 0U);
  EXPECT_EQ(prohibited_anomalies({"strict-serializable"}).count("G2-item-realtime"), 1U);
  EXPECT_TRUE(prohibited_anomalies({"causal"}).empty());
}

TEST(Models, TheWeakestThatIsRuledOutCounts) {
  const Boundary internal = boundary({"internal"});
  EXPECT_EQ(internal.weakest, Names({"read-atomic"}));
  EXPECT_EQ(internal.stronger.count("strong-serializable"), 1U);
  EXPECT_EQ(internal.stronger.count("repeatable-read"), 0U);
  EXPECT_EQ(boundary({"lost-update"}).weakest, Names({"cursor-stability", "update-atomic"}));
  EXPECT_TRUE(boundary({"empty-transaction-graph"}).weakest.empty());
}

TEST(CycleTypes, TheWorstAreLookedForFirst) {
  std::vector<std::string> names;
  for (const CycleType& type : cycle_types()) names.push_back(type.name);
  EXPECT_EQ(names.size(), 24U);
  const auto place = [&names](const char* name) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  };
  EXPECT_LT(place("G0"), place("G1c"));
  EXPECT_LT(place("G1c"), place("G-single"));
  EXPECT_LT(place("G1c"), place("G2-item"));
  EXPECT_LT(place("G-single-item"), place("G-nonadjacent-item"));
  EXPECT_LT(place("G2"), place("G0-process"));
  EXPECT_LT(place("G2-process"), place("G0-realtime"));
}

}  // namespace
}  // namespace hearsay::bench::elle
