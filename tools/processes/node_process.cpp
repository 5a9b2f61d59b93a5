#include "tools/processes/node_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/processes/process_table.h"

namespace hearsay::bench {
namespace {

constexpr int kReapPolls = 400;
constexpr unsigned kReapPollUs = 5'000;
constexpr std::size_t kReadBytes = 65'536;  // as much as a pipe holds

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void make_nonblocking(const FileDescriptor& fd) {
  check_syscall(::fcntl(fd.get(), F_SETFL, O_NONBLOCK), "fcntl");
}

struct ChildSetup {
  pid_t parent;
  int stdin_fd;
  int stdout_fd;
  int stderr_fd;
  int error_fd;
  const char* binary;
  char* const* argv;
};

// Between fork and exec: async-signal-safe calls only. What goes wrong goes to error_fd as errno.
[[noreturn]] void become_node(const ChildSetup& setup) {
  sigset_t none;
  sigemptyset(&none);
  bool good = ::setpgid(0, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (::getppid() != setup.parent) ::_exit(EXIT_FAILURE);  // died before the line above
  for (const int number : {SIGPIPE, SIGXFSZ}) static_cast<void>(std::signal(number, SIG_DFL));
  good = good && ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0 &&
         ::chdir(NodeProcess::kWorkingDirectory) == 0 &&
         ::dup2(setup.stdin_fd, STDIN_FILENO) >= 0 && ::dup2(setup.stdout_fd, STDOUT_FILENO) >= 0 &&
         ::dup2(setup.stderr_fd, STDERR_FILENO) >= 0;
  if (good) ::execv(setup.binary, setup.argv);
  const int error = errno;
  static_cast<void>(!::write(setup.error_fd, &error, sizeof error));
  ::_exit(EXIT_FAILURE);
}

// Where lines end, from the front to the back: as for Java's readLine(), which Maelstrom reads
// with, at each line feed and each carriage return. Looks at no byte twice.
class LineEnds {
 public:
  LineEnds(std::string_view text, std::size_t from)
      : text_(text), feed_(text.find('\n', from)), carriage_return_(text.find('\r', from)) {}

  // npos: there is none more.
  std::size_t next() const { return std::min(feed_, carriage_return_); }
  void go_behind(std::size_t end) {
    if (feed_ == end) feed_ = text_.find('\n', end + 1);
    if (carriage_return_ == end) carriage_return_ = text_.find('\r', end + 1);
  }

 private:
  std::string_view text_;
  std::size_t feed_;
  std::size_t carriage_return_;
};

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

}  // namespace

NodeProcess::NodeProcess(const NodeCommand& command, const std::string& log_path,
                         NodeLog::OnLine on_log_line) {
  Pipe log = open_pipe();
  make_nonblocking(log.read);
  spawn(command, log.write.get());
  log_ = std::make_unique<NodeLog>(std::move(log.read), log_path, std::move(on_log_line));
}

NodeProcess::NodeProcess(const NodeCommand& command, NodeLog::OnLine on_log_line) {
  Pipe log = open_pipe();
  make_nonblocking(log.read);
  spawn(command, log.write.get());
  log_ = std::make_unique<NodeLog>(std::move(log.read), std::move(on_log_line));
}

NodeProcess::NodeProcess(const NodeCommand& command, int stderr_fd) {
  spawn(command, stderr_fd);
}

void NodeProcess::spawn(const NodeCommand& command, int stderr_fd) {
  Pipe input = open_pipe();
  Pipe output = open_pipe();
  Pipe error = open_pipe();
  std::vector<std::string> words = {command.binary};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const ChildSetup setup{::getpid(),        input.read.get(), output.write.get(), stderr_fd,
                         error.write.get(), words[0].c_str(), argv.data()};
  pid_ = check_syscall(::fork(), "fork");
  if (pid_ == 0) become_node(setup);
  group_ = pid_;
  stdin_ = std::move(input.write);
  stdout_ = std::move(output.read);
  make_nonblocking(stdin_);
  make_nonblocking(stdout_);

  // The pipe closes by itself when exec succeeds.
  error.write.reset();
  int child_errno = 0;
  if (::read(error.read.get(), &child_errno, sizeof child_errno) > 0) {
    reap();
    errno = child_errno;
    throw_errno("cannot start " + command.binary);
  }
}

NodeProcess::~NodeProcess() {
  kill();
  reap();
  if (group_ > 0) signal_group(SIGKILL);
}

bool NodeProcess::write(std::string_view line) {
  unwritten_.append(line);
  return write_rest();
}

bool NodeProcess::write_rest() {
  std::size_t done = 0;
  while (done < unwritten_.size()) {
    const ssize_t count = ::write(stdin_.get(), unwritten_.data() + done, unwritten_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    done = count < 0 ? unwritten_.size() : done + static_cast<std::size_t>(count);
  }
  unwritten_.erase(0, done);
  return unwritten_.empty();
}

std::size_t NodeProcess::untaken_bytes() const {
  int in_pipe = 0;
  if (stdin_.get() < 0 || ::ioctl(stdin_.get(), FIONREAD, &in_pipe) != 0) in_pipe = 0;
  return unwritten_.size() + static_cast<std::size_t>(in_pipe);
}

bool NodeProcess::read_lines(const Take& take) {
  std::array<char, kReadBytes> chunk;  // left as it is: zeros would cost more than the reading
  const ssize_t count = ::read(stdout_.get(), chunk.data(), chunk.size());
  if (count == 0) {
    has_closed_stdout_ = true;
    return false;
  }
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  has_spoken_ = true;
  take_text(std::string_view(chunk.data(), static_cast<std::size_t>(count)), take);
  return true;
}

void NodeProcess::take_text(std::string_view text, const Take& take) {
  // While lines are handed on, none is unfinished.
  std::string lines = std::exchange(unread_, std::string());
  const std::size_t old_size = lines.size();
  lines.append(text);

  LineEnds ends(lines, old_size);
  std::size_t begin = 0;
  for (std::size_t end = ends.next(); end != std::string::npos; end = ends.next()) {
    ends.go_behind(end);
    const std::string_view line = std::string_view(lines).substr(begin, end - begin);
    const bool ends_nothing = after_return_ && line.empty() && lines[end] == '\n';
    after_return_ = lines[end] == '\r';
    begin = end + 1;
    if (ends_nothing || std::exchange(skipping_, false)) continue;
    if (!take(line, false)) return;
  }
  if (skipping_) return;
  lines.erase(0, begin);
  unread_ = std::move(lines);
  if (unread_.size() > kLongestLineBytes) {
    take(unread_, true);
    unread_ = std::string();
    skipping_ = true;
    after_return_ = false;
  }
}

std::string NodeProcess::try_reap() {
  int status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return "";
  pid_ = -1;
  if (WIFEXITED(status)) exit_status_ = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end_signal_ = WTERMSIG(status);
  return describe_status(status);
}

void NodeProcess::kill() const {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

// Who has another user (a set-user-id program) may not be killed: it ends with its input, or stays.
void NodeProcess::reap() {
  if (pid_ < 0) return;
  const bool may_kill = ::kill(pid_, 0) == 0 || errno != EPERM;
  close_stdin();
  for (int polls = 0; may_kill || polls < kReapPolls; ++polls) {
    const pid_t ended = ::waitpid(pid_, nullptr, may_kill ? 0 : WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) break;
    if (!may_kill) ::usleep(kReapPollUs);
  }
  pid_ = -1;
}

bool NodeProcess::has_leftovers() const {
  return is_group_running(group_);
}

void NodeProcess::signal_group(int number) const {
  if (group_ > 1) ::kill(-group_, number);
}

}  // namespace hearsay::bench
