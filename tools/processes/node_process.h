// One node: a child process with pipes on stdin and stdout and a log file on stderr.
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
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::bench {

struct NodeCommand {
  std::string binary;  // absolute
  std::vector<std::string> arguments;
};

class NodeProcess {
 public:
  // Throws std::system_error when it can't be started (the binary isn't executable, ...).
  NodeProcess(const NodeCommand& command, const std::string& log_path);
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  pid_t pid() const { return pid_; }
  int stdin_fd() const { return stdin_.get(); }
  int stdout_fd() const { return stdout_.get(); }

  // Writes without waiting. False: a rest is kept; call write_rest when the pipe takes more. A node
  // that has closed its stdin swallows everything.
  bool write(std::string_view line);
  bool write_rest();

  // Reads what is there and hands each complete line on, without its line feed, until `take`
  // returns false (what was read behind that line is thrown away). False at the end of the output.
  bool read_lines(const std::function<bool(std::string_view line)>& take);

  // The exit in words, once it has exited ("exited with status 3", "was killed by signal 9").
  std::string try_reap();
  void kill() const;
  // After kill(): waits for its end.
  void reap();
  // Whether other processes of its group are running: it left them behind.
  bool has_leftovers() const;
  // To all processes of its group.
  void signal_group(int number) const;

 private:
  void spawn(const NodeCommand& command, int log_fd);

  pid_t pid_ = -1;
  pid_t group_ = -1;
  FileDescriptor stdin_;
  FileDescriptor stdout_;
  std::string unwritten_;
  std::string unread_;  // the beginning of a line
};

}  // namespace hearsay::bench
