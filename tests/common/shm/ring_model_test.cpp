// The ring against a model: random operations on both, compared after each.
//
// The model knows what was prepared, published, walked past and released, as a deque of records,
// and how many bytes each occupies by the rules of ring.h. So it also knows when append() must
// fail.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

#include "common/shm/ring.h"
#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

struct ModelRecord {
  std::uint16_t kind;
  std::uint16_t flags;
  std::string payload;
  std::uint64_t end;  // position behind it
};

class RingModel {
 public:
  explicit RingModel(std::uint64_t seed)
      : random_(seed), ring_(kCapacity), producer_(ring_.view(), 0), consumer_(ring_.view(), 0) {}

  void run_one_operation() {
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        append();
        break;
      case 6:
      case 7:
        publish();
        break;
      case 8:
      case 9:
      case 10:
      case 11:
        next();
        break;
      case 12:
      case 13:
        release();
        break;
      case 14:
        random_() % 2 == 0 ? rewind_producer() : replace_producer();
        break;
      default:
        random_() % 2 == 0 ? rewind_consumer() : replace_consumer();
        break;
    }
    ASSERT_EQ(producer_.drained(), published_ == 0);
  }

  std::uint64_t refused() const { return refused_; }
  std::uint64_t wraps() const { return wraps_; }
  std::uint64_t read() const { return read_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  // records_ holds what is not released: [0, walked_) walked past, [0, published_) published.
  std::uint64_t end_of(std::size_t count) const {
    return count == 0 ? released_end_ : records_[count - 1].end;
  }

  void append() {
    std::string payload(below(4) == 0 ? below(ring_.view().max_payload_bytes() + 1) : below(40),
                        '\0');
    for (char& c : payload) c = static_cast<char>(random_());
    const std::uint64_t tail = end_of(records_.size());
    const std::uint64_t bytes = checked_bytes(payload.size());
    const std::uint64_t to_end = kCapacity - tail % kCapacity;
    const std::uint64_t padding = bytes > to_end ? to_end : 0;
    const bool fits = tail + padding + bytes - released_end_ <= kCapacity;
    const auto kind = static_cast<std::uint16_t>(1 + below(1000));
    const auto flags = static_cast<std::uint16_t>(random_());
    ASSERT_EQ(producer_.has_room(payload.size()), fits);
    ASSERT_EQ(producer_.append(kind, flags, payload), fits);
    if (!fits) {
      ++refused_;
      return;
    }
    wraps_ += padding != 0;
    records_.push_back({kind, flags, payload, tail + padding + bytes});
    ASSERT_EQ(producer_.tail(), records_.back().end);
  }

  void publish() {
    producer_.publish();
    published_ = records_.size();
  }

  void next() {
    const auto record = consumer_.next();
    ASSERT_EQ(record.has_value(), walked_ < published_);
    if (!record) return;
    const ModelRecord& expected = records_[walked_++];
    ASSERT_EQ(record->kind, expected.kind);
    ASSERT_EQ(record->flags, expected.flags);
    ASSERT_EQ(record->payload, expected.payload);
    ASSERT_EQ(consumer_.head(), expected.end);
    ++read_;
  }

  void release() {
    const std::size_t count = below(3) == 0 ? below(walked_ + 1) : walked_;
    if (count == walked_ && below(2) == 0) {
      consumer_.release();
    } else {
      consumer_.release_until(end_of(count));
    }
    released_end_ = end_of(count);
    records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
    walked_ -= count;
    published_ -= count;
  }

  void rewind_producer() {
    const std::size_t keep = published_ + below(records_.size() - published_ + 1);
    producer_.rewind(end_of(keep));
    records_.resize(keep);
  }

  // The producer dies; what it had not published is lost.
  void replace_producer() {
    producer_ = RingProducer(ring_.view(), end_of(published_));
    records_.resize(published_);
    publish();
  }

  void rewind_consumer() {
    walked_ = below(walked_ + 1);
    consumer_.rewind(end_of(walked_));
  }

  void replace_consumer() {
    walked_ = below(walked_ + 1);
    consumer_ = RingConsumer(ring_.view(), end_of(walked_));
    released_end_ = end_of(walked_);
    consumer_.release();
    records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(walked_));
    published_ -= walked_;
    walked_ = 0;
  }

  std::mt19937_64 random_;
  OwnedRing ring_;
  RingProducer producer_;
  RingConsumer consumer_;
  std::deque<ModelRecord> records_;
  std::size_t published_ = 0;
  std::size_t walked_ = 0;
  std::uint64_t released_end_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t wraps_ = 0;
  std::uint64_t read_ = 0;
};

class RingModelTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RingModelTest, BehavesAsTheModel) {
  RingModel model(GetParam());
  for (int i = 0; i < 20000; ++i) {
    model.run_one_operation();
    if (HasFatalFailure()) return;
  }
  // The run was worth something: it met the full ring and its end, and records came through.
  EXPECT_GT(model.refused(), 100U);
  EXPECT_GT(model.wraps(), 100U);
  EXPECT_GT(model.read(), 1000U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RingModelTest, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace hearsay::shm
