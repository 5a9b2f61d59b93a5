// The ring's promises one by one. The rest by comparison with a model: ring_model_test.cpp.
#include "common/shm/ring.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

TEST(RingTest, PreparedRecordsAreUnseenUntilPublished) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  ASSERT_TRUE(producer.append(3, 4, "hello"));
  EXPECT_FALSE(consumer.has_next());
  EXPECT_FALSE(consumer.next());
  producer.publish();
  const auto record = consumer.next();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, 3);
  EXPECT_EQ(record->flags, 4);
  EXPECT_EQ(record->payload, "hello");
  EXPECT_FALSE(consumer.next());
}

TEST(RingTest, ReadRecordsOccupyTheirBytesUntilReleased) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  const std::string payload(112, 'x');  // 128 bytes a record: eight fill the ring
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(producer.append(1, 0, payload));
  EXPECT_FALSE(producer.append(1, 0, ""));
  producer.publish();
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(consumer.next());
  EXPECT_FALSE(producer.append(1, 0, ""));
  EXPECT_FALSE(producer.drained());
  consumer.release();
  EXPECT_TRUE(producer.drained());
  EXPECT_TRUE(producer.append(1, 0, payload));
}

TEST(RingTest, TheLongestPayloadAlwaysFitsIntoAnEmptyRing) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  const std::string longest(ring.view().max_payload_bytes(), 'm');
  // Every 8 bytes of the buffer become the place where it starts.
  for (std::uint64_t i = 0; i < 3 * kCapacity / 8; ++i) {
    ASSERT_TRUE(producer.append(1, 0, longest));
    ASSERT_TRUE(producer.append(1, 0, longest)) << "two of them, and a padding";
    ASSERT_TRUE(producer.append(2, 0, ""));
    producer.publish();
    ASSERT_EQ(consumer.next()->payload, longest);
    ASSERT_EQ(consumer.next()->payload, longest);
    ASSERT_EQ(consumer.next()->kind, 2);
    ASSERT_FALSE(consumer.next());
    consumer.release();
  }
}

TEST(RingDeathTest, ALongerPayloadIsThisProgramsMistake) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  const std::string too_long(ring.view().max_payload_bytes() + 1, 'm');
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(producer.append(1, 0, too_long), "a payload that the ring can take");
}

TEST(RingTest, RewoundRecordsAreNeverSeen) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  ASSERT_TRUE(producer.append(1, 0, "kept"));
  const std::uint64_t mark = producer.tail();
  ASSERT_TRUE(producer.append(1, 0, "taken back"));
  producer.rewind(mark);
  ASSERT_TRUE(producer.append(1, 0, "instead"));
  producer.publish();
  EXPECT_EQ(consumer.next()->payload, "kept");
  EXPECT_EQ(consumer.next()->payload, "instead");
  EXPECT_FALSE(consumer.next());
}

TEST(RingTest, ASuccessorContinuesWhereItsPredecessorCommitted) {
  OwnedRing ring(kCapacity);
  std::uint64_t committed_tail = 0;
  std::uint64_t committed_head = 0;
  {
    RingProducer producer(ring.view(), 0);
    ASSERT_TRUE(producer.append(1, 0, "committed, not published"));
    committed_tail = producer.tail();
    ASSERT_TRUE(producer.append(1, 0, "never committed"));
  }
  RingProducer producer(ring.view(), committed_tail);
  ASSERT_TRUE(producer.append(1, 0, "by the successor"));
  producer.publish();
  {
    RingConsumer consumer(ring.view(), 0);
    ASSERT_EQ(consumer.next()->payload, "committed, not published");
    committed_head = consumer.head();
    ASSERT_EQ(consumer.next()->payload, "by the successor");
  }
  RingConsumer consumer(ring.view(), committed_head);
  EXPECT_EQ(consumer.next()->payload, "by the successor");
  consumer.release();
  EXPECT_TRUE(producer.drained());
}

TEST(RingTest, AConsumerMayWalkBackToWhatIsNotReleased) {
  OwnedRing ring(kCapacity);
  RingProducer producer(ring.view(), 0);
  RingConsumer consumer(ring.view(), 0);
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(producer.append(1, 0, text));
  producer.publish();
  ASSERT_EQ(consumer.next()->payload, "a");
  const std::uint64_t after_a = consumer.head();
  consumer.release_until(after_a);
  ASSERT_EQ(consumer.next()->payload, "b");
  ASSERT_EQ(consumer.next()->payload, "c");
  consumer.rewind(after_a);
  EXPECT_EQ(consumer.next()->payload, "b");
}

}  // namespace
}  // namespace hearsay::shm
