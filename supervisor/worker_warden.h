// Keeps a worker alive: starts it, watches it, replaces it, ends it.
//
// Carries out the table of worker_life.h. The owner calls on_time() and on_death() from its loop,
// and wakes up no later than next_ns(). Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "supervisor/chaos.h"
#include "supervisor/death_tally.h"
#include "supervisor/node_failure.h"
#include "supervisor/options.h"
#include "supervisor/worker_life.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {

class WorkerWarden {
 public:
  // `started(generation)` is called after every start of a worker.
  WorkerWarden(const Options& options, std::string worker_path, shm::Segment& segment,
               const SharedFiles& files, trace::TraceWriter& trace,
               std::function<void(std::uint64_t generation)> started);

  // The first start. Throws NodeFailure when the program can't be run.
  void start(std::int64_t now_ns);
  // Work begins: chaos may, too.
  void begin_chaos(std::string_view node, std::int64_t now_ns) { chaos_.begin(node, now_ns); }

  // `busy`: input waits for the worker, and it does not wait for us. Throws NodeFailure.
  void on_time(std::int64_t now_ns, bool busy);
  // The worker got a message of this length: until it has nothing left to do, it may take longer.
  void allow_for(std::uint64_t message_bytes);
  // The node ends, and everything is answered.
  void stop(std::int64_t now_ns);
  bool gone() const { return state_ == LifeState::gone; }

  // Poll this for reading: the worker's death; -1 while there is none.
  int pidfd() const { return process_ ? process_->pidfd() : -1; }
  // When on_time() must be called at the latest.
  std::optional<std::int64_t> next_ns(bool busy) const;

 private:
  void handle(LifeEvent event, std::int64_t now_ns);
  void spawn(std::int64_t now_ns);
  void kill(LifeEvent reason);
  void bury(std::int64_t now_ns);
  void refuse_to_restart(int status) const;
  bool overdue(std::int64_t now_ns, bool busy);

  const Options& options_;
  std::string path_;
  std::vector<std::string> arguments_;
  shm::Segment& segment_;
  SharedFiles files_;
  trace::TraceWriter& trace_;
  std::function<void(std::uint64_t)> started_;

  LifeState state_ = LifeState::delayed;
  std::unique_ptr<WorkerProcess> process_;
  std::uint64_t generation_ = 0;
  bool was_ready_ = false;
  bool ever_ready_ = false;
  std::optional<DeathCause> killed_for_;
  DeathTally tally_;
  Chaos chaos_;
  std::int64_t started_ns_ = 0;
  std::uint64_t inputs_before_ = 0;  // consumed by this worker's predecessors
  std::int64_t next_start_ns_ = 0;
  // Progress is measured in time that this process saw pass: having been stopped itself, it must
  // not take the worker for hung.
  std::int64_t looked_ns_ = 0;
  std::int64_t without_progress_ns_ = 0;
  std::int64_t allowance_ns_ = 0;  // beyond the hang limit
  bool was_waiting_ = false;       // when last looked at
  std::uint64_t seen_steps_ = 0;
};

}  // namespace hearsay::supervisor
