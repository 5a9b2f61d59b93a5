// Keeps a worker alive: starts it, watches it, replaces it, ends it.
//
// Carries out the table of worker_life.h. The owner calls on_time() from its loop, and wakes up no
// later than next_ns() and when a SIGCHLD comes. A start that fails is weather: it is tried again,
// later and later, unless there never was a worker. Not thread-safe.
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
#include "supervisor/hang_watch.h"
#include "supervisor/node_failure.h"
#include "supervisor/options.h"
#include "supervisor/recorder.h"
#include "supervisor/room_shortage.h"
#include "supervisor/worker_life.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {

class WorkerWarden {
 public:
  // `started(generation, consumed)` is called after every start of a worker; its predecessors have
  // consumed the inputs before the position `consumed`. `recorder`: none when the node is not
  // recorded.
  WorkerWarden(const Options& options, std::string worker_path, shm::Segment& segment,
               const SharedFiles& files, trace::TraceWriter& trace,
               std::function<void(std::uint64_t generation, std::uint64_t consumed)> started,
               Recorder* recorder = nullptr);

  // The first start.
  void start(std::int64_t now_ns);
  // The node's name is known, and work begins: chaos may, too.
  void begin_work(std::string_view node, std::int64_t now_ns);

  // `busy`: input waits for the worker, and it does not wait for us. Throws NodeFailure.
  void on_time(std::int64_t now_ns, bool busy);
  // The worker got a message of this length: until it has nothing left to do, it may take longer.
  void allow_for(std::uint64_t message_bytes);
  // The node ends, and everything is answered.
  void stop(std::int64_t now_ns);
  bool gone() const { return state_ == LifeState::gone; }
  // Count of worker starts.
  std::uint64_t generation() const { return generation_; }

  // For how long there is none to count on: so many have died, or could not be started, without
  // getting any work done that starts are put off; or one hung, and none was ready since (it may
  // not even die). What comes in meanwhile can't be counted on to be answered.
  std::int64_t without_worker_ns(std::int64_t now_ns) const;
  // Of the last of them.
  const std::string& trouble() const { return trouble_; }
  // In words, when it was for too long, one has been starting for too long, or too many wait for
  // want of room: a new request is not to be waited for.
  std::optional<std::string> why_no_answer(std::int64_t now_ns) const;

  // When on_time() must be called at the latest.
  std::optional<std::int64_t> next_ns(bool busy) const;

 private:
  void handle(LifeEvent event, std::int64_t now_ns);
  void announce(std::int64_t now_ns);
  void spawn(std::int64_t now_ns);
  void put_off(std::int64_t now_ns);
  void kill(LifeEvent reason, LifeState state);
  std::string why_overdue(LifeState state) const;
  std::uint64_t work() const;
  void look_for_life(std::int64_t now_ns, bool busy);
  std::optional<std::uint64_t> running_position() const;
  std::string_view station() const;
  void bury(std::int64_t now_ns);
  void refuse_to_restart(int status) const;
  void give_up_if_hopeless() const;
  void plan_next_start(std::int64_t now_ns);
  bool overdue(std::int64_t now_ns, bool busy);
  // This worker has got work done, or has none.
  bool worked(bool busy) const;

  std::string path_;
  std::string node_;  // its name, as soon as it is known
  std::vector<std::string> arguments_;
  bool keeps_state_;
  shm::Segment& segment_;
  SharedFiles files_;
  FileDescriptor null_;
  trace::TraceWriter& trace_;
  std::function<void(std::uint64_t, std::uint64_t)> started_;
  Recorder* recorder_;

  LifeState state_ = LifeState::delayed;
  std::unique_ptr<WorkerProcess> process_;
  std::uint64_t generation_ = 0;
  bool was_ready_ = false;
  bool ever_ready_ = false;
  std::optional<DeathCause> killed_for_;
  DeathTally tally_;
  Chaos chaos_;
  std::int64_t started_ns_ = 0;
  std::uint64_t inputs_before_ = 0;     // consumed by this worker's predecessors
  std::uint64_t steps_before_ = 0;      // committed by them
  std::uint64_t recovered_before_ = 0;  // records of the journal that they have read
  std::int64_t next_start_ns_ = 0;
  // The worker's last sign of life: a commit, or that it had nothing to do.
  std::int64_t alive_ns_ = 0;
  std::uint64_t work_seen_ = 0;
  bool was_waited_for_ = false;
  std::optional<std::int64_t> outage_since_ns_;  // no worker is ready that was
  HangWatch watch_;
  std::optional<std::int64_t> trouble_since_ns_;
  std::optional<std::int64_t> hung_since_ns_;  // killed for that, and none is ready since
  RoomShortage room_shortage_;
  std::string trouble_;
  std::int64_t allowance_ns_ = 0;  // beyond the hang limit
};

}  // namespace hearsay::supervisor
