// Which test has a node.
#include "tools/cluster/test_hold.h"

#include <gtest/gtest.h>

namespace hearsay::cluster {
namespace {

TEST(TestHold, OneTestHasANodeAsLongAsItIsHeard) {
  TestHold hold;
  EXPECT_FALSE(hold.take(0, "")) << "no name";
  EXPECT_TRUE(hold.is_of("a"));
  EXPECT_FALSE(hold.is_held());
  ASSERT_TRUE(hold.take(0, "a"));
  EXPECT_TRUE(hold.is_held());
  EXPECT_FALSE(hold.take(1, "b"));
  EXPECT_FALSE(hold.is_of("b"));
  EXPECT_FALSE(hold.is_of(""));
  EXPECT_TRUE(hold.take(TestHold::kSilenceNs, "a"));
  EXPECT_FALSE(hold.is_silent(2 * TestHold::kSilenceNs));
  EXPECT_TRUE(hold.is_silent(2 * TestHold::kSilenceNs + 1));
  hold.let_go();
  EXPECT_FALSE(hold.is_silent(5 * TestHold::kSilenceNs));
  EXPECT_TRUE(hold.take(9, "b"));
}

}  // namespace
}  // namespace hearsay::cluster
