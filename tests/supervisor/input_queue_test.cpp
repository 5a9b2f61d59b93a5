#include "supervisor/input_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/protocol/message_record.h"
#include "common/shm/segment.h"
#include "tests/common/shm/owned_ring.h"
#include "tests/support/recorded_events.h"

namespace hearsay::supervisor {
namespace {

using protocol::Field;
using protocol::InputKind;
using protocol::Message;

class InputQueueTest : public testing::Test {
 protected:
  struct Input {
    InputKind kind;
    std::uint16_t flags;
    std::int64_t taken_ns;
    std::string rest;
  };

  // What the worker would find now; it consumes and frees it.
  std::vector<Input> consume() {
    std::vector<Input> inputs;
    while (const auto record = worker_.next()) {
      std::string_view payload = record->payload;
      const auto header = take<protocol::InputHeader>(payload);
      inputs.push_back({static_cast<InputKind>(record->kind), record->flags, header.taken_ns,
                        std::string(payload)});
    }
    worker_.release();
    return inputs;
  }

  static Message message_of(const std::vector<Field>& fields) {
    return {"c1", "n1", "echo", 7, std::nullopt, fields};
  }

  shm::OwnedRing ring_{shm::kRingBytes};
  shm::RingConsumer worker_{ring_.view(), 0};
  std::vector<nlohmann::json> told_;
  test::RecordedEvents events_{told_};
  InputQueue queue_{ring_.view(), events_};
};

TEST_F(InputQueueTest, NothingIsSeenBeforeFlush) {
  queue_.push_timer(5, 42);
  EXPECT_TRUE(consume().empty());
  EXPECT_TRUE(queue_.flush());
  EXPECT_FALSE(queue_.flush()) << "nothing new";
  const auto inputs = consume();
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].kind, InputKind::timer);
  EXPECT_EQ(inputs[0].taken_ns, 5);
  EXPECT_EQ(inputs[0].rest, bytes_of(std::uint64_t{42}));
}

TEST_F(InputQueueTest, AMessageIsToldWithItsPositionWhenItGoesIntoTheRing) {
  const std::vector<Field> fields{{"echo", R"("hello")"}};
  queue_.push_timer(5, 42);
  queue_.push_message(9, message_of(fields));
  ASSERT_EQ(told_.size(), 1U) << "the message; no timer";
  EXPECT_EQ(told_[0], (nlohmann::json{{"node", ""},
                                      {"event", "line_read"},
                                      {"peer", "c1"},
                                      {"message", "c1:7"},
                                      {"type", "echo"},
                                      {"position", shm::checked_bytes(2 * sizeof(std::int64_t))}}));
  const std::string long_text = '"' + std::string(400'000, 'x') + '"';  // more than the ring holds
  const std::vector<Field> long_fields{{"echo", long_text}};
  queue_.push_message(9, message_of(long_fields));
  queue_.flush();
  EXPECT_EQ(told_.size(), 1U) << "its last part is not there yet";
  std::uint64_t last = 0;
  while (queue_.blocked()) {
    last = worker_.head();
    while (worker_.next()) last = std::max(last, worker_.head());
    worker_.release();
    queue_.flush();
  }
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_GE(told_[1]["position"], last) << "of the last part, not of the first";
}

TEST_F(InputQueueTest, AMessageArrivesAsItWas) {
  const std::vector<Field> fields{{"echo", R"("hello")"}};
  queue_.push_message(9, message_of(fields));
  queue_.push_worker_started(10, 3, 0);
  queue_.flush();
  const auto inputs = consume();
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[0].kind, InputKind::message);
  EXPECT_EQ(inputs[0].taken_ns, 9);
  std::vector<Field> decoded_fields;
  const auto message = protocol::decode_message_record(inputs[0].rest, decoded_fields);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->src, "c1");
  EXPECT_EQ(message->type, "echo");
  EXPECT_EQ(message->msg_id, 7);
  EXPECT_EQ(message->field("echo"), R"("hello")");
  EXPECT_EQ(inputs[1].kind, InputKind::worker_started);
  EXPECT_EQ(inputs[1].rest, bytes_of(std::uint64_t{3}));
}

