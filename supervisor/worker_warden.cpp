#include "supervisor/worker_warden.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "common/base/units.h"
#include "common/options/exit_codes.h"
#include "common/shm/commit.h"
#include "common/shm/wait.h"

namespace hearsay::supervisor {
namespace {

constexpr std::int64_t kStartLimitNs = 10 * kNsPerSecond;  // recovering a large journal takes time
// The dearest messages are a peer's with millions of small values: some 5 us each.
constexpr std::int64_t kAllowanceNsPerByte = 1000;
constexpr std::int64_t kStopLimitNs = kNsPerSecond;
constexpr std::int64_t kLookEveryNs = 100 * kNsPerMs;  // while the worker is busy
// A worker that never became ready will not do so at the tenth attempt either.
constexpr int kHopelessStarts = 10;
// Of workers that came to nothing, not one input consumed: half a minute of attempts.
constexpr int kHopelessDeaths = 30;

}  // namespace

WorkerWarden::WorkerWarden(const Options& options, std::string worker_path, shm::Segment& segment,
                           const SharedFiles& files, trace::TraceWriter& trace,
                           std::function<void(std::uint64_t generation)> started)
    : options_(options),
      path_(std::move(worker_path)),
      arguments_(to_arguments(options.worker)),
      segment_(segment),
      files_(files),
      trace_(trace),
      started_(std::move(started)),
      chaos_(options.chaos_kill_ms, options.chaos_seed) {}

void WorkerWarden::start(std::int64_t now_ns) {
  handle(LifeEvent::delay_over, now_ns);
}

void WorkerWarden::stop(std::int64_t now_ns) {
  handle(LifeEvent::stop, now_ns);
}

void WorkerWarden::handle(LifeEvent event, std::int64_t now_ns) {
  const LifeStep step = life_step(state_, event);
  state_ = step.next;
  switch (step.action) {
    case LifeAction::none:
      return;
    case LifeAction::announce:
      was_ready_ = ever_ready_ = true;
      without_progress_ns_ = 0;
      trace_.emit(trace::Event::worker_ready,
                  {{trace::FieldName::duration_ns, now_ns - started_ns_}});
      return;
    case LifeAction::kill:
      kill(event);
      return;
    case LifeAction::bury:
      bury(now_ns);
      return;
    case LifeAction::spawn:
      spawn(now_ns);
      return;
    case LifeAction::ask_to_stop:
      without_progress_ns_ = 0;
      segment_.header().stop.store(1, std::memory_order_release);
      if (shm::must_wake(segment_.worker_park(), shm::kStopAsked))
        shm::wake(segment_.worker_park());
      return;
  }
}

void WorkerWarden::spawn(std::int64_t now_ns) {
  // No worker lives: its marks may be set anew.
  segment_.header().stop.store(0, std::memory_order_relaxed);
  segment_.header().running_position.store(shm::kNoPosition, std::memory_order_relaxed);
  segment_.header().poison_position = tally_.poison_position();
  shm::lower(segment_.worker_park());
  inputs_before_ = shm::active_slot(segment_.commit()).inputs;
  ++generation_;
  trace_.set_generation(generation_);
  try {
    process_ = std::make_unique<WorkerProcess>(path_, arguments_, files_, generation_);
  } catch (const std::system_error& error) {
    throw NodeFailure("cannot run the worker " + std::string(error.what()) +
                      ". It is expected beside hearsay-node: build both (tools/build), or name it "
                      "with --worker");
  }
  was_ready_ = false;
  killed_for_.reset();
  started_ns_ = now_ns;
  was_waiting_ = false;
  without_progress_ns_ = 0;
  trace_.emit(trace::Event::worker_started, {{trace::FieldName::worker_pid, process_->pid()}});
  started_(generation_);
}

void WorkerWarden::kill(LifeEvent reason) {
  const bool chaos = reason == LifeEvent::chaos;
  killed_for_ = chaos ? DeathCause::chaos : DeathCause::hang;
  trace_.emit(trace::Event::worker_killed,
              {{trace::FieldName::worker_pid, process_->pid()},
               {trace::FieldName::cause, chaos ? "chaos" : "took too long"}});
  process_->kill();
}

void WorkerWarden::bury(std::int64_t now_ns) {
  const int status = process_->collect().status;
  const pid_t pid = process_->pid();
  process_.reset();
  if (state_ == LifeState::gone) return;
  const std::uint64_t position = segment_.header().running_position.load(std::memory_order_relaxed);
  trace_.emit(trace::Event::worker_died,
              {{trace::FieldName::worker_pid, pid},
               {trace::FieldName::cause, describe_status(status)},
               {trace::FieldName::position, static_cast<std::int64_t>(position)}});
  refuse_to_restart(status);
  const std::uint64_t inputs = shm::active_slot(segment_.commit()).inputs - inputs_before_;
  const bool sigkill = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const bool no_room = WIFEXITED(status) && WEXITSTATUS(status) == kExitNoRoom;
  const DeathCause ended = sigkill   ? DeathCause::outside
                           : no_room ? DeathCause::no_room
                                     : DeathCause::crash;
  tally_.record({killed_for_.value_or(ended), was_ready_, position, inputs});
  if (tally_.fruitless() >= kHopelessDeaths) {
    throw NodeFailure("the worker " + path_ + " died " + std::to_string(kHopelessDeaths) +
                      " times without getting anything done, last with " + describe_status(status) +
                      "; its last events say why");
  }
  if (!ever_ready_ && tally_.in_a_row() >= kHopelessStarts) {
    throw NodeFailure("the worker " + path_ + " never became ready; it ended " +
                      std::to_string(kHopelessStarts) + " times, last with " +
                      describe_status(status));
  }
  const std::int64_t delay_ns = tally_.delay_ms() * kNsPerMs;
  if (delay_ns > 0) {
    trace_.emit(trace::Event::worker_delayed, {{trace::FieldName::duration_ns, delay_ns}});
  }
  next_start_ns_ = now_ns + delay_ns;
}

void WorkerWarden::refuse_to_restart(int status) const {
  if (!WIFEXITED(status)) return;
  if (WEXITSTATUS(status) == kExitCorrupt) {
    throw NodeFailure(
        "the shared memory is corrupt (the worker's last event says where); the node "
        "ends rather than answer from it");
  }
  if (WEXITSTATUS(status) == kExitUsage) {
    throw RefusedOptions(
        "the worker " + path_ +
        " refused what was asked of it; it said why on stderr (if it does not know "
        "an option, both programs must come from the same build)");
  }
}

void WorkerWarden::allow_for(std::uint64_t message_bytes) {
  allowance_ns_ =
      std::max(allowance_ns_, static_cast<std::int64_t>(message_bytes) * kAllowanceNsPerByte);
}

bool WorkerWarden::overdue(std::int64_t now_ns, bool busy) {
  const std::int64_t passed_ns = std::min(now_ns - looked_ns_, 2 * kLookEveryNs);
  const std::uint64_t steps = shm::committed_steps(segment_.commit());
  const bool waiting = busy || state_ == LifeState::starting || state_ == LifeState::stopping;
  // What passed before the worker had anything to do does not count against it.
  const bool stuck = std::exchange(was_waiting_, waiting) && waiting && steps == seen_steps_;
  without_progress_ns_ = stuck ? without_progress_ns_ + passed_ns : 0;
  seen_steps_ = steps;
  looked_ns_ = now_ns;
  if (!busy) allowance_ns_ = 0;
  if (state_ == LifeState::starting) return without_progress_ns_ > kStartLimitNs;
  if (state_ == LifeState::stopping) return without_progress_ns_ > kStopLimitNs;
  return without_progress_ns_ > options_.hang_limit_ms * kNsPerMs + allowance_ns_;
}

void WorkerWarden::on_time(std::int64_t now_ns, bool busy) {
  if (process_) {
    // Readiness first: a worker that was ready and died is another thing than one that never was.
    // SYNC POINT ready
    if (segment_.header().ready_generation.load(std::memory_order_acquire) == generation_) {
      handle(LifeEvent::became_ready, now_ns);
    }
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0) {
      handle(LifeEvent::died, now_ns);
    }
  }
  if (process_ && overdue(now_ns, busy)) handle(LifeEvent::overdue, now_ns);
  if (chaos_.take_due(now_ns)) handle(LifeEvent::chaos, now_ns);
  if (state_ == LifeState::delayed && now_ns >= next_start_ns_) {
    handle(LifeEvent::delay_over, now_ns);
  }
}

std::optional<std::int64_t> WorkerWarden::next_ns(bool busy) const {
  std::optional<std::int64_t> next = chaos_.next_ns();
  const auto no_later_than = [&](std::int64_t ns) { next = std::min(next.value_or(ns), ns); };
  if (state_ == LifeState::delayed) no_later_than(next_start_ns_);
  if (busy || state_ == LifeState::starting || state_ == LifeState::stopping ||
      state_ == LifeState::killed) {
    no_later_than(looked_ns_ + kLookEveryNs);
  }
  return next;
}

}  // namespace hearsay::supervisor
