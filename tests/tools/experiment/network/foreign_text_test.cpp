#include "tools/experiment/network/foreign_text.h"

#include <gtest/gtest.h>

namespace hearsay::bench {
namespace {

TEST(ForeignText, GoodUtf8IsLeftAlone) {
  EXPECT_FALSE(repaired_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  EXPECT_EQ(printable("caf\xC3\xA9 \xE2\x82\xAC"), "caf\xC3\xA9 \xE2\x82\xAC");
}

TEST(ForeignText, EachBadByteIsReplaced) {
  const std::string sign = "\xEF\xBF\xBD";
  EXPECT_EQ(repaired_utf8("a\xFFz"), "a" + sign + "z");
  EXPECT_EQ(repaired_utf8("\xC3"), sign) << "cut";
  EXPECT_EQ(repaired_utf8("\xC0\x80"), sign + sign) << "too long";
  EXPECT_EQ(repaired_utf8("\xED\xA0\x80"), sign + sign + sign) << "half of a surrogate pair";
  EXPECT_EQ(repaired_utf8("\xF4\x90\x80\x80"), sign + sign + sign + sign) << "beyond Unicode";
}

TEST(ForeignText, HalfOfASurrogatePairIsReplaced) {
  EXPECT_FALSE(repaired_surrogates(R"("\ud83d\uDE00 \u00e9 \\ud83d \n")")) << "a pair, none, none";
  EXPECT_EQ(repaired_surrogates(R"(\ud83d)"), "?");
  EXPECT_EQ(repaired_surrogates(R"("\ud83d\ud83d\ude00\uDE00z")"), R"("?\ud83d\ude00?z")");
  EXPECT_EQ(repaired_surrogates(R"("\\\ud83d\n")"), R"("\\?\n")");
  EXPECT_FALSE(repaired_surrogates(R"("\ud8)")) << "cut: that is no JSON";
  EXPECT_FALSE(repaired_surrogates("\\"));
}

TEST(ForeignText, WhatSteersATerminalIsSpelledOut) {
  EXPECT_EQ(printable("\x1B[31m\r\n\x7F"), "\\x1b[31m\\x0d\\x0a\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b") << "CSI in one character";
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\xe2\\x80\\xae") << "turns the direction";
  EXPECT_EQ(printable("\xFF"), "\\xff");
  for (const char* unseen : {"\xE2\x80\x8B", "\xEF\xBB\xBF", "\xF3\xA0\x80\x81", "\xE2\x81\xA0"}) {
    EXPECT_EQ(printable(unseen).substr(0, 2), "\\x") << "takes no room";
  }
  EXPECT_EQ(printable("\xE2\x80\x8D"), "\xE2\x80\x8D") << "joins letters";
  EXPECT_EQ(printable_lines("a\n\tb\r"), "a\n\tb\\x0d");
}

}  // namespace
}  // namespace hearsay::bench
