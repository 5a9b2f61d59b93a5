#include "supervisor/line_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/supervisor/pipe_of_test.h"

namespace hearsay::supervisor {
namespace {

constexpr std::uint64_t kMaxLineBytes = 10'000;

class LineReaderTest : public testing::Test {
 protected:
  // Writes, reads, and gives the lines that are there then.
  std::vector<Line> feed(std::string_view bytes, std::int64_t now_ns) {
    pipe_.write(bytes);
    reader_.fill(now_ns);
    return lines();
  }
  std::vector<Line> lines() {
    std::vector<Line> found;
    while (const auto line = reader_.next()) found.push_back(*line);
    return found;
  }

  PipeOfTest pipe_;
  LineReader reader_{pipe_.read_end(), kMaxLineBytes};
};

TEST_F(LineReaderTest, GivesLinesInOrderWithoutTheirLineFeeds) {
  const auto found = feed("one\ntwo\n\nthree\n", 5);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].text, "one");
  EXPECT_EQ(found[1].text, "two");
  EXPECT_EQ(found[2].text, "");
  EXPECT_EQ(found[3].text, "three");
  EXPECT_EQ(found[3].taken_ns, 5);
  EXPECT_FALSE(found[3].cut);
}

TEST_F(LineReaderTest, ALineTakesTheTimeOfItsFirstByte) {
  EXPECT_TRUE(feed("beg", 1).empty());
  EXPECT_TRUE(feed("inn", 2).empty());
  const auto found = feed("ing\nnext\nlast", 3);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].text, "beginning");
  EXPECT_EQ(found[0].taken_ns, 1);
  EXPECT_EQ(found[1].taken_ns, 3);
  const auto rest = feed("\n", 4);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].text, "last");
  EXPECT_EQ(rest[0].taken_ns, 3);
}

// The input is non-blocking, as somebody else left it, and another reader was quicker.
TEST_F(LineReaderTest, WhatSomebodyElseHasReadIsNotMissed) {
  reader_.fill(1);
  EXPECT_FALSE(reader_.ended());
  EXPECT_TRUE(lines().empty());
  const auto found = feed("next\n", 5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "next");
  EXPECT_EQ(found[0].taken_ns, 5);
}

TEST_F(LineReaderTest, AnUnfinishedLineIsGivenOutAtTheEnd) {
  EXPECT_TRUE(feed("unfinished", 1).empty());
  pipe_.close_write_end();
  EXPECT_FALSE(reader_.ended());
  reader_.fill(2);
  EXPECT_TRUE(reader_.ended());
  const auto found = lines();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "unfinished");
}

TEST_F(LineReaderTest, EndKeepsTheLinesAlreadyRead) {
  pipe_.write("one\ntwo\n");
  reader_.fill(1);
  reader_.end();
  EXPECT_TRUE(reader_.ended());
  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(LineReaderTest, ALineAsLongAsAllowedIsWhole) {
  const std::string longest(kMaxLineBytes, 'x');
  const auto found = feed(longest + "\n", 1);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, longest);
  EXPECT_FALSE(found[0].cut);
}

TEST_F(LineReaderTest, OfALongerOneOnlyTheBeginningIsLeft) {
  const std::string line = "beginning" + std::string(kMaxLineBytes, 'x');
  const auto found = feed(line + "\nnext\n", 1);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].cut);
  EXPECT_EQ(found[0].text, line.substr(0, found[0].text.size()));
  EXPECT_GE(found[0].text.size(), 1'000U);
  EXPECT_LT(found[0].text.size(), line.size());
  EXPECT_EQ(found[0].bytes, line.size());
  EXPECT_FALSE(found[1].cut);
  EXPECT_EQ(found[1].text, "next");
}

TEST_F(LineReaderTest, ALineThatIsFarTooLongIsCutOnceAndNotKept) {
  EXPECT_TRUE(feed("beginning" + std::string(20'000, 'x'), 1).empty());
  for (std::int64_t now = 2; now < 50; ++now) {
    EXPECT_TRUE(feed(std::string(20'000, 'x'), now).empty());
  }
  const auto found = feed("\nnext\n", 50);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].cut);
  EXPECT_TRUE(found[0].text.starts_with("beginningx"));
  EXPECT_EQ(found[0].taken_ns, 1);
  EXPECT_EQ(found[0].bytes, 9U + 49 * 20'000);
  EXPECT_EQ(found[1].text, "next");
  EXPECT_EQ(found[1].bytes, 4U);
  EXPECT_EQ(found[1].taken_ns, 50);
}

TEST_F(LineReaderTest, ATooLongLineThatNeverEndsIsCutAtTheEnd) {
  EXPECT_TRUE(feed(std::string(20'000, 'x'), 1).empty());
  pipe_.close_write_end();
  reader_.fill(2);
  const auto found = lines();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].cut);
  EXPECT_EQ(found[0].bytes, 20'000U);
}

// Wherever the chunks end, the lines are the same.
TEST_F(LineReaderTest, LinesDoNotDependOnTheChunks) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> written;
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
      written.emplace_back(random() % 300, static_cast<char>('a' + i));
      bytes += written.back() + '\n';
    }
    std::vector<std::string> found;
    while (!bytes.empty()) {
      const std::size_t chunk = std::min<std::size_t>(bytes.size(), 1 + random() % 700);
      for (const Line& line : feed(bytes.substr(0, chunk), 1)) found.emplace_back(line.text);
      bytes.erase(0, chunk);
    }
    ASSERT_EQ(found, written) << "round " << round;
  }
}

// This process stood still from 10 on. At 100 it runs again: what is here or waits in the pipe may
// be as old as that; what is written later is not.
TEST_F(LineReaderTest, WhatWaitedIsBackdated) {
  pipe_.write("read\nbegun");
  reader_.fill(100);
  pipe_.write(" and finished\nwaited\n");
  reader_.backdate(10);
  auto found = lines();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].taken_ns, 10);
  reader_.fill(101);
  found = lines();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].text, "begun and finished");
  EXPECT_EQ(found[0].taken_ns, 10);
  EXPECT_EQ(found[1].text, "waited");
  EXPECT_EQ(found[1].taken_ns, 10);
  found = feed("fresh\n", 102);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].taken_ns, 102);
}

TEST_F(LineReaderTest, AFailingReadThrows) {
  LineReader broken(-1, kMaxLineBytes);
  EXPECT_THROW(broken.fill(1), std::system_error);
}

}  // namespace
}  // namespace hearsay::supervisor
