#include "common/base/varint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace hearsay {
namespace {

TEST(Varint, ComesBack) {
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 35,
        std::numeric_limits<std::uint64_t>::max()}) {
    std::string bytes;
    append_varint(bytes, number);
    bytes.push_back('x');
    std::string_view rest = bytes;
    EXPECT_EQ(take_varint(rest), number);
    EXPECT_EQ(rest, "x");
  }
}

TEST(Varint, IsAsShortAsItCanBe) {
  std::string bytes;
  append_varint(bytes, 127);
  EXPECT_EQ(bytes.size(), 1U);
  append_varint(bytes, 128);
  EXPECT_EQ(bytes.size(), 3U);
}

TEST(Varint, RefusesWhatIsCutOffOrTooLong) {
  for (const std::string& bytes :
       {std::string(), std::string(3, '\x80'), std::string(11, '\x80')}) {
    std::string_view rest = bytes;
    EXPECT_THROW(take_varint(rest), CorruptSegment);
  }
}

TEST(Varint, SmallNumbersOfEitherSignAreFoldedToSmallOnes) {
  EXPECT_EQ(fold_sign(0), 0U);
  EXPECT_EQ(fold_sign(-1), 1U);
  EXPECT_EQ(fold_sign(1), 2U);
  for (const std::int64_t number : {std::int64_t{-77}, std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(unfold_sign(fold_sign(number)), number);
  }
}

}  // namespace
}  // namespace hearsay
