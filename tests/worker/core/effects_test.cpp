#include "worker/core/effects.h"

#include <gtest/gtest.h>

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
