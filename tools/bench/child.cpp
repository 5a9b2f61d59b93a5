#include "tools/bench/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "tools/bench/contest.h"

namespace hearsay::measure {
namespace {

struct Ends {
  FileDescriptor read;
  FileDescriptor write;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Between fork and exec.
[[noreturn]] void become(const std::vector<std::string>& command, int input, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGINT, SIG_IGN);  // a Ctrl-C is for the bench, which ends its children
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  const int nothing = ::open("/dev/null", O_WRONLY);
  ::dup2(nothing, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

Child::Child(const std::vector<std::string>& command) {
  Ends in = make_pipe();
  Ends out = make_pipe();
  pid_ = check_syscall(::fork(), "fork");
  if (pid_ == 0) become(command, in.read.get(), out.write.get());
  input_ = std::move(in.write);
  output_ = std::move(out.read);
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void Child::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(input_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Unmeasured("it reads no more");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string Child::read_line() {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> chunk;
    const ssize_t got = ::read(output_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Unmeasured("it ended without an answer");
    unread_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

void Child::end() {
  input_.reset();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Unmeasured("it did not end well");
}

std::string output_of(const std::vector<std::string>& command) {
  Child child(command);
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t got = ::read(child.output(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  child.end();
  return text;
}

}  // namespace hearsay::measure
