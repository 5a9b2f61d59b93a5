#include "tools/replay/trial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>

#include "common/base/file_descriptor.h"
#include "common/options/exit_codes.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
namespace {

constexpr unsigned kLongestTrialS = 20;

[[noreturn]] void be_child(const std::function<void()>& work) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) {
    static_cast<void>(::signal(number, SIG_DFL));
  }
  const rlimit no_core{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::alarm(kLongestTrialS);
  try {
    work();
  } catch (const std::exception&) {
    ::_exit(kExitFailed);  // as a worker does
  }
  ::_exit(kExitStopped);
}

}  // namespace

Ending try_in_child(const std::function<void()>& work) {
  const pid_t child = check_syscall(::fork(), "fork");
  if (child == 0) be_child(work);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("waitpid");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitStopped) return {true, ""};
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return {false, "it was not done after " + std::to_string(kLongestTrialS) + " s", true};
  }
  return {false, describe_wait_status(status)};
}

}  // namespace hearsay::replay
