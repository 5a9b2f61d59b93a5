// The framing of records: what is written is read again, and bytes that were never written by us
// are refused rather than followed.
#include "common/base/record.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace hearsay {
namespace {

// A copy in a buffer of exactly this size: the address sanitizer sees any access outside of it.
class ExactBytes {
 public:
  explicit ExactBytes(std::string_view bytes)
      : size_(bytes.size()), data_(std::make_unique<char[]>(bytes.size())) {
    std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> data_;
};

std::string record_of(std::uint32_t claimed_length, std::string_view rest) {
  return std::string(bytes_of(RecordHeader{claimed_length, 1, 0})).append(rest);
}

TEST(RecordTest, OccupiesMultiplesOfEight) {
  EXPECT_EQ(record_bytes(0), 8U);
  EXPECT_EQ(record_bytes(1), 16U);
  EXPECT_EQ(record_bytes(8), 16U);
  EXPECT_EQ(record_bytes(9), 24U);
  // The longest length that a header can hold must not wrap around.
  EXPECT_EQ(record_bytes(0xffff'ffff), std::uint64_t{0xffff'ffff} + 9);
}

TEST(RecordTest, RoundTripOfRandomRecords) {
  std::mt19937_64 random(1);
  std::vector<std::string> payloads;
  std::string bytes;
  for (std::size_t i = 0; i < 2000; ++i) {
    std::string& payload = payloads.emplace_back(random() % 70, '\0');
    for (char& c : payload) c = static_cast<char>(random());
    append_record(bytes, static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(i * 7), payload);
    ASSERT_EQ(bytes.size() % 8, 0U);
  }
  const ExactBytes copy(bytes);
  RecordReader reader(copy.view());
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const auto record = reader.next();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->kind, static_cast<std::uint16_t>(i));
    EXPECT_EQ(record->flags, static_cast<std::uint16_t>(i * 7));
    EXPECT_EQ(record->payload, payloads[i]);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.position(), bytes.size());
}

TEST(RecordTest, EveryTruncationIsSeen) {
  std::string bytes;
  append_record(bytes, 1, 0, "first");
  const std::size_t first = bytes.size();
  append_record(bytes, 2, 0, "the second record");
  for (std::size_t length = first + 1; length < bytes.size(); ++length) {
    const ExactBytes cut(std::string_view(bytes).substr(0, length));
    RecordReader reader(cut.view());
    ASSERT_EQ(reader.next()->payload, "first");
    EXPECT_THROW(reader.next(), CorruptSegment) << "cut at " << length;
  }
}

TEST(RecordTest, LengthsThatPointOutsideAreRefused) {
  for (const std::uint32_t claimed : {9U, 17U, 0x7fff'ffffU, 0xffff'fff0U, 0xffff'ffffU}) {
    const ExactBytes bytes(record_of(claimed, "12345678"));
    EXPECT_THROW(RecordReader(bytes.view()).next(), CorruptSegment) << claimed;
  }
}

TEST(RecordTest, RandomBytesAreReadInBoundsOrRefused) {
  std::mt19937_64 random(2);
  std::uint64_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string noise(random() % 64, '\0');
    // Small numbers more often: they are the ones that look like lengths.
    for (char& c : noise) c = random() % 2 == 0 ? '\0' : static_cast<char>(random() % 24);
    const ExactBytes bytes(noise);
    RecordReader reader(bytes.view());
    try {
      while (const auto record = reader.next()) {
        ASSERT_GE(record->payload.data(), bytes.view().data());
        ASSERT_LE(record->payload.data() + record->payload.size(),
                  bytes.view().data() + bytes.view().size());
      }
      ASSERT_EQ(reader.position(), noise.size());
    } catch (const CorruptSegment&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(TakeTest, TakesValuesAndRefusesTooFewBytes) {
  const std::uint64_t number = 0x0102030405060708;
  std::string payload(bytes_of(number));
  payload.append("xyz");
  std::string_view rest = payload;
  EXPECT_EQ(take<std::uint64_t>(rest), number);
  EXPECT_EQ(rest, "xyz");
  EXPECT_THROW(take<std::uint32_t>(rest), CorruptSegment);
  EXPECT_EQ(rest, "xyz");
}

}  // namespace
}  // namespace hearsay
