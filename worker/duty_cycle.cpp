#include "worker/duty_cycle.h"

#include <sched.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/kill_point.h"
#include "common/shm/wait.h"

namespace hearsay::worker {
namespace {

constexpr int kLongestBatch = 64;  // inputs a commit
// More yields before parking cost milliseconds when many nodes share few cores (design, section 5).
constexpr int kYieldsBeforeParking = 3;

// While it lives, the segment says that steps are made real.
class Committing {
 public:
  explicit Committing(shm::SegmentHeader& header) : flag_(header.committing) {
    flag_.store(1, std::memory_order_relaxed);
  }
  ~Committing() { flag_.store(0, std::memory_order_relaxed); }
  Committing(const Committing&) = delete;
  Committing& operator=(const Committing&) = delete;

 private:
  shm::GuardedWord& flag_;
};

}  // namespace

DutyCycle::DutyCycle(shm::Segment& segment, Committer& committer, core::Node& node,
                     trace::TraceWriter& trace, NodeNamed node_named)
    : segment_(segment),
      committer_(committer),
      node_(node),
      trace_(trace),
      node_named_(std::move(node_named)),
      requests_(committer.requests()),
      inputs_(committer.slot().inputs),
      staged_head_(committer.slot().request_head) {}

void DutyCycle::run() {
  compact_for_room();
  while (!stopping()) {
    if (committer_.spilled()) {
      if (!drain_spill()) wait_for(shm::kRoomFreed);
      continue;
    }
    compact_if_wanted();
    committer_.sync_if_due();
    if (!run_batch()) wait_for(shm::kRecordsPublished);
    if (node_named_ && !node_.identity().node_id.empty()) {
      std::exchange(node_named_, nullptr)(node_.identity().node_id);
    }
  }
  committer_.sync_what_is_owed();
}

bool DutyCycle::stopping() {
  return segment_.header().stop.load(std::memory_order_acquire) != 0;
}

bool DutyCycle::drain_spill() {
  const Committing mark(segment_.header());
  return committer_.drain_spill();
}

bool DutyCycle::run_batch() {
  for (int count = 0; count < kLongestBatch && !committer_.spilled(); ++count) {
    const std::uint64_t position = requests_.head();
    const auto record = requests_.next(&input_);
    if (!record) break;
    run_one(
        {inputs_, static_cast<protocol::InputKind>(record->kind), record->flags, record->payload},
        position);
    // A second poison input in the same batch would undo the skipping of the first, for ever.
    if (is_to_skip(position)) break;
  }
  if (!staged_) return false;
  commit_batch();
  return true;
}

bool DutyCycle::is_poison(std::uint64_t position) {
  return position == segment_.header().poison_position.load(std::memory_order_relaxed);
}

bool DutyCycle::is_to_skip(std::uint64_t position) {
  return is_poison(position) ||
         position == segment_.header().no_room_position.load(std::memory_order_relaxed);
}

void DutyCycle::run_one(const core::NodeInput& input, std::uint64_t position) {
  const bool skipped = is_to_skip(position);
  // Without the incarnation a full node could not even say that it is full.
  const bool must_fit = skipped || node_.begins_incarnation();
  try {
    step(input, position, skipped);
    stage(position, must_fit ? Committer::Giving::up : Committer::Giving::room);
    if (skipped && !is_poison(position)) committer_.note_turned_away(position);
  } catch (const std::bad_alloc&) {
    trace_.set_position(std::nullopt);
    if (staged_) commit_batch();  // its room is there
    segment_.header().no_room_position.store(position, std::memory_order_relaxed);
    throw;
  }
}

void DutyCycle::step(const core::NodeInput& input, std::uint64_t position, bool skipped) {
  shm::PositionWord& running = segment_.header().running_position;
  running.store(position, std::memory_order_relaxed);
  effects_.clear();
  effects_.set_position(position);
  trace_.set_position(position);
  kill_point();
  if (!skipped) {
    node_.step(input, effects_);
  } else {
    const bool poison = is_poison(position);
    trace_.emit(trace::Event::input_skipped,
                {{trace::FieldName::cause, poison ? "workers died of it" : "no room for it"}});
    using Why = core::Node::Skipped;
    node_.skip(input, poison ? Why::after_crashes : Why::without_room, effects_);
  }
  kill_point();
  trace_.set_position(std::nullopt);
  running.store(shm::kNoPosition, std::memory_order_relaxed);
}

bool DutyCycle::try_to_stage(Committer::Giving giving) {
  const Committing mark(segment_.header());
  return committer_.stage(effects_, giving);
}

void DutyCycle::stage(std::uint64_t position, Committer::Giving giving) {
  while (!try_to_stage(giving)) {
    if (staged_) commit_batch();
    wait_for(shm::kRoomFreed);
    if (stopping()) return;
  }
  if (!staged_) first_staged_ = position;
  journal_bytes_ += effects_.journal().size();
  last_staged_ = position;
  ++inputs_;
  staged_head_ = requests_.head();
  staged_ = true;
}

void DutyCycle::commit_batch() {
  const Committing mark(segment_.header());
  const std::uint64_t before = committer_.slot().inputs;
  trace_.flush();  // nothing is seen outside that the trace has not told
  committer_.commit(staged_head_, inputs_);
  staged_ = false;
  trace_.emit(trace::Event::step_committed,
              {{trace::FieldName::first, first_staged_},
               {trace::FieldName::last, last_staged_},
               {trace::FieldName::count, inputs_ - before},
               {trace::FieldName::bytes, std::exchange(journal_bytes_, 0)}});
  if (committer_.spilled()) {
    const shm::CommitSlot& slot = committer_.slot();
    trace_.emit(trace::Event::outputs_spilled,
                {{trace::FieldName::bytes, slot.spill_end - slot.spill_begin}});
  }
}

// Without room for it the journal goes on growing, as far as it can.
void DutyCycle::compact_if_wanted() {
  if (!committer_.wants_compaction(node_.snapshot_bytes())) return;
  try {
    take_snapshot();
    compact();
  } catch (const std::bad_alloc&) {
    committer_.put_off_compaction();
  }
  effects_ = {};
}

// The predecessor found no room. A journal of changes that no longer matter may be what fills it:
// then the input is run once more.
void DutyCycle::compact_for_room() {
  shm::PositionWord& position = segment_.header().no_room_position;
  if (position.load(std::memory_order_relaxed) != requests_.head()) return;
  try {
    take_snapshot();
    if (committer_.is_worth_it(effects_)) {
      compact();
      position.store(shm::kNoPosition, std::memory_order_relaxed);
    }
  } catch (const std::bad_alloc&) {
    // The input will be turned away.
  }
  effects_ = {};
}

void DutyCycle::take_snapshot() {
  effects_.clear();
  node_.snapshot(effects_);
  kill_point();
}

void DutyCycle::compact() {
  const Committing mark(segment_.header());
  committer_.compact(effects_);
  trace_.emit(trace::Event::journal_compacted,
              {{trace::FieldName::bytes, committer_.slot().journal_end}});
}

bool DutyCycle::has_work(std::uint32_t reason) {
  if (stopping()) return true;
  if (reason == shm::kRecordsPublished) return requests_.has_next();
  const std::uint64_t room = segment_.reply_ring().control->head.load(std::memory_order_acquire);
  return std::exchange(room_seen_, room) != room;
}

// Nothing: there is nothing to bring to the disk.
std::optional<std::int64_t> DutyCycle::until_sync_ns() const {
  const auto due_ns = committer_.sync_due_ns();
  if (!due_ns) return std::nullopt;
  return std::max<std::int64_t>(*due_ns - monotonic_ns(), 0);
}

void DutyCycle::wait_for(std::uint32_t reason) {
  for (int i = 0; i < kYieldsBeforeParking; ++i) {
    if (has_work(reason)) return;
    ::sched_yield();
  }
  trace_.flush();
  shm::ParkFlag& flag = segment_.worker_park();
  const std::uint32_t reasons = reason | shm::kStopAsked;
  shm::raise(flag, reasons);
  if (!has_work(reason)) shm::sleep_on(flag, reasons, until_sync_ns());
  shm::lower(flag);
}

}  // namespace hearsay::worker
