// A ring whose memory holds what none of our processes wrote: it is reported, never followed.
#include <gtest/gtest.h>

#include <cstring>
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
    ring.control().tail.store(64);
    EXPECT_THROW(RingConsumer(ring.view(), 0).next(), CorruptSegment) << length;
  }
}

TEST(RingCorruptionTest, RefusesLengthsBeyondTheBuffersEnd) {
  OwnedRing ring(kCapacity);
  put_header(ring, kCapacity - 16, {16, 1, 0});
  ring.control().tail.store(kCapacity + 512);
  EXPECT_THROW(RingConsumer(ring.view(), kCapacity - 16).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesPaddingBeyondTheBuffersEnd) {
  OwnedRing ring(kCapacity);
  put_header(ring, kCapacity - 16, {24, kPaddingKind, 0});
  ring.control().tail.store(kCapacity + 512);
  EXPECT_THROW(RingConsumer(ring.view(), kCapacity - 16).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesPayloadsLongerThanAnyProducerWrites) {
  OwnedRing ring(kCapacity);
  const auto length = static_cast<std::uint32_t>(ring.view().max_payload_bytes() + 1);
  put_header(ring, 0, {length, 1, 0});
  ring.control().tail.store(record_bytes(length));
  EXPECT_THROW(RingConsumer(ring.view(), 0).next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesATailBeforeTheHead) {
  OwnedRing ring(kCapacity);
  ring.control().tail.store(8);
  EXPECT_THROW(RingConsumer(ring.view(), 16).has_next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesATailFurtherThanTheRingIsLarge) {
  OwnedRing ring(kCapacity);
  ring.control().tail.store(kCapacity + 8);
  EXPECT_THROW(RingConsumer(ring.view(), 0).has_next(), CorruptSegment);
}

TEST(RingCorruptionTest, RefusesAHeadThatTheProducerNeverReached) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  const std::string payload(120, 'x');
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(producer.append(1, 0, payload));
  producer.publish();
  for (const std::uint64_t head : {kCapacity + 8, std::uint64_t{1} << 60}) {
    ring.control().head.store(head);
    EXPECT_THROW(producer.append(1, 0, payload), CorruptSegment) << head;
    EXPECT_THROW(RingProducer(ring.view(), producer.tail()), CorruptSegment) << head;
  }
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
    ring.control().tail.store(head + random() % (2 * kCapacity) - random() % 64);
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
