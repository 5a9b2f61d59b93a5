#include "supervisor/worker_warden.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "common/base/units.h"
#include "common/options/exit_codes.h"
#include "common/shm/commit.h"
#include "common/shm/wait.h"
#include "common/trace/station.h"

namespace hearsay::supervisor {
namespace {

// The dearest messages are a peer's with millions of small values: some 5 us each.
constexpr std::int64_t kAllowanceNsPerByte = 1000;
// A worker that never became ready will not do so at the tenth attempt either.
constexpr int kHopelessStarts = 10;
// Of workers that came to nothing, not one input consumed: half a minute of attempts.
constexpr int kHopelessDeaths = 30;
// Without a worker for so long, or with one that starts for so long, new requests are turned away:
// that leaves their clients time to hear of it.
constexpr std::int64_t kPatienceWithoutWorkerNs = kNsPerSecond;
constexpr std::int64_t kPatienceWithStartNs = 3 * kNsPerSecond;

}  // namespace

WorkerWarden::WorkerWarden(const Options& options, std::string worker_path, shm::Segment& segment,
                           const SharedFiles& files, trace::TraceWriter& trace,
                           std::function<void(std::uint64_t, std::uint64_t)> started,
                           Recorder* recorder)
    : path_(std::move(worker_path)),
      arguments_(to_arguments(options.worker)),
      keeps_state_(!options.state_dir.empty()),
      segment_(segment),
      files_(files),
      null_(moved_up(
          FileDescriptor(check_syscall(::open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null")))),
      trace_(trace),
      started_(std::move(started)),
      recorder_(recorder),
      chaos_(options.chaos_kill_ms, options.chaos_seed),
      watch_(options.hang_limit_ms * kNsPerMs) {}

void WorkerWarden::start(std::int64_t now_ns) {
  handle(LifeEvent::delay_over, now_ns);
}

void WorkerWarden::begin_work(std::string_view node, std::int64_t now_ns) {
  node_ = node;
  chaos_.begin(node, now_ns);
}

void WorkerWarden::stop(std::int64_t now_ns) {
  handle(LifeEvent::stop, now_ns);
}

void WorkerWarden::handle(LifeEvent event, std::int64_t now_ns) {
  const LifeStep step = life_step(state_, event);
  const LifeState before = std::exchange(state_, step.next);
  switch (step.action) {
    case LifeAction::none:
      return;
    case LifeAction::announce:
      announce(now_ns);
      return;
    case LifeAction::kill:
      kill(event, before);
      return;
    case LifeAction::put_off:
      put_off(now_ns);
      return;
    case LifeAction::bury:
      bury(now_ns);
      return;
    case LifeAction::spawn:
      spawn(now_ns);
      return;
    case LifeAction::ask_to_stop:
      watch_.restart();
      segment_.header().stop.store(1, std::memory_order_release);
      if (shm::must_wake(segment_.worker_park(), shm::kStopAsked))
        shm::wake(segment_.worker_park());
      return;
  }
}

void WorkerWarden::announce(std::int64_t now_ns) {
  was_ready_ = ever_ready_ = true;
  hung_since_ns_.reset();
  watch_.restart();
  alive_ns_ = now_ns;
  std::optional<std::int64_t> outage_ns;
  if (outage_since_ns_) outage_ns = now_ns - *std::exchange(outage_since_ns_, std::nullopt);
  trace_.emit(trace::Event::worker_ready, {{trace::FieldName::worker_pid, process_->pid()},
                                           {trace::FieldName::duration_ns, now_ns - started_ns_},
                                           {trace::FieldName::outage_ns, outage_ns}});
}

void WorkerWarden::spawn(std::int64_t now_ns) {
  // No worker lives: its marks may be set anew.
  segment_.header().stop.store(0, std::memory_order_relaxed);
  segment_.header().running_position.store(shm::kNoPosition, std::memory_order_relaxed);
  segment_.header().committing.store(0, std::memory_order_relaxed);
  segment_.header().poison_position.store(tally_.poison_position(), std::memory_order_relaxed);
  shm::lower(segment_.worker_park());
  recording::WorkerMark from;
  if (recorder_ != nullptr) from = recorder_->mark(now_ns, generation_ + 1);
  const shm::CommitSlot slot = shm::active_slot(segment_.commit());
  inputs_before_ = slot.inputs;
  steps_before_ = shm::committed_steps(segment_.commit());
  recovered_before_ = segment_.header().recovered_records.load(std::memory_order_relaxed);
  try {
    process_ = std::make_unique<WorkerProcess>(path_, arguments_, files_, null_.get(),
                                               Newcomer{generation_ + 1, node_, keeps_state_});
  } catch (const SpawnFailure& failure) {
    trouble_ = std::string("the worker can't be started: ") + failure.what();
    handle(LifeEvent::not_started, now_ns);
    return;
  }
  if (recorder_ != nullptr) recorder_->worker_started(from);
  trace_.set_generation(++generation_);
  was_ready_ = false;
  killed_for_.reset();
  started_ns_ = alive_ns_ = now_ns;
  was_waited_for_ = true;
  watch_.restart();
  trace_.emit(trace::Event::worker_started, {{trace::FieldName::worker_pid, process_->pid()}});
  started_(generation_, slot.request_head);
}

void WorkerWarden::put_off(std::int64_t now_ns) {
  tally_.record_failed_start();
  trace_.emit(trace::Event::worker_not_started,
              {{trace::FieldName::cause, trouble_}, {trace::FieldName::count, tally_.in_a_row()}});
  give_up_if_hopeless();
  plan_next_start(now_ns);
}

// In words, with figures.
std::string WorkerWarden::why_overdue(LifeState state) const {
  const std::string ms = std::to_string(watch_.without_work_ns() / kNsPerMs) + " ms";
  if (state == LifeState::starting) return "nothing was recovered for " + ms + " while it started";
  if (state == LifeState::stopping) return "it did not end within " + ms;
  const std::string what = "no step finished for " + ms + " while ";
  const auto position = running_position();
  return position ? what + "it worked on the input at position " + std::to_string(*position)
                  : what + "input waited";
}

std::optional<std::uint64_t> WorkerWarden::running_position() const {
  const std::uint64_t position = segment_.header().running_position.load(std::memory_order_relaxed);
  if (position == shm::kNoPosition) return std::nullopt;
  return position;
}

// Where the worker that has died was.
std::string_view WorkerWarden::station() const {
  namespace at = trace::station;
  const shm::SegmentHeader& header = segment_.header();
  if (!was_ready_) {
    const bool reads =
        header.recovered_records.load(std::memory_order_relaxed) != recovered_before_;
    return reads ? at::kRecovery : at::kStart;
  }
  if (running_position()) return at::kStep;
  return header.committing.load(std::memory_order_relaxed) != 0 ? at::kCommit : at::kIdle;
}

void WorkerWarden::kill(LifeEvent reason, LifeState state) {
  if (state == LifeState::stopping && killed_for_) {
    state_ = LifeState::gone;  // it does not even die: everything is answered, nobody waits for it
    return;
  }
  const bool chaos = reason == LifeEvent::chaos;
  const bool stopped = !chaos && process_->stopped();  // that is nobody's fault in here
  killed_for_ = chaos ? DeathCause::chaos : stopped ? DeathCause::outside : DeathCause::hang;
  const std::string cause =
      chaos ? "chaos"
            : (stopped ? "stopped by a signal: " : "took too long: ") + why_overdue(state);
  if (!chaos && state != LifeState::stopping) {
    if (!hung_since_ns_) hung_since_ns_ = alive_ns_;
    trouble_ = "the worker had to be killed: it " + cause;
  }
  trace_.emit(trace::Event::worker_killed,
              {{trace::FieldName::worker_pid, process_->pid()}, {trace::FieldName::cause, cause}});
  process_->kill();
  watch_.restart();
}

void WorkerWarden::bury(std::int64_t now_ns) {
  const int status = process_->collect();
  const pid_t pid = process_->pid();
  process_.reset();
  if (state_ == LifeState::gone) return;
  if (was_ready_ && !outage_since_ns_) outage_since_ns_ = alive_ns_;
  const auto position = running_position();
  trace_.emit(trace::Event::worker_died, {{trace::FieldName::worker_pid, pid},
                                          {trace::FieldName::cause, describe_status(status)},
                                          {trace::FieldName::station, station()},
                                          {trace::FieldName::position, position},
                                          {trace::FieldName::detection_ns, now_ns - alive_ns_}});
  refuse_to_restart(status);
  const std::uint64_t inputs = shm::active_slot(segment_.commit()).inputs - inputs_before_;
  const bool no_room = WIFEXITED(status) && WEXITSTATUS(status) == kExitNoRoom;
  const DeathCause own = killed_from_outside(status) ? DeathCause::outside
                         : no_room                   ? DeathCause::no_room
                                                     : DeathCause::crash;
  const DeathCause cause = killed_for_.value_or(own);
  if (cause == DeathCause::no_room) room_shortage_.note_death(now_ns);
  if (recorder_ != nullptr) recorder_->worker_died(now_ns, generation_, status, cause);
  tally_.record({cause, was_ready_, position.value_or(shm::kNoPosition), inputs});
  if (!hung_since_ns_) {
    const bool from_outside = own == DeathCause::outside && !killed_for_;
    const bool by_chaos = killed_for_ == DeathCause::chaos;
    const char* const who = by_chaos                      ? ", by --chaos-kill-ms"
                            : !from_outside               ? ""
                            : WTERMSIG(status) == SIGKILL ? ", from outside or by the kernel when "
                                                            "memory is short"
                                                          : ", from outside";
    trouble_ = "the worker died: " + describe_status(status) + who;
  }
  give_up_if_hopeless();
  plan_next_start(now_ns);
}

void WorkerWarden::give_up_if_hopeless() const {
  if (tally_.fruitless() >= kHopelessDeaths) {
    throw NodeFailure("the worker " + path_ + " died " + std::to_string(kHopelessDeaths) +
                      " times without getting anything done; last, " + trouble_ +
                      "; its last events say why");
  }
  if (ever_ready_ || tally_.in_a_row() < kHopelessStarts) return;
  throw NodeFailure("the worker " + path_ + " never became ready in " +
                    std::to_string(kHopelessStarts) + " attempts; last, " + trouble_);
}

void WorkerWarden::plan_next_start(std::int64_t now_ns) {
  const std::int64_t delay_ns = tally_.delay_ms() * kNsPerMs;
  if (delay_ns == 0) trouble_since_ns_.reset();
  if (delay_ns > 0) {
    if (!trouble_since_ns_) trouble_since_ns_ = now_ns;
    trace_.emit(trace::Event::worker_delayed, {{trace::FieldName::delay_ns, delay_ns},
                                               {trace::FieldName::count, tally_.in_a_row()}});
  }
  next_start_ns_ = now_ns + delay_ns;
}

// Once for all, or for as long as this start takes.
std::optional<std::string> WorkerWarden::why_no_answer(std::int64_t now_ns) const {
  if (without_worker_ns(now_ns) >= kPatienceWithoutWorkerNs) return trouble_;
  if (room_shortage_.holds_up(now_ns)) {
    return "there is no room (disk or memory is full, or a limit of either), and others wait: " +
           trouble_;
  }
  const std::int64_t start_ns = state_ == LifeState::starting ? now_ns - started_ns_ : 0;
  if (start_ns < kPatienceWithStartNs) return std::nullopt;
  return "the worker is still starting, since " + std::to_string(start_ns / kNsPerMs) +
         " ms: a large state, or a busy machine";
}

std::int64_t WorkerWarden::without_worker_ns(std::int64_t now_ns) const {
  return now_ns - std::min(trouble_since_ns_.value_or(now_ns), hung_since_ns_.value_or(now_ns));
}

// The first commit may be of nothing but the news of its own start.
bool WorkerWarden::worked(bool busy) const {
  if (!process_ || state_ != LifeState::ready) return false;
  return !busy || shm::committed_steps(segment_.commit()) > steps_before_ + 1;
}

void WorkerWarden::refuse_to_restart(int status) const {
  if (!WIFEXITED(status)) return;
  if (WEXITSTATUS(status) == kExitCorrupt) {
    throw NodeFailure(
        "the shared memory is corrupt (the worker's last event says where); the node "
        "ends rather than answer from it");
  }
  if (WEXITSTATUS(status) == kExitDisk) {
    throw NodeFailure(
        "the state can't be brought to its disk (the worker's last event says why); the node ends "
        "rather than acknowledge what a power cut would lose");
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

// Moves with every commit and every recovered record.
std::uint64_t WorkerWarden::work() const {
  return shm::committed_steps(segment_.commit()) +
         segment_.header().recovered_records.load(std::memory_order_relaxed);
}

void WorkerWarden::look_for_life(std::int64_t now_ns, bool busy) {
  const std::uint64_t work_now = work();
  const bool moved = std::exchange(work_seen_, work_now) != work_now;
  const bool waits = busy || state_ == LifeState::starting || state_ == LifeState::stopping;
  const bool waited = std::exchange(was_waited_for_, waits) && waits;
  if (moved || !waited) alive_ns_ = now_ns;
}

bool WorkerWarden::overdue(std::int64_t now_ns, bool busy) {
  const std::int64_t cpu_ns = state_ == LifeState::starting ? process_->cpu_ns() : 0;
  if (!busy) allowance_ns_ = 0;
  return watch_.overdue(now_ns, {state_, busy, work(), cpu_ns, allowance_ns_});
}

void WorkerWarden::on_time(std::int64_t now_ns, bool busy) {
  if (!busy) room_shortage_.note_idle(now_ns);
  if (process_) {
    look_for_life(now_ns, busy);
    // Readiness first: a worker that was ready and died is another thing than one that never was.
    // SYNC POINT ready
    if (segment_.header().ready_generation.load(std::memory_order_acquire) == generation_) {
      handle(LifeEvent::became_ready, now_ns);
    }
    if (worked(busy)) trouble_since_ns_.reset();
    if (process_->died()) handle(LifeEvent::died, now_ns);
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
  // Only a look at a process moves this moment on: without one it would stay in the past.
  if (process_ && (busy || state_ != LifeState::ready)) no_later_than(watch_.next_look_ns());
  return next;
}

}  // namespace hearsay::supervisor
