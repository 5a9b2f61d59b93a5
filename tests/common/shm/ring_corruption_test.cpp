// A ring whose memory holds what none of our processes wrote: it is reported, never followed.
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <random>
#include <string>

#include "common/shm/ring.h"
#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

void put_header(OwnedRing& ring, std::uint64_t offset, RecordHeader header) {
  std::memcpy(ring.data() + offset, &header, sizeof header);
}

TEST(RingCorruptionTest, RefusesLengthsBeyondTheTail) {
  for (const std::uint32_t length : {57U, 200U, 5000U, 0xffff'ffffU}) {
    OwnedRing ring(kCapacity);
    put_header(ring, 0, {length, 1, 0});
    ring.control().tail.store(64, kRelaxed);
    EXPECT_THROW(RingConsumer(ring.view(), 0).next(), CorruptSegment) << length;
  }
}

TEST(RingCorruptionTest, RefusesLengthsBeyondTheBuffersEnd) {
  OwnedRing ring(kCapacity);
  put_header(ring, kCapacity - 16, {16, 1, 0});
  ring.control().tail.store(kCapacity + 512, kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), kCapacity - 16).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesPaddingBeyondTheBuffersEnd) {
  OwnedRing ring(kCapacity);
  put_header(ring, kCapacity - 16, {24, kPaddingKind, 0x5aa5});
  ring.control().tail.store(kCapacity + 512, kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), kCapacity - 16).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesPayloadsLongerThanAnyProducerWrites) {
  OwnedRing ring(kCapacity);
  const auto length = static_cast<std::uint32_t>(ring.view().max_payload_bytes() + 1);
  put_header(ring, 0, {length, 1, 0});
  ring.control().tail.store(checked_bytes(length), kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), 0).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesATailBeforeTheHead) {
  OwnedRing ring(kCapacity);
  ring.control().tail.store(8, kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), 16).has_next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesATailBeforeWhatWasReadAndIsNotReleased) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  ASSERT_TRUE(producer.append(1, 0, "first"));
  const std::uint64_t first_end = producer.tail();
  ASSERT_TRUE(producer.append(1, 0, "second"));
  producer.publish();
  RingConsumer consumer(ring.view(), 0);
  ASSERT_TRUE(consumer.next() && consumer.next());
  ring.control().tail.store(first_end, kRelaxed);
  EXPECT_THROW(consumer.has_next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesATailFurtherThanTheRingIsLarge) {
  OwnedRing ring(kCapacity);
  ring.control().tail.store(kCapacity + 8, kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), 0).has_next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesAHeadThatTheProducerNeverReached) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  const std::string payload(112, 'x');
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(producer.append(1, 0, payload));
  producer.publish();
  for (const std::uint64_t head : {kCapacity + 8, std::uint64_t{1} << 50}) {
    ring.control().head.store(head, kRelaxed);
    EXPECT_THROW(producer.append(1, 0, payload), CorruptSegment) << head;
    EXPECT_THROW(RingProducer(ring.view(), producer.tail()), CorruptSegment) << head;
  }
}

// Every bit that a reader looks at, of records, padding, head and tail.
TEST(RingCorruptionTest, AnyFlippedBitIsFoundOrDoesNotMatter) {
  const std::string payload(101, 'p');
  constexpr std::uint64_t kBegin = kCapacity - 80;  // a record does not fit before the end
  OwnedRing ring(kCapacity);
  ring.control().head.store(kBegin, kRelaxed);
  ring.control().tail.store(kBegin, kRelaxed);
  RingProducer producer(ring.view(), kBegin);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(producer.append(1, 3, payload));
  producer.publish();
  // Nothing when damage was found, else whether all three records were read as they were written.
  const auto read_all = [&]() -> std::optional<bool> {
    try {
      RingConsumer consumer(ring.view(), kBegin);
      int count = 0;
      bool same = true;
      for (; const auto record = consumer.next(); ++count) {
        same &= record->kind == 1 && record->flags == 3 && record->payload == payload;
      }
      return same && count == 3;
    } catch (const CorruptSegment&) {
      return std::nullopt;
    }
  };
  ASSERT_EQ(read_all(), true);
  int found = 0;
  const auto try_bits = [&](std::byte* bytes, std::uint64_t count) {
    for (std::uint64_t bit = 0; bit < 8 * count; ++bit) {
      bytes[bit / 8] ^= std::byte{1} << bit % 8;
      const auto outcome = read_all();
      EXPECT_NE(outcome, false) << bit;
      found += outcome ? 0 : 1;
      bytes[bit / 8] ^= std::byte{1} << bit % 8;
    }
  };
  try_bits(ring.data(), kCapacity);
  EXPECT_EQ(found, 8 * static_cast<int>(kRecordHeaderBytes +
                                        3 * (kRecordHeaderBytes + payload.size() + kCheckBytes)));
  try_bits(reinterpret_cast<std::byte*>(&ring.control().tail), 8);
}

