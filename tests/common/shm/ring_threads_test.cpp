// Producer and consumer at the same time: order and content of a million records, for the thread
// sanitizer to watch (it sees one process and one mapping), and the same over two mappings.
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "common/shm/segment.h"
#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

constexpr std::uint64_t kRecords = 1'000'000;

// The payload of a record follows from its number: length and every byte.
std::size_t length_of(std::uint64_t number) {
  const std::uint64_t mixed = (number * 0x9e3779b97f4a7c15) >> 32;
  return mixed % 256 == 0 ? mixed % 900 : mixed % 48;
}

char fill_of(std::uint64_t number) {
  return static_cast<char>(number * 131 + 7);
}

std::string_view payload_of(std::uint64_t number, std::array<char, 1024>& buffer) {
  buffer.fill(fill_of(number));
  return {buffer.data(), length_of(number)};
}

void produce(RingProducer producer) {
  std::minstd_rand random(1);
  std::array<char, 1024> buffer{};
  for (std::uint64_t number = 0; number < kRecords;) {
    if (producer.append(static_cast<std::uint16_t>(1 + number % 1000), 0,
                        payload_of(number, buffer))) {
      ++number;
      // In batches of some length, as the worker does it.
      if (random() % 16 != 0) continue;
      producer.publish();
    } else {
      producer.publish();
      ::sched_yield();
    }
  }
  producer.publish();
}

// What is wrong with the record; empty: nothing.
std::string complaint(const Record& record, std::uint64_t number) {
  const std::string where = "record " + std::to_string(number) + ": ";
  if (record.kind != 1 + number % 1000) return where + "wrong order";
  if (record.payload.size() != length_of(number)) return where + "wrong length";
  const bool filled = record.payload.find_first_not_of(fill_of(number)) == std::string_view::npos;
  return filled ? "" : where + "wrong content";
}

std::string consume(RingConsumer consumer) {
  std::minstd_rand random(2);
  for (std::uint64_t number = 0; number < kRecords;) {
    const auto record = consumer.next();
    if (!record) {
      consumer.release();
      ::sched_yield();
      continue;
    }
    if (std::string wrong = complaint(*record, number); !wrong.empty()) return wrong;
    ++number;
    if (random() % 16 == 0) consumer.release();
  }
  return consumer.has_next() ? "more records than were sent" : "";
}

TEST(RingThreadsTest, AMillionRecordsArriveInOrder) {
  // Not smaller: each time it is full or empty a thread switch is due, and those are slow when
  // other programs want the processor too.
  OwnedRing ring(64 * 1024);
  const std::jthread producing([&] { produce(RingProducer(ring.view(), 0)); });
  EXPECT_EQ(consume(RingConsumer(ring.view(), 0)), "");
}

#ifndef __SANITIZE_THREAD__
// The thread sanitizer doesn't know that two addresses are the same memory.
TEST(RingThreadsTest, TwoMappingsAtDifferentAddresses) {
  const FileDescriptor file = Segment::create(1, 2);
  Segment here(file.get());
  Segment there(file.get());
  ASSERT_NE(&here.header(), &there.header());
  const std::jthread producing([&] { produce(RingProducer(here.request_ring(), 0)); });
  EXPECT_EQ(consume(RingConsumer(there.request_ring(), 0)), "");
}
#endif

}  // namespace
}  // namespace hearsay::shm
