// One worker process: started, watched through its pidfd, killed.
//
// It is started with posix_spawn. It gets the shared files as descriptors 3 to 7, the supervisor's
// stderr, /dev/null as stdin and stdout (a copy of ours would keep Maelstrom waiting for the end of
// file), no other descriptor, default signal handling, and a process group of its own, so that
// Ctrl-C in a terminal reaches the supervisor only.
//
// The destructor kills it and waits for its death. Not thread-safe; the thread that starts it must
// live as long as it does (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

// Descriptors that the worker inherits.
struct SharedFiles {
  int segment;
  int first_journal;
  int second_journal;
  int spill;
  int doorbell;
};

class WorkerProcess {
 public:
  // Throws std::system_error when the program can't be run.
  WorkerProcess(const std::string& path, const std::vector<std::string>& arguments,
                const SharedFiles& files, std::uint64_t generation);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Readable once it is dead.
  int pidfd() const { return pidfd_.get(); }
  void kill();
  // If it is dead: its wait status, as of waitpid(2). Collects it.
  struct Death {
    bool happened;
    int status;
  };
  Death collect();

 private:
  pid_t pid_ = -1;
  FileDescriptor pidfd_;
  bool collected_ = false;
};

// "signal 9 (Killed)", "exit status 1".
std::string describe_status(int wait_status);

}  // namespace hearsay::supervisor
