#include "tests/support/node_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>
#include <utility>

#include "tests/support/send_signal.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunkBytes = 64 * 1024;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;

  Pipe() {
    std::array<int, 2> ends{};
    check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
};

void set_nonblocking(int fd) {
  check_syscall(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
}

int left_ms(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> whole_environment(const NodeSetup& setup) {
  std::vector<std::string> environment = setup.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

pid_t spawn(const NodeSetup& setup, int in, int out, int err) {
  const std::string program = setup.program.find('/') == std::string::npos
                                  ? built_program(setup.program).string()
                                  : setup.program;
  std::vector<std::string> words{program};
  words.insert(words.end(), setup.arguments.begin(), setup.arguments.end());
  std::vector<std::string> environment = whole_environment(setup);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes,
                                  pointers_to(words).data(), pointers_to(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), program);
  return pid;
}

// Writing to a program that has gone is an error of write(2), not the end of the test.
void ignore_sigpipe() {
  static const auto kBefore = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(kBefore);
}

}  // namespace

std::filesystem::path built_program(std::string_view name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

NodeRunner::NodeRunner(const NodeSetup& setup) {
  ignore_sigpipe();
  Pipe in;
  Pipe out;
  stderr_ = FileDescriptor(::memfd_create("stderr of a node", MFD_CLOEXEC));
  check_syscall(stderr_.get(), "memfd_create");
  // Two processes write to it: without this the lines of one overwrite the other's.
  check_syscall(::fcntl(stderr_.get(), F_SETFL, O_APPEND), "fcntl");
  pid_ = spawn(setup, in.read.get(), setup.stdout_fd < 0 ? out.write.get() : setup.stdout_fd,
               setup.stderr_fd < 0 ? stderr_.get() : setup.stderr_fd);
  pidfd_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  check_syscall(pidfd_.get(), "pidfd_open");
  stdin_ = std::move(in.write);
  stdout_ = std::move(out.read);
  set_nonblocking(stdin_.get());
  set_nonblocking(stdout_.get());
}

// NOLINTNEXTLINE(bugprone-exception-escape): without memory a test may end at once
NodeRunner::~NodeRunner() {
  if (status_) return;
  const std::vector<pid_t> orphans = children();
  send_signal(pid_, SIGKILL);
  for (const pid_t orphan : orphans) send_signal(orphan, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

std::vector<pid_t> NodeRunner::children() const {
  const std::string process = std::to_string(pid_);
  std::ifstream list("/proc/" + process + "/task/" + process + "/children");
  std::vector<pid_t> pids;
  for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
  return pids;
}

pid_t NodeRunner::worker(pid_t other_than, milliseconds patience) const {
  const auto deadline = Clock::now() + patience;
  do {
    for (const pid_t child : children()) {
      if (child != other_than) return child;
    }
    std::this_thread::sleep_for(milliseconds(1));
  } while (Clock::now() < deadline);
  return -1;
}

void NodeRunner::signal(int number) const {
  send_signal(pid_, number);
}

void NodeRunner::signal_group(int number) const {
  send_signal_to_group(pid_, number);
}

bool NodeRunner::send(std::string_view bytes, milliseconds patience) {
  return write_all(bytes, true, Clock::now() + patience);
}

bool NodeRunner::send_only(std::string_view bytes, milliseconds patience) {
  return write_all(bytes, false, Clock::now() + patience);
}

bool NodeRunner::write_all(std::string_view bytes, bool reading, TimePoint deadline) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(stdin_.get(), bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (bytes.empty()) break;
    std::array<pollfd, 2> polled{
        {{stdin_.get(), POLLOUT, 0}, {reading && !ended_ ? stdout_.get() : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), left_ms(deadline)) == 0) return false;
    if (polled[1].revents != 0) take_available();
  }
  return true;
}

void NodeRunner::take_available() {
  const std::size_t old = buffer_.size();
  buffer_.resize(old + kChunkBytes);
  const ssize_t got = ::read(stdout_.get(), buffer_.data() + old, kChunkBytes);
  buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got == 0) ended_ = true;
}

bool NodeRunner::read_some(TimePoint deadline) {
  if (ended_) return false;
  pollfd polled{stdout_.get(), POLLIN, 0};
  if (::poll(&polled, 1, left_ms(deadline)) <= 0) return false;
  take_available();
  return true;
}

std::optional<std::string> NodeRunner::take_line() {
  const std::size_t feed = buffer_.find('\n', scanned_);
  if (feed == std::string::npos) {
    buffer_.erase(0, std::exchange(begin_, 0));
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  std::string line = buffer_.substr(begin_, feed - begin_);
  begin_ = scanned_ = feed + 1;
  return line;
}

std::optional<std::string> NodeRunner::read_line(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (true) {
    if (auto line = take_line()) return line;
    if (!read_some(deadline)) return std::nullopt;
  }
}

nlohmann::json NodeRunner::next_message(milliseconds patience) {
  const auto line = read_line(patience);
  if (!line) return nullptr;
  auto message = nlohmann::json::parse(*line, nullptr, false);
  return message.is_discarded() ? nlohmann::json(*line) : message;
}

std::optional<std::vector<std::string>> NodeRunner::read_until_eof(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (read_some(deadline)) {
  }
  if (!ended_) return std::nullopt;
  std::vector<std::string> lines;
  while (auto line = take_line()) lines.push_back(std::move(*line));
  return lines;
}

std::optional<int> NodeRunner::wait(milliseconds patience) {
  if (status_) return status_;
  pollfd polled{pidfd_.get(), POLLIN, 0};
  if (::poll(&polled, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) status_ = status;
  return status_;
}

std::optional<int> NodeRunner::exit_code(milliseconds patience) {
  const auto status = wait(patience);
  if (!status || !WIFEXITED(*status)) return std::nullopt;
  return WEXITSTATUS(*status);
}

bool NodeRunner::ends_well() {
  close_stdin();
  return read_until_eof().has_value() && exit_code() == 0;
}

std::string NodeRunner::stderr_text() const {
  struct stat file {};
  check_syscall(::fstat(stderr_.get(), &file), "fstat");
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t got = ::pread(stderr_.get(), text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

std::size_t NodeRunner::count_events(std::string_view event) const {
  const std::string text = stderr_text();
  const std::string wanted = R"("event":")" + std::string(event) + '"';
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace hearsay::test
