// Parking and waking: no wake-up is lost, whichever way the two sides race.
//
// Two threads play ball a hundred thousand times, and park whenever they have to wait: one as the
// worker does (on the futex), the other as the supervisor does (in poll(), on a doorbell). The one
// that serves the ball is about to park while the other is about to wake it, again and again;
// looking for the ball a random number of times before parking makes them meet at every
// instruction. A watchdog wakes both when nothing moves any more, so that a lost wake-up fails the
// test instead of hanging it.
#include "common/shm/wait.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "common/base/file_descriptor.h"

namespace hearsay::shm {
namespace {

constexpr std::uint64_t kRounds = 100'000;

struct Court {
  ParkFlag worker_park{};
  ParkFlag supervisor_park{};
  alignas(kLineBytes) std::atomic<std::uint64_t> served{0};    // by the supervisor's side
  alignas(kLineBytes) std::atomic<std::uint64_t> returned{0};  // by the worker's side
  FileDescriptor doorbell{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::atomic<bool> given_up{false};

  bool served_up_to(std::uint64_t n) const {
    return served.load(std::memory_order_acquire) >= n || given_up.load();
  }
  bool returned_up_to(std::uint64_t n) const {
    return returned.load(std::memory_order_acquire) >= n || given_up.load();
  }
};

// Looks some times without sleeping.
template <typename Ready>
void look_around(std::minstd_rand& random, const Ready& ready) {
  for (auto looks = random() % 256; looks > 0 && !ready(); --looks) {
  }
}

void play_worker(Court& court) {
  std::minstd_rand random(1);
  for (std::uint64_t n = 1; n <= kRounds; ++n) {
    look_around(random, [&] { return court.served_up_to(n); });
    while (!court.served_up_to(n)) {
      raise(court.worker_park, kRecordsPublished);
      if (!court.served_up_to(n)) sleep_on(court.worker_park, kRecordsPublished);
      lower(court.worker_park);
    }
    court.returned.store(n, std::memory_order_release);
    if (must_wake(court.supervisor_park, kRecordsPublished)) ring_doorbell(court.doorbell.get());
  }
}

void play_supervisor(Court& court) {
  std::minstd_rand random(2);
  for (std::uint64_t n = 1; n <= kRounds; ++n) {
    court.served.store(n, std::memory_order_release);
    if (must_wake(court.worker_park, kRecordsPublished)) wake(court.worker_park);
    look_around(random, [&] { return court.returned_up_to(n); });
    while (!court.returned_up_to(n)) {
      raise(court.supervisor_park, kRecordsPublished);
      pollfd bell{court.doorbell.get(), POLLIN, 0};
      if (!court.returned_up_to(n)) ::poll(&bell, 1, -1);
      lower(court.supervisor_park);
      silence_doorbell(court.doorbell.get());
    }
  }
}

// Returns the round at which both slept, or kRounds.
std::uint64_t watch(Court& court) {
  using namespace std::chrono_literals;
  constexpr auto kLook = 50ms;
  constexpr int kPatience = 400;  // looks without any progress: far beyond a slow machine's pauses
  std::uint64_t seen = 0;
  for (int looks = 0; looks < kPatience; ++looks) {
    const std::uint64_t now = court.returned.load();
    if (now == kRounds) return kRounds;
    if (std::exchange(seen, now) != now) looks = 0;
    std::this_thread::sleep_for(kLook);
  }
  court.given_up = true;
  wake(court.worker_park);
  ring_doorbell(court.doorbell.get());
  return seen;
}

TEST(WaitTest, NoWakeUpIsLost) {
  const auto court = std::make_unique<Court>();
  const std::jthread worker([&] { play_worker(*court); });
  const std::jthread supervisor([&] { play_supervisor(*court); });
  EXPECT_EQ(watch(*court), kRounds) << "both sides slept";
}

// The heart of it alone, so that the two sides meet within nanoseconds: one raises its flag and
// looks for work, the other publishes work and looks at the flag.
struct Meeting {
  ParkFlag flag{};
  alignas(kLineBytes) std::atomic<std::uint64_t> work{0};
  alignas(kLineBytes) std::atomic<std::uint64_t> go{0};
  alignas(kLineBytes) std::atomic<std::uint64_t> woke{0};  // 2 * round, + 1 if it saw the flag
};

constexpr std::uint64_t kOver = ~std::uint64_t{0};

template <typename Ready>
void spin_until(const Ready& ready) {
  for (std::uint32_t looks = 1; !ready(); ++looks) {
    if (looks % 4096 == 0) std::this_thread::yield();  // the other may need this processor
  }
}

// Waits a little, and draws the word that is looked at next into this processor's cache: only then
// can the look be faster than the store before it.
template <typename Word>
void linger(std::minstd_rand& random, const std::atomic<Word>& word) {
  for (auto looks = 1 + random() % 64; looks > 0; --looks) {
    static_cast<void>(word.load(std::memory_order_relaxed));
  }
}

void meet_as_waker(Meeting& meeting) {
  std::minstd_rand random(1);
  for (std::uint64_t n = 1;; ++n) {
    spin_until([&] { return meeting.go.load(std::memory_order_acquire) >= n; });
    if (meeting.go.load(std::memory_order_relaxed) == kOver) return;
    linger(random, meeting.flag.raised);
    meeting.work.store(n, std::memory_order_release);
    const bool saw = must_wake(meeting.flag, kRecordsPublished);
    meeting.woke.store(2 * n + (saw ? 1 : 0), std::memory_order_release);
  }
}

// Whether at least one side saw the other.
bool meet_as_parker(Meeting& meeting, std::uint64_t n, std::minstd_rand& random) {
  lower(meeting.flag);
  meeting.go.store(n, std::memory_order_release);
  linger(random, meeting.work);
  raise(meeting.flag, kRecordsPublished);
  const bool saw_work = meeting.work.load(std::memory_order_acquire) == n;
  spin_until([&] { return meeting.woke.load(std::memory_order_acquire) >= 2 * n; });
  return saw_work || meeting.woke.load(std::memory_order_relaxed) == 2 * n + 1;
}

TEST(WaitTest, OfParkerAndWakerOneSeesTheOther) {
  constexpr std::uint64_t kMeetings = 500'000;
  // Threads that spin are slow where others want the processors: then there are fewer meetings.
  const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  const auto meeting = std::make_unique<Meeting>();
  const std::jthread waker([&] { meet_as_waker(*meeting); });
  std::minstd_rand random(2);
  std::uint64_t missed = 0;
  std::uint64_t meetings = 0;
  while (meetings < kMeetings && std::chrono::steady_clock::now() < enough) {
    if (!meet_as_parker(*meeting, ++meetings, random)) ++missed;
  }
  meeting->go.store(kOver, std::memory_order_release);
  EXPECT_EQ(missed, 0U) << "times both would have slept, of " << meetings;
}

TEST(WaitTest, NobodyIsRungWhoIsAwake) {
  const auto flag = std::make_unique<ParkFlag>();
  EXPECT_FALSE(must_wake(*flag, kRecordsPublished));
  raise(*flag, kRecordsPublished);
  lower(*flag);
  EXPECT_FALSE(must_wake(*flag, kRecordsPublished));
}

TEST(WaitTest, OneRingASleepAndOnlyForItsReasons) {
  const auto flag = std::make_unique<ParkFlag>();
  raise(*flag, kRoomFreed | kStopAsked);
  EXPECT_FALSE(must_wake(*flag, kRecordsPublished));
  EXPECT_TRUE(must_wake(*flag, kStopAsked));
  EXPECT_FALSE(must_wake(*flag, kStopAsked));
}

TEST(WaitTest, SleepingOnALoweredFlagReturnsAtOnce) {
  const auto flag = std::make_unique<ParkFlag>();
  raise(*flag, kRecordsPublished);
  ASSERT_TRUE(must_wake(*flag, kRecordsPublished));
  sleep_on(*flag, kRecordsPublished);  // would sleep for ever
}

TEST(WaitTest, ASleepWithALimitEndsByItself) {
  const auto flag = std::make_unique<ParkFlag>();
  raise(*flag, kRecordsPublished);
  sleep_on(*flag, kRecordsPublished, 1);
}

TEST(WaitTest, ADamagedFlagIsRungFor) {
  const auto flag = std::make_unique<ParkFlag>();
  raise(*flag, kRoomFreed);
  flag->raised.fetch_xor(1U << 20, std::memory_order_relaxed);
  EXPECT_TRUE(must_wake(*flag, kRecordsPublished)) << "it may have been meant";
}

TEST(WaitTest, ADoorbellRungTwiceIsSilencedOnce) {
  const FileDescriptor bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  ring_doorbell(bell.get());
  ring_doorbell(bell.get());
  pollfd polled{bell.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, 0), 1);
  silence_doorbell(bell.get());
  EXPECT_EQ(::poll(&polled, 1, 0), 0);
  silence_doorbell(bell.get());  // silent already: doesn't block
}

}  // namespace
}  // namespace hearsay::shm