TEST(RingCorruptionTest, ARecordDamagedAsItWaitsIsFound) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  for (int lap = 0; lap < 30; ++lap) {
    ASSERT_TRUE(producer.append(1, 0, "some"));
    ASSERT_TRUE(producer.append(1, 0, std::string(90, 'x')));
    producer.publish();
    consumer.next();
    const std::string_view payload = consumer.next()->payload;
    consumer.check(payload);
    ring.data()[payload.data() - reinterpret_cast<const char*>(ring.data())] ^= std::byte{4};
    EXPECT_THROW(consumer.check(payload), CorruptSegment);
    consumer.release();
  }
}

TEST(RingCorruptionTest, DamageThatComesLaterDoesACopyNoHarm) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  ASSERT_TRUE(producer.append(1, 0, "as it was"));
  producer.publish();
  std::string copy;
  const auto record = consumer.next(&copy);
  ASSERT_TRUE(record);
  std::memset(ring.data(), 0x55, kCapacity);
  EXPECT_EQ(record->payload, "as it was");
}

TEST(RingCorruptionTest, ALeftoverOfAnEarlierLapIsNoRecord) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  ASSERT_TRUE(producer.append(1, 0, "early"));
  ring.control().tail.store(kCapacity + producer.tail(), kRelaxed);
  EXPECT_THROW(RingConsumer(ring.view(), kCapacity).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RandomMemoryIsReadInBoundsOrRefused) {
  std::mt19937_64 random(1);
  std::uint64_t refused = 0;
  std::uint64_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    OwnedRing ring(kCapacity);
    for (std::uint64_t at = 0; at < kCapacity; at += 8) {
      const auto length = static_cast<std::uint32_t>(random() % 8 == 0 ? random() : random() % 32);
      const RecordHeader noise{length, static_cast<std::uint16_t>(random() % 4), 0};
      put_header(ring, at, noise);
    }
    const std::uint64_t head = random() % 4096 * 8;
    // Some whole records in front of the noise.
    for (std::uint64_t at = head; random() % 3 != 0;) {
      RecordHeader header{};
      std::byte* record = ring.data() + (at & (kCapacity - 1));
      std::memcpy(&header, record, sizeof header);
      if (checked_bytes(header.length) > kCapacity - (at & (kCapacity - 1))) break;
      const auto* payload = reinterpret_cast<const char*>(record + kRecordHeaderBytes);
      seal(record, header, {payload, header.length}, at);
      at += checked_bytes(header.length);
    }
    ring.control().tail.store(head + random() % (kCapacity / 4) * 8 - random() % 8 * 8, kRelaxed);
    try {
      RingConsumer consumer(ring.view(), head);
      std::uint64_t sum = 0;
      while (const auto record = consumer.next()) {
        ++accepted;
        for (const char c : record->payload) sum += static_cast<unsigned char>(c);
        const auto* begin = reinterpret_cast<const std::byte*>(record->payload.data());
        ASSERT_GE(begin, ring.data());
        ASSERT_LE(begin + record->payload.size(), ring.data() + kCapacity) << sum;
      }
    } catch (const CorruptSegment&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace hearsay::shm
