#include "supervisor/worker_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "common/base/check.h"
#include "common/base/units.h"
#include "common/options/exit_codes.h"
#include "supervisor/node_failure.h"

namespace hearsay::supervisor {
namespace {

constexpr int kFirstInherited = 3;
constexpr int kAboveInherited = 10;

// What to do about it.
std::string advice(const std::string& call, int error, const std::string& path = "") {
  switch (error) {
    case EAGAIN:
      return "there are too many processes: end some, or raise the limit (ulimit -u)";
    case ENOMEM:
      return "free some memory, or raise the limit (ulimit -v)";
    case EBADF:
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case ETXTBSY:
    case ENOEXEC:
      return "the program is being written, or is none: wait for the build, or build again";
    case ENOENT:
    case ENOTDIR:
      if (!path.empty() && path[0] != '/') {
        return "this is a relative path, and nodes may run in another folder: give --worker an "
               "absolute one";
      }
      if (::access(path.c_str(), F_OK) == 0) {
        return "the file is there: what it names as its interpreter (a script's first line), or "
               "its loader, is not";
      }
      return "it is expected beside hearsay-node: build both (tools/build), or name it with "
             "--worker";
    case EACCES:
      return "it may not be run: chmod +x it, or look whether its file system is mounted noexec";
    default:
      return "a sandbox may refuse " + call + ": allow it";
  }
}

// What the child does; it shares this process's memory until it runs the program.
struct Plan {
  const char* path;
  char* const* arguments;
  std::array<int, kAboveInherited> descriptors;  // the child's 0, 1, ... are these of ours
  int count = 0;
  const char* failed_call = nullptr;
  int error = 0;
};

int fail(Plan& plan, const char* call) {
  plan.failed_call = call;
  plan.error = errno;
  constexpr int kNotRun = 127;
  return kNotRun;
}

// Where the kernel or a sandbox refuses close_range: those that may have been inherited; ours close
// themselves.
void close_from(int first) {
  constexpr int kLikelyInherited = 1024;
  if (::close_range(static_cast<unsigned>(first), ~0U, 0) == 0) return;
  for (int fd = first; fd < kLikelyInherited; ++fd) ::close(fd);
}

int run_child(void* data) {
  Plan& plan = *static_cast<Plan*>(data);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  for (int fd = 0; fd < plan.count; ++fd) {
    const int from = plan.descriptors[static_cast<std::size_t>(fd)];
    if (from != fd && ::dup2(from, fd) < 0) return fail(plan, "dup2");
  }
  close_from(plan.count);
  ::execve(plan.path, plan.arguments, environ);
  return fail(plan, "execve");
}

// A name may be longer than an argument, and hold what ends one.
std::string argument_of(std::string_view name) {
  constexpr std::size_t kLongest = 1024;
  return std::string(name.substr(0, std::min(name.find('\0'), kLongest)));
}

}  // namespace

FileDescriptor moved_up(const FileDescriptor& file) {
  const int moved = ::fcntl(file.get(), F_DUPFD_CLOEXEC, kAboveInherited);
  if (moved < 0 && errno == EINVAL) errno = EMFILE;  // the limit is lower than where it is to stand
  if (moved < 0 && errno == EMFILE) {
    throw NodeFailure(std::string("fcntl F_DUPFD: ") + std::strerror(errno) + "; " +
                      advice("fcntl", errno));
  }
  return FileDescriptor(check_syscall(moved, "fcntl F_DUPFD"));
}

SpawnFailure::SpawnFailure(const std::string& path, const std::string& call, int error)
    : std::runtime_error(path + ": " + call + ": " + std::strerror(error) + "; " +
                         advice(call, error, path)) {}

WorkerProcess::WorkerProcess(const std::string& path, const std::vector<std::string>& arguments,
                             const SharedFiles& files, int null, const Newcomer& newcomer) {
  std::vector<std::string> words{path};
  Plan plan{path.c_str(), nullptr, {null, null, STDERR_FILENO}, kFirstInherited};
  const auto give = [&](const char* option, int fd) {
    HEARSAY_CHECK(fd >= kAboveInherited, "shared files stand above the worker's descriptors");
    words.push_back(option + std::to_string(plan.count));
    plan.descriptors.at(static_cast<std::size_t>(plan.count++)) = fd;
  };
  give("--segment-fd=", files.segment);
  give("--first-journal-fd=", files.first_journal);
  give("--second-journal-fd=", files.second_journal);
  give("--spill-fd=", files.spill);
  give("--shelf-fd=", files.shelf);
  give("--doorbell-fd=", files.doorbell);
  if (files.trace >= 0) give("--trace-fd=", files.trace);
  const pid_t own_pid = ::getpid();
  if (own_pid < 0) throw SpawnFailure(path, "getpid", -own_pid);  // libc sets no errno for it
  words.push_back("--parent-pid=" + std::to_string(own_pid));
  words.push_back("--generation=" + std::to_string(newcomer.generation));
  if (!newcomer.node.empty()) words.push_back("--node=" + argument_of(newcomer.node));
  if (newcomer.keeps_state) words.emplace_back("--keeps-state");
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  plan.arguments = argv.data();

  constexpr std::size_t kStackBytes = 64 * 1024;
  alignas(16) static std::array<std::byte, kStackBytes> stack;
  pid_ = ::clone(run_child, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  if (pid_ < 0) throw SpawnFailure(path, "clone", errno);
  if (plan.failed_call == nullptr) return;
  collect();
  throw SpawnFailure(path, plan.failed_call, plan.error);
}

WorkerProcess::~WorkerProcess() {
  kill();
  constexpr int kMostLooks = 1000;
  for (int looks = 0; !status_ && looks < kMostLooks; ++looks) {
    int status = 0;
    if (retry_interrupted([&] { return ::waitpid(pid_, &status, WNOHANG); }) != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void WorkerProcess::kill() const {
  if (!status_) ::kill(pid_, SIGKILL);
}

// Without a way to learn of deaths nobody would replace it.
bool WorkerProcess::look_for(int what) {
  if (status_) return false;
  int status = 0;
  const pid_t found = retry_interrupted([&] { return ::waitpid(pid_, &status, WNOHANG | what); });
  if (found < 0) {
    throw NodeFailure(std::string("the worker can't be watched: wait4: ") + std::strerror(errno) +
                      "; a sandbox may refuse wait4: allow it");
  }
  if (found > 0 && !WIFSTOPPED(status)) status_ = status;
  return found > 0 && WIFSTOPPED(status);
}

bool WorkerProcess::died() {
  look_for(0);
  return status_.has_value();
}

bool WorkerProcess::stopped() {
  return look_for(WUNTRACED);
}

std::int64_t WorkerProcess::cpu_ns() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) == 0) ::clock_gettime(clock, &used);
  return std::int64_t{used.tv_sec} * kNsPerSecond + used.tv_nsec;
}

int WorkerProcess::collect() {
  if (!status_) {
    int status = 0;
    retry_interrupted([&] { return ::waitpid(pid_, &status, 0); });
    status_ = status;
  }
  return *status_;
}

std::string describe_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  const int code = WEXITSTATUS(wait_status);
  const char* meaning = code == kExitNoRoom
                            ? " (no room: disk or memory is full, a limit of either, or a disk "
                              "that takes no writes any more; its last words tell which)"
                            : "";
  return "exit status " + std::to_string(code) + meaning;
}

bool killed_from_outside(int wait_status) {
  constexpr std::array kOwnFaults{SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  return WIFSIGNALED(wait_status) &&
         std::find(kOwnFaults.begin(), kOwnFaults.end(), WTERMSIG(wait_status)) == kOwnFaults.end();
}

}  // namespace hearsay::supervisor
