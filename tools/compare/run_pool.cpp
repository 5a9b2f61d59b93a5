#include "tools/compare/run_pool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "common/base/file_descriptor.h"

namespace hearsay::compare {
namespace {

constexpr int kWatchEveryMs = 250;

// A job in its process.
class Child {
 public:
  Child(std::size_t job, const std::function<void(std::size_t job)>& work,
        std::filesystem::path log)
      : job_(job), log_(std::move(log)) {
    int ends[2];
    check_syscall(::pipe2(ends, O_CLOEXEC), "pipe2");
    end_of_life_ = FileDescriptor(ends[0]);
    const FileDescriptor alive(ends[1]);  // closed when the child is gone
    const FileDescriptor output(
        check_syscall(::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666),
                      "can't write " + log_.string()));
    const pid_t parent = ::getpid();
    std::fflush(nullptr);
    pid_ = check_syscall(::fork(), "fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(output.get(), STDERR_FILENO);
    run(work);
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
    std::error_code ignored;
    if (std::filesystem::file_size(log_, ignored) == 0) std::filesystem::remove(log_, ignored);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::size_t job() const { return job_; }
  pollfd to_poll() const { return {end_of_life_.get(), POLLIN, 0}; }

 private:
  [[noreturn]] void run(const std::function<void(std::size_t job)>& work) const {
    int code = 0;
    try {
      work(job_);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      code = 1;
    }
    std::fflush(nullptr);
    ::_exit(code);
  }

  std::size_t job_;
  std::filesystem::path log_;
  FileDescriptor end_of_life_;
  pid_t pid_ = -1;
};

using Children = std::vector<std::unique_ptr<Child>>;

// Waits for the end of at least one, or a moment. Returns how many are gone.
std::size_t bury(Children& children) {
  std::vector<pollfd> waiting;
  for (const auto& child : children) waiting.push_back(child->to_poll());
  if (::poll(waiting.data(), waiting.size(), kWatchEveryMs) < 0 && errno != EINTR) {
    throw_errno("poll");
  }
  const std::size_t before = children.size();
  for (std::size_t i = before; i-- > 0;) {
    if (waiting[i].revents != 0) children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return before - children.size();
}

}  // namespace

void run_pool(std::size_t count, std::size_t at_a_time,
              const std::function<void(std::size_t job)>& work,
              const std::function<std::filesystem::path(std::size_t job)>& log,
              const std::function<void(const PoolState& state)>& watch) {
  Children children;
  PoolState state;
  for (std::size_t next = 0; next < count || !children.empty();) {
    while (next < count && children.size() < at_a_time) {
      children.push_back(std::make_unique<Child>(next, work, log(next)));
      ++next;
    }
    state.running.clear();
    for (const auto& child : children) state.running.push_back(child->job());
    watch(state);
    state.done += bury(children);
  }
}

}  // namespace hearsay::compare
