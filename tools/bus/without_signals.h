// While one of these lives, this thread takes no signals, and threads that it starts never take
// any: they have its mask. Without that, a signal for the process may come to a thread of a library
// and never to the event loop, whose thread alone has it blocked. For one scope.
#pragma once

#include <pthread.h>

#include <csignal>

namespace hearsay::bus {

class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace hearsay::bus
