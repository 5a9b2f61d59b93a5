#include "common/protocol/message_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/common/protocol/random_json.h"

namespace hearsay::protocol {
namespace {

// A message and what its views point into.
struct OwnedMessage {
  std::string src, dest, type;
  std::vector<std::string> texts;
  std::vector<Field> fields;
  Message message;
};

std::unique_ptr<OwnedMessage> random_message(RandomJson& random) {
  auto owned = std::make_unique<OwnedMessage>();
  owned->src = random.text() + "n";
  owned->dest = random.text() + "c";
  owned->type = random.text();
  const std::size_t field_count = random.below(5);
  for (std::size_t i = 0; i < field_count; ++i) {
    owned->texts.push_back(random.text());
    owned->texts.push_back(random.spell(random.value(2)));
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    owned->fields.push_back({owned->texts[2 * i], owned->texts[2 * i + 1]});
  }
  owned->message = {owned->src, owned->dest, owned->type, {}, {}, owned->fields};
  if (random.below(2) == 0) owned->message.msg_id = static_cast<std::int64_t>(random.below(3)) - 1;
  if (random.below(2) == 0) owned->message.in_reply_to = static_cast<std::int64_t>(random.below(9));
  return owned;
}

std::string record_of(const Message& message) {
  std::string bytes;
  append_message_record(bytes, message);
  return bytes;
}

void expect_same(const Message& a, const Message& b) {
  EXPECT_EQ(a.src, b.src);
  EXPECT_EQ(a.dest, b.dest);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.msg_id, b.msg_id);
  EXPECT_EQ(a.in_reply_to, b.in_reply_to);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    EXPECT_EQ(a.fields[i].name, b.fields[i].name);
    EXPECT_EQ(a.fields[i].json, b.fields[i].json);
  }
}

bool inside(std::string_view view, std::string_view bytes) {
  const std::less_equal<> not_behind;
  return not_behind(bytes.data(), view.data()) &&
         not_behind(view.data() + view.size(), bytes.data() + bytes.size());
}

// Decodes a copy that lies in memory of its exact size, so that the address sanitizer sees every
// read outside; false when it was refused.
bool decode_copy(std::string_view record) {
  const auto copy = std::make_unique<char[]>(std::max<std::size_t>(record.size(), 1));
  std::copy(record.begin(), record.end(), copy.get());
  const std::string_view bytes(copy.get(), record.size());
  std::vector<Field> fields;
  const auto message = decode_message_record(bytes, fields);
  if (!message) {
    EXPECT_TRUE(fields.empty());
    return false;
  }
  EXPECT_TRUE(inside(message->src, bytes) && !message->src.empty());
  EXPECT_TRUE(inside(message->dest, bytes) && !message->dest.empty());
  EXPECT_TRUE(inside(message->type, bytes));
  for (const Field& field : message->fields) {
    EXPECT_TRUE(inside(field.name, bytes));
    EXPECT_TRUE(inside(field.json, bytes));
  }
  return true;
}

TEST(MessageRecord, PropertyRoundTrip) {
  RandomJson random(4);
  for (int round = 0; round < 5000; ++round) {
    const auto owned = random_message(random);
    std::string bytes = "before";
    append_message_record(bytes, owned->message);
    std::vector<Field> fields(3);
    const auto decoded = decode_message_record(std::string_view(bytes).substr(6), fields);
    ASSERT_TRUE(decoded);
    expect_same(*decoded, owned->message);
    EXPECT_EQ(decoded->fields.data(), fields.data());
  }
}

TEST(MessageRecord, TheBytesArePinned) {
  const std::vector<Field> fields = {{"v", "12"}};
  const Message message{"n1", "c23", "x", -2, {}, fields};
  const std::string expected(
      "\x39\0\0\0\x01\0\0\0"
      "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0"
      "\x02\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\0\0"
      "n1c23x"
      "\x01\0\0\0\x02\0\0\0"
      "v12",
      57);
  EXPECT_EQ(record_of(message), expected);
}

TEST(MessageRecord, NoTruncationDecodes) {
  RandomJson random(5);
  for (int round = 0; round < 200; ++round) {
    const std::string bytes = record_of(random_message(random)->message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      ASSERT_FALSE(decode_copy(std::string_view(bytes).substr(0, length))) << length;
    }
    ASSERT_TRUE(decode_copy(bytes));
    ASSERT_FALSE(decode_copy(bytes + '\0'));
  }
}

TEST(MessageRecord, ARecordThatSaysItIsLongerThanItsPartsIsRefused) {
  std::string bytes = record_of({"n1", "c1", "x", 7, {}, {}}) + "more";
  bytes[0] = static_cast<char>(bytes.size());  // the length of the whole
  EXPECT_FALSE(decode_copy(bytes));
}

TEST(MessageRecord, CorruptBytesAreNeverFollowed) {
  RandomJson random(6);
  int refused = 0;
  for (int round = 0; round < 20; ++round) {
    std::string bytes = record_of(random_message(random)->message);
    for (char& byte : bytes) {
      const char original = byte;
      for (int value = 0; value < 256; ++value) {
        byte = static_cast<char>(value);
        refused += decode_copy(bytes) ? 0 : 1;
      }
      byte = original;
    }
  }
  EXPECT_GT(refused, 1000);
}

// Lengths whose sums wrap around must not fit.
TEST(MessageRecord, HugeLengthsAreRefused) {
  const std::vector<Field> fields = {{"a", "1"}, {"b", "2"}};
  const Message message{"n1", "c1", "x", {}, {}, fields};
  const std::string bytes = record_of(message);
  const std::size_t texts = message.src.size() + message.dest.size() + message.type.size();
  for (std::size_t word = 0; word < 14; ++word) {
    const std::size_t at = 4 * word + (word < 10 ? 0 : texts);  // the fields' lengths come behind
    for (const std::uint32_t length : {0xFFFFFFFFU, 0x80000000U, 0xFFFFFFF8U, 0x20000000U}) {
      std::string broken = bytes;
      std::memcpy(broken.data() + at, &length, sizeof length);
      EXPECT_FALSE(decode_copy(broken)) << at << " " << length;
    }
  }
}

// The first part of a long message says who sent it.
TEST(MessageRecord, TheHeadIsThereBeforeTheFields) {
  const std::vector<Field> fields(5000, Field{"name", "1"});
  const std::string bytes = record_of({"n1", "c1", "x", 7, {}, fields});
  const std::size_t head_bytes = 40 + 5;
  for (std::size_t length = 0; length < head_bytes; ++length) {
    EXPECT_FALSE(decode_message_head(std::string_view(bytes).substr(0, length))) << length;
  }
  for (const std::size_t length : {head_bytes, head_bytes + 1, bytes.size()}) {
    const auto head = decode_message_head(std::string_view(bytes).substr(0, length));
    ASSERT_TRUE(head) << length;
    EXPECT_EQ(head->src, "n1");
    EXPECT_EQ(head->dest, "c1");
    EXPECT_EQ(head->type, "x");
    EXPECT_EQ(head->msg_id, 7);
    EXPECT_TRUE(head->fields.empty());
  }
}

TEST(MessageRecord, EmptySrcOrDestIsNoMessage) {
  EXPECT_FALSE(decode_copy(record_of({"", "c1", "x", {}, {}, {}})));
  EXPECT_FALSE(decode_copy(record_of({"n1", "", "x", {}, {}, {}})));
  EXPECT_TRUE(decode_copy(record_of({"n1", "c1", "", {}, {}, {}})));
}

}  // namespace
}  // namespace hearsay::protocol
