#include "common/shm/wait.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

#include "common/base/units.h"

namespace hearsay::shm {
namespace {

// The kernel wants the plain word behind the atomic; on Linux they are the same thing.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* limit = nullptr) {
  return ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, limit,
                   nullptr, 0);
}

constexpr std::uint32_t word_for(std::uint32_t reasons) {
  constexpr std::uint32_t kLower = 0xffff;
  return reasons | (~reasons & kLower) << 16;
}

bool asks_for(std::uint32_t word, std::uint32_t reasons) {
  constexpr std::uint32_t kAll = kRecordsPublished | kRoomFreed | kStopAsked;
  const bool damaged = word != 0 && word != word_for(word & kAll);
  return damaged || (word & reasons) != 0;
}

}  // namespace

void raise(ParkFlag& flag, std::uint32_t reasons) {
  flag.raised.store(word_for(reasons), std::memory_order_relaxed);
  // SYNC POINT park
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

void lower(ParkFlag& flag) {
  flag.raised.store(0, std::memory_order_relaxed);
}

void sleep_on(ParkFlag& flag, std::uint32_t reasons, std::optional<std::int64_t> limit_ns) {
  const std::int64_t ns = limit_ns.value_or(0);
  const timespec limit{ns / kNsPerSecond, ns % kNsPerSecond};
  futex(flag.raised, FUTEX_WAIT, word_for(reasons), limit_ns ? &limit : nullptr);
}

bool must_wake(ParkFlag& flag, std::uint32_t reasons) {
  // SYNC POINT park
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return asks_for(flag.raised.load(std::memory_order_relaxed), reasons) &&
         flag.raised.exchange(0, std::memory_order_relaxed) != 0;
}

void wake(ParkFlag& flag) {
  futex(flag.raised, FUTEX_WAKE, INT_MAX);
}

void ring_doorbell(int event_fd) {
  const std::uint64_t one = 1;
  // It can only fail when the count is full: then the bell is ringing already.
  [[maybe_unused]] const auto written = ::write(event_fd, &one, sizeof one);
}

void silence_doorbell(int event_fd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(event_fd, &count, sizeof count);
}

}  // namespace hearsay::shm
