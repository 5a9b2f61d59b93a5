// Runs a program as Maelstrom runs a node: pipes on stdin and stdout, its own process group. stderr
// goes to an anonymous file that can be read at any time.
//
//   NodeRunner node({"hearsay-node", {"--gossip=flood"}});
//   node.send_line(init_line("n1", {"n1"}));
//   EXPECT_EQ(type_of(node.next_message()), "init_ok");
//   EXPECT_TRUE(node.ends_well());
//
// Everything that waits has a limit and says in its result when that has passed. The destructor
// kills the program and its children.
//
// Thread safety: one thread may write (send_only, close_stdin) while another reads (read_line,
// read_until_eof); send() does both. Several NodeRunners may be made in several threads at once.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::test {

// No test asserts a time: this is only where waiting ends and a test fails. Sanitizers are slow.
inline constexpr std::chrono::milliseconds kPatience{60'000};

// A program of this build: programs and tests stand in the same folder.
std::filesystem::path built_program(std::string_view name);

struct NodeSetup {
  std::string program = "hearsay-node";  // a name without '/' means built_program()
  std::vector<std::string> arguments{};
  std::vector<std::string> environment{};  // "NAME=value", beside the test's own
  int stderr_fd = -1;                      // borrowed; -1: a file, for stderr_text()
  int stdout_fd = -1;                      // borrowed; -1: a pipe, which is read
};

class NodeRunner {
 public:
  // Throws std::system_error when the program can't be started.
  explicit NodeRunner(const NodeSetup& setup = {});
  // NOLINTNEXTLINE(bugprone-exception-escape): without memory a test may end at once
  ~NodeRunner();
  NodeRunner(const NodeRunner&) = delete;
  NodeRunner& operator=(const NodeRunner&) = delete;

  pid_t pid() const { return pid_; }
  // The processes that it has started and that still live.
  std::vector<pid_t> children() const;
  // The one child, as soon as there is one that is not `other_than`; -1 when there is none in time.
  pid_t worker(pid_t other_than = -1, std::chrono::milliseconds patience = kPatience) const;
  void signal(int number) const;
  // As a terminal does: to its process group.
  void signal_group(int number) const;

  // Writes all, taking in what comes out meanwhile, for read_line(). False when stdin was closed
  // by the reader, or took nothing more in time.
  bool send(std::string_view bytes, std::chrono::milliseconds patience = kPatience);
  bool send_line(std::string_view line) { return send(std::string(line) + '\n'); }
  // Writes all, reading nothing.
  bool send_only(std::string_view bytes, std::chrono::milliseconds patience = kPatience);
  void close_stdin() { stdin_.reset(); }
  void close_stdout() { stdout_.reset(); }

  // The next line, without line feed; nothing at the end of stdout or when none comes in time.
  std::optional<std::string> read_line(std::chrono::milliseconds patience = kPatience);
  // The next line as a message; null when there is none, a string when it is not JSON.
  nlohmann::json next_message(std::chrono::milliseconds patience = kPatience);
  // All lines up to the end of stdout. Nothing when that does not come in time.
  std::optional<std::vector<std::string>> read_until_eof(
      std::chrono::milliseconds patience = kPatience);
  // Bytes read and not given out as a line: after the end, what is left of an unfinished line.
  std::string_view unread() const { return std::string_view(buffer_).substr(begin_); }

  // The wait status, as of waitpid(2); nothing when it does not end in time.
  std::optional<int> wait(std::chrono::milliseconds patience = kPatience);
  // Its exit code; nothing when it does not end in time or a signal killed it.
  std::optional<int> exit_code(std::chrono::milliseconds patience = kPatience);
  // Closes stdin, reads to the end, and waits: true for exit code 0. Drops what was read.
  bool ends_well();

  std::string stderr_text() const;
  // How many trace lines with this event stand on stderr so far.
  std::size_t count_events(std::string_view event) const;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  bool write_all(std::string_view bytes, bool reading, TimePoint deadline);
  // Reads once if something is there or comes in time.
  bool read_some(TimePoint deadline);
  void take_available();
  std::optional<std::string> take_line();

  FileDescriptor stdin_;
  FileDescriptor stdout_;
  FileDescriptor stderr_;
  FileDescriptor pidfd_;
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of what is not given out yet
  std::size_t scanned_ = 0;  // no line feed from begin_ up to this
  bool ended_ = false;
};

}  // namespace hearsay::test
