#include "worker/core/effects.h"

#include <gtest/gtest.h>

#include "common/protocol/shared_part.h"

namespace hearsay::core {
namespace {

using protocol::kFirstPart;
using protocol::kLastPart;
using protocol::kToClient;

std::vector<Record> records_in(std::string_view bytes) {
  std::vector<Record> records;
  RecordReader reader(bytes);
  while (const auto record = reader.next()) records.push_back(*record);
  return records;
}

TEST(Effects, AShortLineIsOneRecord) {
  Effects effects;
  effects.line(77, true, [](std::string& out) { out += "hello\n"; });
  const auto records = records_in(effects.outputs());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].flags, kFirstPart | kLastPart | kToClient);
  std::string_view payload = records[0].payload;
  EXPECT_EQ(take<protocol::LineHeader>(payload).taken_ns, 77);
  EXPECT_EQ(payload, "hello\n");
}

TEST(Effects, ALongLineComesInPartsThatFitTheRing) {
  Effects effects;
  std::string text(5 * protocol::kLongestPayloadBytes / 2, 'x');
  text.back() = '\n';
  effects.line(1, false, [&](std::string& out) { out += text; });
  effects.line(2, false, [](std::string& out) { out += "next\n"; });
  const auto records = records_in(effects.outputs());
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].flags, kFirstPart);
  EXPECT_EQ(records[1].flags, 0);
  EXPECT_EQ(records[2].flags, kLastPart);
  EXPECT_EQ(records[3].flags, kFirstPart | kLastPart);
  std::string joined;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LE(records[i].payload.size(), protocol::kLongestPayloadBytes);
    std::string_view payload = records[i].payload;
    take<protocol::LineHeader>(payload);
    joined += payload;
  }
  EXPECT_EQ(joined, text);
}

TEST(Effects, ALineOfExactlyTheLongestPartIsOneRecord) {
  for (const std::uint64_t more : {0U, 1U}) {
    Effects effects;
    const std::string text(protocol::kLongestPayloadBytes - sizeof(protocol::LineHeader) + more,
                           'x');
    effects.line(1, false, [&](std::string& out) { out += text; });
    EXPECT_EQ(records_in(effects.outputs()).size(), 1 + more);
  }
}

TEST(Effects, ALineOfExactlySeveralPartsHasNoEmptyOne) {
  constexpr std::uint64_t kPartBytes =
      protocol::kLongestPayloadBytes - sizeof(protocol::LineHeader);
  for (std::uint64_t parts = 2; parts <= 4; ++parts) {
    Effects effects;
    effects.line(1, false, [&](std::string& out) { out.append(parts * kPartBytes, 'x'); });
    const auto records = records_in(effects.outputs());
    ASSERT_EQ(records.size(), parts);
    EXPECT_EQ(records.back().flags, kLastPart);
    EXPECT_EQ(records.back().payload.size(), protocol::kLongestPayloadBytes);
  }
}

// Lines with a text that grows, as they are put together again from the records and the shelf.
class SharedLines : public testing::Test {
 protected:
  std::string share(std::string_view text, std::string_view before = "[",
                    std::string_view behind = "]\n") {
    effects_.clear();
    effects_.line(5, true, [&](std::string& out) {
      out += before;
      effects_.share(shared_, text);
      out += behind;
    });
    put_on(shelf_, effects_.shelf_blocks());
    std::string line;
    const auto records = records_in(effects_.outputs());
    for (const Record& record : records) {
      EXPECT_LE(record.payload.size(), protocol::kLongestPayloadBytes);
      EXPECT_EQ((record.flags & kFirstPart) != 0, &record == &records.front());
      EXPECT_EQ((record.flags & kLastPart) != 0, &record == &records.back());
      EXPECT_NE(record.flags & kToClient, 0);
      protocol::append_part(line, record, shelf_);
    }
    return line;
  }
  static std::string text_of(std::uint64_t bytes) {
    std::string text;
    for (std::uint64_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",";
    text.resize(bytes);
    return text;
  }

  Effects effects_;
  SharedText shared_;
  std::string shelf_;
};

TEST_F(SharedLines, AreTheLinesThatTheyWouldBe) {
  constexpr std::uint64_t kBlock = protocol::kSharedBlockBytes;
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, kBlock, 2 * kBlock - 1, 2 * kBlock, 2 * kBlock + 1, 9 * kBlock - 1}) {
    const std::string text = text_of(bytes);
    EXPECT_EQ(share(text), "[" + text + "]\n") << bytes;
  }
  const std::string text = text_of(3 * kBlock - 1);
  const std::string long_name(100'000, 'n');
  EXPECT_EQ(share(text, long_name, long_name), long_name + text + long_name);
}

// More blocks than one record has room for.
TEST_F(SharedLines, MayBeVeryLong) {
  const std::string text(protocol::kSharedBlockBytes * 5'000, 'x');
  EXPECT_EQ(share(text).size(), text.size() + 3);
}

// Each block goes to the shelf once, and an answer holds less than a block and the names.
TEST_F(SharedLines, CostWhatIsNew) {
  constexpr std::uint64_t kBlocks = 200;
  const std::string text = text_of(protocol::kSharedBlockBytes * (kBlocks + 2));
  share(std::string_view(text).substr(0, protocol::kSharedBlockBytes * kBlocks + 5));
  EXPECT_EQ(effects_.shelf_blocks().size(), kBlocks);
  EXPECT_LT(effects_.outputs().size(), 8 * kBlocks + 500);
  share(std::string_view(text).substr(0, protocol::kSharedBlockBytes * kBlocks + 900));
  EXPECT_TRUE(effects_.shelf_blocks().empty());
  EXPECT_LT(effects_.outputs().size(), 8 * kBlocks + 1'500);
  share(text);
  EXPECT_EQ(effects_.shelf_blocks().size(), 2U);
}

TEST_F(SharedLines, AnotherLifePutsTheSameInTheSamePlaces) {
  const std::string text = text_of(protocol::kSharedBlockBytes * 3);
  share(text);
  const std::string before = shelf_;
  shared_ = {};
  share(text);
  EXPECT_EQ(effects_.shelf_blocks().size(), 3U);
  EXPECT_EQ(shelf_, before);
}

TEST(Effects, RewindTakesBack) {
  Effects effects;
  effects.change(3, 1, "kept");
  effects.wake_at(5, 6);
  const auto mark = effects.mark();
  effects.change(3, 1, "dropped");
  effects.line(1, false, [](std::string& out) { out += "dropped\n"; });
  effects.rewind(mark);
  ASSERT_EQ(records_in(effects.journal()).size(), 1U);
  EXPECT_EQ(records_in(effects.journal())[0].payload, "kept");
  EXPECT_EQ(records_in(effects.outputs()).size(), 1U);
}

}  // namespace
}  // namespace hearsay::core
