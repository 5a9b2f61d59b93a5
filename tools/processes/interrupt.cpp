#include "tools/processes/interrupt.h"

#include <csignal>

namespace hearsay::bench {
namespace {

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int number) {
  interrupted = 1;
  static_cast<void>(std::signal(number, SIG_DFL));
}

}  // namespace

void watch_for_interrupts() {
  for (const int number : kInterrupts) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;  // nohup
    action = {};
    action.sa_handler = note_interrupt;  // without SA_RESTART: whoever waits wakes up
    ::sigaction(number, &action, nullptr);
  }
}

void forget_interrupts() {
  for (const int number : kInterrupts) static_cast<void>(std::signal(number, SIG_DFL));
}

bool is_interrupted() {
  return interrupted != 0;
}

}  // namespace hearsay::bench
