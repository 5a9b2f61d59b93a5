// One node: a child process with pipes on stdin, stdout and stderr.
//
// It starts in /tmp with the bench's environment, as under Maelstrom, in a process group of its
// own, so that a Ctrl-C on the terminal reaches the bench only. It cannot outlive the bench: fork
// instead of posix_spawn, so that the child can ask the kernel to be killed when its parent dies
// (PR_SET_PDEATHSIG; the bench has one thread, so forking is safe and the parent is that thread).
// Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "tools/processes/node_log.h"

namespace hearsay::bench {

struct NodeCommand {
  std::string binary;  // absolute
  std::vector<std::string> arguments;
};

class NodeProcess {
 public:
  static constexpr const char* kWorkingDirectory = "/tmp";
  // A line without an end takes no more memory than this.
  static constexpr std::size_t kLongestLineBytes = std::size_t{64} << 20U;

  // Throws std::system_error when it can't be started, or the log can't be written.
  NodeProcess(const NodeCommand& command, const std::string& log_path, NodeLog::OnLine on_log_line);
  // What it writes to stderr is handed on, and into no file.
  NodeProcess(const NodeCommand& command, NodeLog::OnLine on_log_line);
  // Its stderr is `stderr_fd` itself, which stays the caller's; there is no log().
  NodeProcess(const NodeCommand& command, int stderr_fd);
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  pid_t pid() const { return pid_; }
  int stdin_fd() const { return stdin_.get(); }
  int stdout_fd() const { return stdout_.get(); }
  // Valid until the process is dead and buried, and what it wrote is read.
  NodeLog& log() { return *log_; }

  // Writes without waiting. False: a rest is kept; call write_rest when the pipe takes more. A node
  // that has closed its stdin swallows everything.
  bool write(std::string_view line);
  bool write_rest();
  // Of what was written, how much it has not taken.
  std::size_t untaken_bytes() const;
  // The end of its input. What was not written yet never will be.
  void close_stdin() { stdin_.reset(); }

  // Reads what is there and hands each complete line on, without its end ("\n", "\r" or "\r\n": as
  // soon as the "\r" is there, as Java's readLine() under Maelstrom), until `take`
  // returns false (what was read behind that line is thrown away). False at the end of the output.
  // Of a line that is too long the beginning is handed on once, as `cut`; its rest is skipped.
  using Take = std::function<bool(std::string_view line, bool cut)>;
  bool read_lines(const Take& take);
  // Whether anything came on stdout.
  bool has_spoken() const { return has_spoken_; }
  bool has_closed_stdout() const { return has_closed_stdout_; }
  // The beginning of a line whose end has not come.
  std::string_view unfinished_line() const { return unread_; }

  // The exit in words, once it has exited ("exited with status 3", "was killed by signal 9").
  std::string try_reap();
  std::optional<int> exit_status() const { return exit_status_; }
  // That killed it.
  std::optional<int> end_signal() const { return end_signal_; }
  void kill() const;
  // After kill(): waits for its end.
  void reap();
  // Whether other processes of its group are running: it left them behind.
  bool has_leftovers() const;
  // To all processes of its group.
  void signal_group(int number) const;

 private:
  void spawn(const NodeCommand& command, int stderr_fd);
  void take_text(std::string_view text, const Take& take);

  pid_t pid_ = -1;
  pid_t group_ = -1;
  std::optional<int> exit_status_;
  std::optional<int> end_signal_;
  FileDescriptor stdin_;
  FileDescriptor stdout_;
  std::string unwritten_;
  std::string unread_;  // the beginning of a line
  bool has_spoken_ = false;
  bool has_closed_stdout_ = false;
  bool skipping_ = false;      // the rest of a line that is too long
  bool after_return_ = false;  // the last line ended with "\r"; a "\n" now belongs to that
  std::unique_ptr<NodeLog> log_;
};

}  // namespace hearsay::bench
