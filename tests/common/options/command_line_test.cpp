// What the library under the command line would take for something else.
#include "common/options/command_line.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace hearsay {
namespace {

TEST(CommandLine, NumbersWithZerosInFrontAreDecimal) {
  CommandLine line("", "");
  std::uint64_t whole = 0;
  int number = 0;
  std::int64_t large = 0;
  std::optional<std::uint64_t> maybe;
  line.add("--large", large, "").between(1, 100);
  line.add("--whole", whole, "");
  line.add("--number", number, "");
  line.add("--maybe", maybe, "");
  line.parse({"--whole", "0100", "--number", "-010", "--maybe", "08", "--large", "010"});
  EXPECT_EQ(large, 10);
  EXPECT_EQ(whole, 100U);
  EXPECT_EQ(number, -10);
  EXPECT_EQ(maybe, 8U);
  CommandLine again("", "");
  again.add("--whole", whole, "");
  again.parse({"--whole", "000"});
  EXPECT_EQ(whole, 0U);
}

TEST(CommandLine, NumbersOfAnotherBaseAreRefused) {
  for (const char* text : {"0x10", "0b11", "-0x1"}) {
    CommandLine line("", "");
    std::int64_t large = 0;
    line.add("--large", large, "").between(-100, 100);
    EXPECT_THROW(line.parse({"--large", text}), BadCommandLine) << text;
  }
}

}  // namespace
}  // namespace hearsay
