#include "worker/gossip/value_record.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "common/base/record.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/position_runs.h"
#include "worker/gossip/position_set.h"

namespace hearsay::gossip {
namespace {

ValueItem item_of(std::string_view text) {
  return {5, 3, false, {}, 0, false, text, 0};
}

TEST(ValueRecord, ComesBack) {
  ValueRecord record(Fate::owed);
  EXPECT_TRUE(record.empty());
  record.append({-7, 0, true, {9, std::numeric_limits<std::uint64_t>::max()}, 2, false, "[1]", 0});
  record.append({1'000'000'000'000, 1, false, {}, 0, true, {}, 70'000});
  record.append(item_of(""));
  std::string_view bytes = record.bytes();
  EXPECT_EQ(take_fate(bytes), Fate::owed);
  const ValueItem first = take_item(bytes);
  EXPECT_EQ(first.after_ns, -7);
  EXPECT_EQ(first.source_number, 0U);
  EXPECT_TRUE(first.is_new_source);
  EXPECT_EQ(first.source, (Source{9, std::numeric_limits<std::uint64_t>::max()}));
  EXPECT_EQ(first.missing, 2U);
  EXPECT_FALSE(first.is_known);
  EXPECT_EQ(first.text, "[1]");
  const ValueItem second = take_item(bytes);
  EXPECT_EQ(second.after_ns, 1'000'000'000'000);
  EXPECT_TRUE(second.is_known);
  EXPECT_EQ(second.value, 70'000U);
  EXPECT_EQ(take_item(bytes).text, "");
  EXPECT_TRUE(bytes.empty());
}

TEST(ValueRecord, RefusesWhatIsNone) {
  std::string_view nothing;
  EXPECT_THROW(take_fate(nothing), CorruptSegment);
  std::string_view no_fate = "\x07";
  EXPECT_THROW(take_fate(no_fate), CorruptSegment);
  ValueRecord record(Fate::none);
  record.append(item_of("value"));
  for (std::size_t length = 1; length + 1 < record.bytes().size(); ++length) {
    std::string_view cut = record.bytes().substr(1, length);
    EXPECT_THROW(take_item(cut), CorruptSegment) << length;
  }
}

TEST(ValueRecord, NumbersNewSourcesInTheOrderInWhichTheyCome) {
  const auto restore = [](std::uint32_t second_number) {
    Knowledge knowledge;
    Ledger ledger(knowledge);
    ValueRecord record(Fate::none);
    record.append({0, 0, true, {1, 1}, 0, false, "1", 0});
    record.append({0, second_number, true, {2, 1}, 0, false, "2", 0});
    ledger.restore(record.bytes());
  };
  EXPECT_NO_THROW(restore(1));
  EXPECT_THROW(restore(0), CorruptSegment) << "a source without values";
  EXPECT_THROW(restore(2), CorruptSegment);
}

TEST(PositionRuns, ComeBackInTheirOrder) {
  const std::vector<std::uint32_t> positions{4, 5, 6, 2, 3, 9, 9};
  const std::string bytes = position_runs(positions);
  EXPECT_EQ(bytes.size(), 8U);
  std::vector<std::uint32_t> back;
  for_each_position(bytes, 10, [&](std::uint32_t position) { back.push_back(position); });
  EXPECT_EQ(back, positions);
}

TEST(PositionRuns, NameNoPositionThatIsNotThere) {
  const auto ignore = [](std::uint32_t) {};
  EXPECT_THROW(for_each_position(position_runs(std::vector<std::uint32_t>{3, 4}), 4, ignore),
               CorruptSegment);
  EXPECT_THROW(for_each_position("\x01\x02", 4, ignore), CorruptSegment) << "before the first";
}

TEST(PositionSet, AddsAndRemoves) {
  PositionSet set;
  EXPECT_FALSE(set.contains(200));
  set.remove(200);
  EXPECT_TRUE(set.add(200));
  EXPECT_FALSE(set.add(200));
  EXPECT_TRUE(set.add(63));
  EXPECT_TRUE(set.add(64));
  set.remove(63);
  EXPECT_FALSE(set.contains(63));
  EXPECT_TRUE(set.contains(64));
  EXPECT_TRUE(set.contains(200));
}

}  // namespace
}  // namespace hearsay::gossip
