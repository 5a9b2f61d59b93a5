// Check sums: grouping does not matter, everything else does.
#include "common/base/checksum.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/record.h"

namespace hearsay {
namespace {

TEST(Checksum, IsThatOfTheLibrary) {
  // XXH3_64bits of nothing, as published with the library's sanity checks.
  EXPECT_EQ(checksum(""), 0x2d06'8005'38d3'94c2);
  EXPECT_NE(checksum("a", 1), checksum("a", 2));
}

TEST(Checksum, RecordsMayBeGroupedAtWill) {
  std::string first;
  append_record(first, 1, 2, "one");
  std::string rest;
  append_record(rest, 3, 4, "two");
  append_record(rest, 5, 6, std::string(1000, 'x'));
  const std::uint64_t all = checksum_of_records(first + rest);
  EXPECT_EQ(checksum_of_records(rest, checksum_of_records(first)), all);
  EXPECT_EQ(checksum_of_records("", all), all);
  EXPECT_NE(checksum_of_records(rest + first), all) << "their order counts";
  EXPECT_THROW(checksum_of_records((first + rest).substr(0, 24)), CorruptSegment);
}

}  // namespace
}  // namespace hearsay
