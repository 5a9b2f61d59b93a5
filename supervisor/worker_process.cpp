#include "supervisor/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "common/base/check.h"
#include "common/options/exit_codes.h"

namespace hearsay::supervisor {
namespace {

constexpr int kFirstInherited = 3;

class SpawnActions {
 public:
  SpawnActions() { check(::posix_spawn_file_actions_init(&actions_)); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  void null(int fd, int flags) {
    check(::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", flags, 0));
  }
  void give(int from, int as) { check(::posix_spawn_file_actions_adddup2(&actions_, from, as)); }
  void close_from(int fd) { check(::posix_spawn_file_actions_addclosefrom_np(&actions_, fd)); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  static void check(int error) { HEARSAY_CHECK(error == 0, "spawn file actions"); }
  posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

WorkerProcess::WorkerProcess(const std::string& path, const std::vector<std::string>& arguments,
                             const SharedFiles& files, std::uint64_t generation) {
  SpawnActions actions;
  actions.null(STDIN_FILENO, O_RDONLY);
  actions.null(STDOUT_FILENO, O_WRONLY);
  std::vector<std::string> words{path};
  int inherited = kFirstInherited;
  const auto give = [&](const char* option, int fd) {
    HEARSAY_CHECK(fd > kFirstInherited + 4, "shared files stand above the worker's descriptors");
    actions.give(fd, inherited);
    words.push_back(option + std::to_string(inherited++));
  };
  give("--segment-fd=", files.segment);
  give("--first-journal-fd=", files.first_journal);
  give("--second-journal-fd=", files.second_journal);
  give("--spill-fd=", files.spill);
  give("--doorbell-fd=", files.doorbell);
  actions.close_from(inherited);
  words.push_back("--parent-pid=" + std::to_string(::getpid()));
  words.push_back("--generation=" + std::to_string(generation));
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const SpawnAttributes attributes;
  const int error =
      ::posix_spawn(&pid_, path.c_str(), actions.get(), attributes.get(), argv.data(), environ);
  if (error != 0) throw std::system_error(error, std::generic_category(), path);
  pidfd_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  check_syscall(pidfd_.get(), "pidfd_open");
}

WorkerProcess::~WorkerProcess() {
  if (collected_ || pid_ < 0) return;
  kill();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void WorkerProcess::kill() {
  if (!collected_) ::kill(pid_, SIGKILL);
}

WorkerProcess::Death WorkerProcess::collect() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return {false, 0};
  collected_ = true;
  return {true, status};
}

std::string describe_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  const int code = WEXITSTATUS(wait_status);
  const char* meaning =
      code == kExitNoRoom ? " (no room: disk or memory is full, or a limit of either)" : "";
  return "exit status " + std::to_string(code) + meaning;
}

}  // namespace hearsay::supervisor
