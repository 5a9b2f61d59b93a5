// What people see while a history is read and judged. Neither has a place to report from: on a
// terminal a thread of its own shows what goes on, and for how long; elsewhere there is none.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "tools/console/tell.h"

namespace hearsay::check {

// While one lives, nothing else is told or printed.
class Progress {
 public:
  // The line outlives this.
  explicit Progress(bench::ProgressLine& line);
  // The thread ends, and the line is taken away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What goes on from now on: "reading history.edn".
  void begin(std::string what);

 private:
  void keep_showing(const std::stop_token& over);
  void show();

  bench::ProgressLine& line_;
  std::mutex mutex_;  // of what follows
  std::condition_variable_any stopped_;
  std::string what_;
  std::int64_t since_ns_ = 0;
  std::jthread thread_;
};

}  // namespace hearsay::check
