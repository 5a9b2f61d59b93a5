#include "tools/processes/interrupt.h"

#include <csignal>
#include <iterator>

#include "common/base/clock.h"

namespace hearsay::bench {
namespace {

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int kStray[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT};

volatile std::sig_atomic_t interrupted = 0;
// When the first one came, as far as a signal handler may write that down: of the milliseconds the
// lowest bits.
volatile std::sig_atomic_t first_ms = 0;

std::sig_atomic_t lowest_bits(std::int64_t ms) {
  constexpr std::int64_t kBits = 0x3fff'ffff;
  return static_cast<std::sig_atomic_t>(ms & kBits);
}

void take_interrupt(int number) {
  const std::int64_t now_ms = monotonic_ns() / kNsPerMs;
  if (interrupted == 0) {
    first_ms = lowest_bits(now_ms);
    interrupted = 1;
    return;
  }
  if (lowest_bits(now_ms - first_ms) <= kOneWishNs / kNsPerMs) return;
  static_cast<void>(std::signal(number, SIG_DFL));
  static_cast<void>(std::raise(number));  // it comes when this handler has returned
}

bool is_ignored(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

}  // namespace

std::vector<int> interrupts() {
  std::vector<int> numbers(std::begin(kInterrupts), std::end(kInterrupts));
  if (is_ignored(SIGHUP)) std::erase(numbers, SIGHUP);
  return numbers;
}

void watch_for_interrupts() {
  for (const int number : interrupts()) {
    struct sigaction action {};
    action.sa_handler = take_interrupt;  // without SA_RESTART: whoever waits wakes up
    ::sigaction(number, &action, nullptr);
  }
}

void watch_for_a_second_interrupt(std::int64_t first_one_ns) {
  first_ms = lowest_bits(first_one_ns / kNsPerMs);
  interrupted = 1;
  watch_for_interrupts();
}

void forget_interrupts() {
  for (const int number : kInterrupts) static_cast<void>(std::signal(number, SIG_DFL));
}

bool is_interrupted() {
  return interrupted != 0;
}

void survive_stray_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  for (const int number : kStray) ::sigaction(number, &action, nullptr);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) ::sigaction(number, &action, nullptr);
}

}  // namespace hearsay::bench
