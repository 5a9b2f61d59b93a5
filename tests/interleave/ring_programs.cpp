#include "tests/interleave/ring_programs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/shm/ring.h"
#include "common/shm/wait.h"

namespace hearsay::interleave {
namespace {

// A ring whose two sides start at the same position.
template <std::uint64_t capacity_bytes>
class SmallRing {
 public:
  explicit SmallRing(std::uint64_t start) {
    control_.tail.store(start, std::memory_order_relaxed);
    control_.head.store(start, std::memory_order_relaxed);
  }

  shm::RingView view() { return {&control_, data_.data(), capacity_bytes}; }
  std::span<const std::byte> data() const { return data_; }
  void add_words(std::vector<Word>& words, const std::string& prefix) const {
    words.push_back({prefix + "tail", &control_.tail, sizeof control_.tail});
    words.push_back({prefix + "head", &control_.head, sizeof control_.head});
  }

 private:
  shm::RingControl control_{};
  alignas(8) std::array<std::byte, capacity_bytes> data_{};
};

std::uint16_t kind_of(std::size_t number) {
  return static_cast<std::uint16_t>(1 + number);
}

// The payload of a record follows from its number: length and every byte.
class Payload {
 public:
  explicit Payload(std::size_t number) : length_(number % 3 == 1 ? 3 : 16) {
    bytes_.fill(static_cast<char>('a' + number));
  }
  std::string_view view() const { return {bytes_.data(), length_}; }

