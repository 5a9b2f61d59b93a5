// Help on a narrow terminal.
#include "common/options/fold.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace hearsay {
namespace {

TEST(Fold, WhatFitsStaysAsItIs) {
  for (const char* text :
       {"", "\n", "one\n\n  two  three\n", "exactly thirty columns, no more", "   "}) {
    EXPECT_EQ(fold(text, 31), text);
  }
}

TEST(Fold, AListOfChoicesGoesOnBehindAComma) {
  EXPECT_EQ(fold("  --event NAMES:{one_of_them,another_one,the_last}\n      About it\n", 30),
            "  --event\n  NAMES:{one_of_them,\n  another_one,the_last}\n      About it\n");
  EXPECT_EQ(fold("a,b", 2), "a,\nb");
}

TEST(Fold, OptionsGoOnBelowTheirWords) {
  EXPECT_EQ(fold("Options:\n  --rate HZ   How many operations in a second, on average\n", 40),
            "Options:\n"
            "  --rate HZ   How many operations in a\n"
            "              second, on average\n");
}

TEST(Fold, OtherLinesGoOnWhereTheyBegan) {
  EXPECT_EQ(fold("    some words, and some more of them", 24),
            "    some words, and some\n"
            "    more of them");
  EXPECT_EQ(fold("no blanks in front of it, and long", 20), "no blanks in front\nof it, and long");
}

TEST(Fold, AWordThatFitsNoLineIsNotBroken) {
  const std::string word(50, 'x');
  EXPECT_EQ(fold("  a " + word + " b", 30), "  a\n  " + word + "\n  b");
  EXPECT_EQ(fold(word, 20), word);
  EXPECT_EQ(fold(word + " b", 20), word + "\nb");
}

TEST(Fold, OnANarrowTerminalNothingIsIndented) {
  EXPECT_EQ(fold("  --rate HZ                 a few words here", 30),
            "--rate HZ                 a\nfew words here");
  EXPECT_EQ(fold("                              a few words", 20), "a few words");
}

// Whatever the text: no word is lost, and no line is longer unless it is one word.
TEST(Fold, KeepsAllWords) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += std::string(static_cast<std::size_t>(i * 7 % 23 + 1), 'w');
    text += i % 31 == 0 ? "\n" : std::string(static_cast<std::size_t>(i % 5 / 3 + 1), ' ');
  }
  for (std::size_t columns = 1; columns < 90; ++columns) {
    const std::string folded = fold(text, columns);
    std::istringstream before(text);
    std::istringstream after(folded);
    std::string expected;
    std::string word;
    while (before >> expected) {
      ASSERT_TRUE(after >> word);
      ASSERT_EQ(word, expected) << columns;
    }
    EXPECT_FALSE(after >> word);
    std::istringstream lines(folded);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t first = line.find_first_not_of(' ');
      const bool is_one_word =
          first == std::string::npos || line.find(' ', first) == std::string::npos;
      EXPECT_TRUE(line.size() <= columns || is_one_word) << columns << ": " << line;
    }
  }
}

}  // namespace
}  // namespace hearsay
