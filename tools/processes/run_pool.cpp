#include "tools/processes/run_pool.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "common/base/file_descriptor.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/memory.h"

namespace hearsay::bench {
namespace {

constexpr int kWatchEveryMs = 250;
constexpr std::size_t kChunkBytes = 65'536;  // as much as a pipe holds

using Work = std::function<std::string(std::size_t job)>;

// A job in its process, which writes the answer into a pipe.
class Child {
 public:
  Child(std::size_t job, const Work& work) : job_(job) {
    std::array<int, 2> ends{};
    check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    pipe_ = FileDescriptor(ends[0]);
    const FileDescriptor write_end(ends[1]);
    const pid_t parent = ::getpid();
    std::fflush(nullptr);
    finish_telling();
    pid_ = check_syscall(::fork(), "fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(EXIT_FAILURE);
    forget_interrupts();
    run(work, write_end.get());
  }
  ~Child() {
    if (buried_) return;  // its pid may be another's
    ::kill(pid_, SIGKILL);
    bury();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::size_t job() const { return job_; }
  pollfd to_poll() const { return {pipe_.get(), POLLIN, 0}; }

  // Reads what there is, or waits for it. False: that was all.
  bool read() {
    std::array<char, kChunkBytes> chunk;
    const ssize_t got = ::read(pipe_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno != EINTR) throw_errno("read");
    if (got > 0) answer_.append(chunk.data(), static_cast<std::size_t>(got));
    return got != 0;
  }
  // After the last read().
  JobEnd take_end() {
    const int status = bury();
    if (status == 0) return {std::move(answer_), 0, false};
    return {std::nullopt, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
            WIFEXITED(status) && WEXITSTATUS(status) == kExitNoMemory};
  }

 private:
  [[noreturn]] void run(const Work& work, int output) const noexcept {
    int code = EXIT_SUCCESS;
    try {
      const std::string answer = work(job_);
      for (std::string_view rest = answer; !rest.empty();) {
        const int written = check_syscall(
            static_cast<int>(::write(output, rest.data(), std::min(rest.size(), kChunkBytes))),
            "write");
        rest.remove_prefix(static_cast<std::size_t>(written));
      }
    } catch (const std::bad_alloc& error) {
      tell("{}\n", error.what());
      code = kExitNoMemory;
    } catch (const std::exception& error) {
      tell("{}\n", error.what());
      code = EXIT_FAILURE;
    }
    finish_telling();
    std::fflush(nullptr);
    ::_exit(code);
  }

  // Waits for its end. The status as of waitpid.
  int bury() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    buried_ = true;
    return status;
  }

  std::size_t job_;
  FileDescriptor pipe_;
  std::string answer_;
  pid_t pid_ = -1;  // after the constructor always a child's
  bool buried_ = false;
};

using Children = std::vector<std::unique_ptr<Child>>;
using Ends = std::map<std::size_t, JobEnd>;

// Waits for a word or the end of at least one, or a moment. Those at their end leave.
void listen(Children& children, Ends& ends) {
  std::vector<pollfd> waiting;
  for (const auto& child : children) waiting.push_back(child->to_poll());
  if (::poll(waiting.data(), waiting.size(), kWatchEveryMs) < 0 && errno != EINTR) {
    throw_errno("poll");
  }
  for (std::size_t i = children.size(); i-- > 0;) {
    if (waiting[i].revents == 0 || children[i]->read()) continue;
    ends[children[i]->job()] = children[i]->take_end();
    children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

std::string JobEnd::in_words() const {
  if (lacked_memory) return "had too little memory";
  if (end_signal == 0) return "died";
  return fmt::format("was ended by signal {} ({})", end_signal, ::strsignal(end_signal));
}

bool JobEnd::is_from_outside() const {
  const auto wishes = interrupts();
  return lacked_memory || end_signal == SIGKILL ||
         std::find(wishes.begin(), wishes.end(), end_signal) != wishes.end();
}

void run_pool(std::size_t count, std::size_t at_a_time, const Work& work,
              const std::function<bool(std::size_t job, const JobEnd& end)>& take,
              const std::function<void(const PoolState& state)>& watch) {
  Children children;
  Ends ends;  // those that wait for one before them
  PoolState state;
  std::size_t started = 0;
  for (std::size_t taken = 0; taken < count;) {
    for (; started < count && children.size() < at_a_time; ++started) {
      children.push_back(std::make_unique<Child>(started, work));
    }
    state.running.clear();
    for (const auto& child : children) state.running.push_back(child->job());
    state.done = started - children.size();
    watch(state);
    listen(children, ends);
    if (is_interrupted()) return;
    for (; !ends.empty() && ends.begin()->first == taken; ++taken) {
      if (!take(taken, ends.begin()->second)) return;
      ends.erase(ends.begin());
    }
  }
}

}  // namespace hearsay::bench