// Workers that die before they hear of it must not fill the ring with it.
TEST_F(InputQueueTest, OneNewsOfAStartWaitsAtATime) {
  for (std::uint64_t generation = 1; generation <= 100'000; ++generation) {
    queue_.push_worker_started(10, generation, 0);
    queue_.flush();
  }
  EXPECT_FALSE(queue_.blocked());
  EXPECT_EQ(consume().size(), 1U);
  queue_.push_worker_started(10, 100'001,
                             ring_.view().control->head.load(std::memory_order_relaxed));
  queue_.flush();
  const auto inputs = consume();
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].rest, bytes_of(std::uint64_t{100'001}));
}

class SizeTest : public InputQueueTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(SizeTest, AMessageOfAnySizeArrivesWhole) {
  const std::string text = '"' + std::string(GetParam(), 'x') + '"';
  const std::vector<Field> fields{{"echo", text}};
  queue_.push_message(9, message_of(fields));
  std::string record;
  std::vector<Input> inputs;
  do {
    queue_.flush();
    for (Input& input : consume()) inputs.push_back(std::move(input));
  } while (queue_.blocked());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs.size() == 1) {
      EXPECT_EQ(inputs[i].kind, InputKind::message);
    } else {
      EXPECT_EQ(inputs[i].kind, InputKind::message_part);
      EXPECT_EQ(inputs[i].flags, (i == 0 ? protocol::kFirstPart : 0) |
                                     (i + 1 == inputs.size() ? protocol::kLastPart : 0));
    }
    EXPECT_EQ(inputs[i].taken_ns, 9);
    record += inputs[i].rest;
  }
  std::vector<Field> decoded_fields;
  const auto message = protocol::decode_message_record(record, decoded_fields);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->field("echo"), text);
}

// The message's record but for its text.
constexpr std::size_t kRestBytes = 62;
constexpr std::size_t kPartBytes = protocol::kLongestPayloadBytes - sizeof(protocol::InputHeader);

// Full parts have no others between them and the end: the last one must know that it is.
TEST_F(InputQueueTest, FullPartsAreNoMoreThanNeeded) {
  for (std::size_t parts = 1; parts <= 4; ++parts) {
    const std::string text = '"' + std::string(parts * kPartBytes - kRestBytes, 'x') + '"';
    const std::vector<Field> fields{{"echo", text}};
    queue_.push_message(9, message_of(fields));
    queue_.flush();
    const auto inputs = consume();
    ASSERT_EQ(inputs.size(), parts);
    for (const Input& input : inputs) EXPECT_EQ(input.rest.size(), kPartBytes);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bytes, SizeTest,
    testing::Values(0, 30'000, kPartBytes - kRestBytes, 2 * kPartBytes - kRestBytes,
                    3 * kPartBytes - kRestBytes, protocol::kLongestPayloadBytes - 80,
                    protocol::kLongestPayloadBytes - 60, protocol::kLongestPayloadBytes,
                    2 * protocol::kLongestPayloadBytes, shm::kRingBytes, 1'000'000));

TEST_F(InputQueueTest, AFullRingBlocksAndKeepsTheOrder) {
  std::uint64_t pushed = 0;
  while (!queue_.blocked()) queue_.push_timer(1, pushed++);
  queue_.push_timer(1, pushed++);  // behind what is kept, although it may be smaller
  queue_.flush();
  EXPECT_TRUE(queue_.blocked());
  EXPECT_FALSE(queue_.has_room());
  EXPECT_FALSE(queue_.drained());
  std::vector<Input> inputs = consume();
  EXPECT_TRUE(queue_.has_room());
  EXPECT_TRUE(queue_.flush());
  EXPECT_FALSE(queue_.blocked());
  EXPECT_FALSE(queue_.drained()) << "not consumed yet";
  for (Input& input : consume()) inputs.push_back(std::move(input));
  EXPECT_TRUE(queue_.drained());
  ASSERT_EQ(inputs.size(), pushed);
  for (std::uint64_t i = 0; i < pushed; ++i) EXPECT_EQ(inputs[i].rest, bytes_of(i)) << i;
}

TEST_F(InputQueueTest, ASmallInputDoesNotOvertakeALargeOneThatWaitsForRoom) {
  const std::string text = '"' + std::string(30'000, 'x') + '"';
  const std::vector<Field> fields{{"echo", text}};
  while (!queue_.blocked()) queue_.push_message(9, message_of(fields));
  queue_.push_timer(1, 42);  // there would be room for it
  queue_.flush();
  std::vector<Input> inputs = consume();
  queue_.flush();
  for (Input& input : consume()) inputs.push_back(std::move(input));
  ASSERT_FALSE(inputs.empty());
  EXPECT_EQ(inputs.back().kind, InputKind::timer);
}

TEST_F(InputQueueTest, PartsThatAreNotInTheRingYetAreNotConsumed) {
  const std::string text = '"' + std::string(2 * protocol::kLongestPayloadBytes, 'x') + '"';
  const std::vector<Field> fields{{"echo", text}};
  queue_.push_message(9, message_of(fields));
  EXPECT_FALSE(queue_.drained());
  queue_.flush();
  consume();
  EXPECT_TRUE(queue_.drained());
}

TEST_F(InputQueueTest, WithNothingKeptThereIsNothingToMakeRoomFor) {
  EXPECT_FALSE(queue_.blocked());
  EXPECT_FALSE(queue_.has_room());
  EXPECT_TRUE(queue_.drained());
}

}  // namespace
}  // namespace hearsay::supervisor
