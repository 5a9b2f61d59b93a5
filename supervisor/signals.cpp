#include "supervisor/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace hearsay::supervisor {
namespace {

constexpr std::array<unsigned, 4> kEnding{SIGTERM, SIGINT, SIGHUP, SIGQUIT};
// Errors of system calls instead: a closed stdout, a file that may not grow.
// SIGTTOU would stop who writes to a terminal with `stty tostop`.
constexpr std::array kErrors{SIGPIPE, SIGXFSZ, SIGTTOU};
// They mean nothing to a node, and one that came by mistake would kill it.
constexpr std::array kStray{SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
                            SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};

bool ignored(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

void ignore_what_does_not_matter() {
  for (const int signal : kErrors) ::signal(signal, SIG_IGN);
  for (const int signal : kStray) ::signal(signal, SIG_IGN);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) ::signal(signal, SIG_IGN);
}

}  // namespace

Signals::Signals() {
  ignore_what_does_not_matter();
  // Ignored, a child that dies would vanish, and nobody would see its death.
  for (const int signal : {SIGCHLD, SIGCONT}) ::signal(signal, SIG_DFL);
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGCONT}) ::sigaddset(&set, signal);
  for (const unsigned ending : kEnding) {
    const int signal = static_cast<int>(ending);
    const bool nohup = signal == SIGHUP && ignored(signal);
    if (!nohup) ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
  fd_ = FileDescriptor(check_syscall(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

SeenSignals Signals::take() {
  SeenSignals seen;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCONT) seen.continued = true;
    if (std::find(kEnding.begin(), kEnding.end(), info.ssi_signo) != kEnding.end()) {
      seen.end = static_cast<int>(info.ssi_signo);
    }
  }
  return seen;
}

}  // namespace hearsay::supervisor
