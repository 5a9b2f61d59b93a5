#include "supervisor/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace hearsay::supervisor {

Signals::Signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGCONT}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  for (const int signal : {SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_IGN);
  fd_ = FileDescriptor(check_syscall(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

SeenSignals Signals::take() {
  SeenSignals seen;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCONT) {
      seen.continued = true;
    } else {
      seen.end = true;
    }
  }
  return seen;
}

}  // namespace hearsay::supervisor