 private:
  std::size_t length_;
  std::array<char, 16> bytes_{};
};

// Byte by byte here, where it is seen, instead of in the C library.
bool same(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

void expect(const Record& record, std::size_t number) {
  if (record.kind != kind_of(number)) {
    fail("record " + std::to_string(number) + " is record " + std::to_string(record.kind - 1));
  }
  if (!same(record.payload, Payload(number).view())) {
    fail("record " + std::to_string(number) + " is not whole");
  }
}

class RingProgram : public Program {
 public:
  explicit RingProgram(const RingRun& run) : run_(run) { copy_.reserve(kCapacity); }

  std::vector<Word> words() override {
    std::vector<Word> words;
    ring_.add_words(words, "");
    return words;
  }
  std::span<const std::byte> bytes() override { return ring_.data(); }
  std::vector<Thread> threads() override {
    return {{"producer", [this] { produce(); }}, {"consumer", [this] { consume(); }}};
  }
  std::string outcome() override {
    return std::string(was_full_ ? "full" : "") + (padded_ ? " padded" : "");
  }

 private:
  static constexpr std::uint64_t kCapacity = 128;
  // So that the third record does not fit before the end of the buffer.
  static constexpr std::uint64_t kStart = 3 * kCapacity - 72;

  struct Producing {
    shm::RingProducer producer;
    std::size_t number = 0;
    std::size_t published = 0;
    std::size_t was_full = 0;
    std::size_t padded = 0;
  };

  void produce() {
    Producing own{shm::RingProducer(ring_.view(), kStart)};
    while (own.number < run_.records) {
      forget_all_but(bytes_of(own));
      const Payload payload(own.number);
      const std::uint64_t unpadded =
          own.producer.tail() + shm::checked_bytes(payload.view().size());
      if (own.producer.append(kind_of(own.number), 0, payload.view())) {
        ++own.number;
        if (own.producer.tail() != unpadded) own.padded = 1;
      } else {
        own.was_full = 1;
        publish(own);
        retry();
      }
      if (own.number - own.published == run_.publish_every) publish(own);
    }
    publish(own);
    was_full_ = own.was_full != 0;
    padded_ = own.padded != 0;
  }
  static void publish(Producing& own) {
    if (own.number == own.published) return;
    own.published = own.number;
    own.producer.publish();
  }

  struct Consuming {
    shm::RingConsumer consumer;
    std::size_t number = 0;
    std::size_t released = 0;
  };

  void consume() {
    Consuming own{shm::RingConsumer(ring_.view(), kStart)};
    while (own.number < run_.records) {
      forget_all_but(bytes_of(own));
      if (const auto record = own.consumer.next(run_.copied ? &copy_ : nullptr)) {
        expect(*record, own.number++);
      } else {
        release(own);
        retry();
      }
      if (own.number - own.released == run_.release_every) release(own);
    }
    release(own);
    if (own.consumer.has_next()) fail("one record more than were sent");
  }
  static void release(Consuming& own) {
    if (own.number == own.released) return;
    own.released = own.number;
    own.consumer.release();
  }

  RingRun run_;
  SmallRing<kCapacity> ring_{kStart};
  std::string copy_;
  bool was_full_ = false;
  bool padded_ = false;
};

class ParkProgram : public Program {
 public:
  explicit ParkProgram(const ParkRun& run) : all_(run.prefilled + run.records) {
    for (; appended_ < run.prefilled; ++appended_) {
      producer_.append(kind_of(appended_), 0, {});
    }
    producer_.publish();
  }

  std::vector<Word> words() override {
    std::vector<Word> words{{"worker's flag", &worker_park_.raised, 4},
                            {"supervisor's flag", &supervisor_park_.raised, 4}};
    ring_.add_words(words, "");
    return words;
  }
  std::span<const std::byte> bytes() override { return ring_.data(); }
  std::vector<Thread> threads() override {
    return {{"supervisor", [this] { supervise(); }}, {"worker", [this] { work(); }}};
  }
  std::string outcome() override {
    return std::string(supervisor_slept_ ? "supervisor slept " : "") +
           (worker_slept_ ? "worker slept" : "");
  }

 private:
  // Of inputs without payloads: 4 of them.
  static constexpr std::uint64_t kCapacity = 64;

  struct Supervising {
    shm::RingProducer producer;
    std::size_t number;
    std::size_t slept = 0;
  };

  // InputQueue::flush(), exchange_with_worker() and wait() of supervisor/.
  void supervise() {
    Supervising own{producer_, appended_};
    while (own.number < all_) {
      forget_all_but(bytes_of(own));
      if (!own.producer.append(kind_of(own.number), 0, {})) {
        wait_for_room(own);
        continue;
      }
      ++own.number;
      own.producer.publish();
      if (shm::must_wake(worker_park_, shm::kRecordsPublished)) shm::wake(worker_park_);
    }
    supervisor_slept_ = own.slept != 0;
  }
  void wait_for_room(Supervising& own) {
    shm::raise(supervisor_park_, shm::kRecordsPublished | shm::kRoomFreed);
    const bool may_sleep = !own.producer.has_room(0);
    if (may_sleep) own.slept = 1;
    const bool rung = bell_rings(may_sleep);
    shm::lower(supervisor_park_);
    if (rung) silence_bell();
  }

  struct Working {
    shm::RingConsumer consumer;
    std::size_t number = 0;
    std::size_t slept = 0;
  };

  // wait_for() of worker/duty_cycle, publish() of worker/committer.
  void work() {
    Working own{shm::RingConsumer(ring_.view(), 0)};
    while (own.number < all_) {
      forget_all_but(bytes_of(own));
      const auto record = own.consumer.next();
      if (!record) {
        wait_for_records(own);
        continue;
      }
      if (record->kind != kind_of(own.number++)) fail("a record is not the next one");
      own.consumer.release();
      if (shm::must_wake(supervisor_park_, shm::kRoomFreed)) ring_bell();
    }
    worker_slept_ = own.slept != 0;
  }
  void wait_for_records(Working& own) {
    const std::uint32_t reasons = shm::kRecordsPublished | shm::kStopAsked;
    shm::raise(worker_park_, reasons);
    if (!own.consumer.has_next()) {
      own.slept = 1;
      shm::sleep_on(worker_park_, reasons);
    }
    shm::lower(worker_park_);
  }

  std::size_t all_;
  std::size_t appended_ = 0;
  SmallRing<kCapacity> ring_{0};
  shm::RingProducer producer_{ring_.view(), 0};
  shm::ParkFlag worker_park_{};
  shm::ParkFlag supervisor_park_{};
  bool supervisor_slept_ = false;
  bool worker_slept_ = false;
};

class EndProgram : public Program {
 public:
  explicit EndProgram(std::size_t requests) : all_(requests) {
    for (std::size_t i = 0; i < all_; ++i) requests_.append(kind_of(i), 0, {});
    requests_.publish();
  }

  std::vector<Word> words() override {
    std::vector<Word> words;
    request_ring_.add_words(words, "requests' ");
    reply_ring_.add_words(words, "replies' ");
    return words;
  }
  std::span<const std::byte> bytes() override { return reply_ring_.data(); }
  std::vector<Thread> threads() override {
    return {{"supervisor", [this] { supervise(); }}, {"worker", [this] { work(); }}};
  }

 private:
  // answered_everything() of supervisor/supervisor.cpp.
  void supervise() {
    shm::RingConsumer answers(reply_ring_.view(), 0);
    while (!requests_.drained()) retry();
    for (std::size_t number = 0; number < all_; ++number) {
      const auto answer = answers.next();
      if (!answer) fail("sees neither request " + std::to_string(number) + " nor its answer");
      expect(*answer, number);
    }
  }
  // publish() of worker/committer.cpp.
  void work() {
    shm::RingConsumer requests(request_ring_.view(), 0);
    shm::RingProducer replies(reply_ring_.view(), 0);
    while (const auto request = requests.next()) {
      const std::size_t number = request->kind - std::size_t{1};
      replies.append(request->kind, 0, Payload(number).view());
      replies.publish();
      requests.release();
    }
  }

  std::size_t all_;
  SmallRing<64> request_ring_{0};
  SmallRing<128> reply_ring_{0};
  shm::RingProducer requests_{request_ring_.view(), 0};
};

}  // namespace

std::unique_ptr<Program> make_ring(const RingRun& run) {
  return std::make_unique<RingProgram>(run);
}

std::unique_ptr<Program> make_park(const ParkRun& run) {
  return std::make_unique<ParkProgram>(run);
}

std::unique_ptr<Program> make_end(std::size_t requests) {
  return std::make_unique<EndProgram>(requests);
}

}  // namespace hearsay::interleave
