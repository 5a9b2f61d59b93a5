// One worker process: started, watched, killed.
//
// It gets the shared files as descriptors from 3 on, the supervisor's stderr, /dev/null as stdin
// and stdout (a copy of ours would keep Maelstrom waiting for the end of file), no other
// descriptor, no blocked signal, what the supervisor ignores ignored, and a process group of its
// own, so that Ctrl-C in a terminal reaches the supervisor only.
//
// It is started with clone(2) as posix_spawn does it (CLONE_VM, CLONE_VFORK), for three reasons: an
// error names its system call, a start needs no free descriptor, and no sandbox refuses it that
// lets posix_spawn or vfork through (some refuse clone3). Its death is told by SIGCHLD, which needs
// neither a descriptor nor a new kernel.
//
// The destructor kills it and waits for its death, a second at most: one that the kernel holds (a
// frozen cgroup, a disk that hangs) dies when it is let go. Not thread-safe; the thread that starts
// it must live as long as it does (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

// Descriptors that the worker inherits.
struct SharedFiles {
  int segment;
  int first_journal;
  int second_journal;
  int spill;
  int shelf;
  int doorbell;
  int trace;  // -1: stderr
};

// Above the descriptors that a worker gets, so that handing them over never overwrites one. Throws
// NodeFailure, std::system_error.
FileDescriptor moved_up(const FileDescriptor& file);

// A worker could not be started. what() names the program, the system call and what to do.
class SpawnFailure : public std::runtime_error {
 public:
  SpawnFailure(const std::string& path, const std::string& call, int error);
};

// What a worker is told of itself.
struct Newcomer {
  std::uint64_t generation;
  std::string_view node;     // its name; empty while it is not known
  bool keeps_state = false;  // under that name: what it finds must be that node's
};

class WorkerProcess {
 public:
  // `null`: /dev/null. Throws SpawnFailure.
  WorkerProcess(const std::string& path, const std::vector<std::string>& arguments,
                const SharedFiles& files, int null, const Newcomer& newcomer);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  void kill() const;
  // Both throw NodeFailure where that can't be known.
  bool died();
  // Somebody has stopped it with a signal, and it has not gone on since. Tells it once.
  bool stopped();
  // CPU time that it has used.
  std::int64_t cpu_ns() const;
  // Waits for its death: its wait status, as of waitpid(2).
  int collect();

 private:
  bool look_for(int what);

  pid_t pid_ = -1;
  std::optional<int> status_;  // it has died
};

// "signal 9 (Killed)", "exit status 1".
std::string describe_status(int wait_status);
// A signal that nobody but another process sends; what goes wrong in a process itself has others.
bool killed_from_outside(int wait_status);

}  // namespace hearsay::supervisor
