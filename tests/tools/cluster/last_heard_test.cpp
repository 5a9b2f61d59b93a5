// Who was heard, and when; what a hail asks for.
#include "tools/cluster/last_heard.h"

#include <gtest/gtest.h>

#include "common/base/units.h"

namespace hearsay::cluster {
namespace {

using Ago = std::map<std::string, std::int64_t>;

TEST(LastHeard, KnowsTheLastOfThoseThatAreExpected) {
  LastHeard heard;
  heard.note("n1", 5 * kNsPerMs);  // before anybody knows who belongs to it
  heard.expect({"n1", "n2", "n3"});
  heard.note("n1", 10 * kNsPerMs);
  heard.note("n1", 30 * kNsPerMs);
  heard.note("n2", 20 * kNsPerMs);
  heard.note("c77", 20 * kNsPerMs);  // callers have new names each time
  heard.expect({"n1", "n2", "n3"});
  EXPECT_EQ(heard.ago_ms({"n1", "n2", "n3", "c77"}, 100 * kNsPerMs),
            (Ago{{"n1", 70}, {"n2", 80}, {"n3", LastHeard::kNever}}));
  EXPECT_EQ(heard.ago_ms({"n2"}, 100 * kNsPerMs), (Ago{{"n2", 80}}));
}

TEST(LastHeard, AHailMayAskForIt) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(seek_in_hail({}), "");
  EXPECT_EQ(sought_in(""), Names());
  EXPECT_EQ(sought_in(seek_in_hail({"n1", "n2"})), (Names{"n1", "n2"}));
  for (const char* bad : {"{", "[]", "7", R"({"missing":7})", R"({"missing":{"n1":1}})", "\xff"}) {
    EXPECT_EQ(sought_in(bad), Names()) << bad;
  }
  EXPECT_EQ(sought_in(R"({"missing":[7,"n1",null]})"), Names{"n1"});
}

}  // namespace
}  // namespace hearsay::cluster
