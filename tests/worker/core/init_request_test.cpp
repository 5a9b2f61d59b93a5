#include "worker/core/init_request.h"

#include <gtest/gtest.h>

#include "common/base/record.h"

namespace hearsay::core {
namespace {

TEST(InitRequest, ANameGivenTwiceCountsOnce) {
  EXPECT_EQ((Roster{"b", "a", "b", "b", "c", "a"}).distinct(), (Roster{"b", "a", "c"}));
  EXPECT_EQ((Roster{"b", "a"}).distinct(), (Roster{"b", "a"}));
  EXPECT_EQ(Roster().distinct(), Roster());
}

TEST(InitRequest, SurvivesTheJournal) {
  const InitRequest request{"n1", {"n0", "n1", "n\"2"}};
  const InitRequest back = from_payload(to_payload(request));
  EXPECT_EQ(back.node_id, "n1");
  EXPECT_EQ(back.node_ids, request.node_ids);
  EXPECT_EQ(back.peers(), (Roster{"n0", "n\"2"}));
}

TEST(InitRequest, AnUnreadableJournalRecordIsCorrupt) {
  EXPECT_THROW(from_payload("{}"), CorruptSegment);
  EXPECT_THROW(from_payload(""), CorruptSegment);
  const std::string good = to_payload({"n1", {"n0", "n1"}});
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_THROW(from_payload(good.substr(0, bytes)), CorruptSegment) << bytes;
  }
  using namespace std::string_view_literals;
  for (const auto names : {"[1]"sv, R"("a\\b]")"sv, R"(["a"] )"sv, "7"sv, "[\"a\"]\0, \\]"sv}) {
    EXPECT_THROW(from_payload(good.substr(0, 6).append(names)), CorruptSegment) << names;
  }
}

}  // namespace
}  // namespace hearsay::core
