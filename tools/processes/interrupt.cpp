#include "tools/processes/interrupt.h"

#include <atomic>
#include <csignal>

#include "common/base/clock.h"

namespace hearsay::bench {
namespace {

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// When the first one came; written by a signal handler of the one thread that reads it.
std::atomic<std::int64_t> first_ns{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

void take_interrupt(int number) {
  const std::int64_t now_ns = monotonic_ns();
  std::int64_t none = 0;
  if (first_ns.compare_exchange_strong(none, now_ns) || now_ns - none <= kOneWishNs) return;
  static_cast<void>(std::signal(number, SIG_DFL));
  static_cast<void>(std::raise(number));  // it comes when this handler has returned
}

}  // namespace

void watch_for_interrupts() {
  for (const int number : kInterrupts) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;  // nohup
    action = {};
    action.sa_handler = take_interrupt;  // without SA_RESTART: whoever waits wakes up
    ::sigaction(number, &action, nullptr);
  }
}

void watch_for_a_second_interrupt(std::int64_t first_one_ns) {
  first_ns = first_one_ns;
  watch_for_interrupts();
}

void forget_interrupts() {
  for (const int number : kInterrupts) static_cast<void>(std::signal(number, SIG_DFL));
}

bool is_interrupted() {
  return first_ns != 0;
}

}  // namespace hearsay::bench
