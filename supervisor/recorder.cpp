#include "supervisor/recorder.h"

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

#include "common/base/clock.h"
#include "common/base/version.h"
#include "common/shm/commit.h"
#include "common/shm/journal.h"
#include "supervisor/node_failure.h"

namespace hearsay::supervisor {
namespace {

using recording::Cause;

Cause to_cause(DeathCause cause) {
  switch (cause) {
    case DeathCause::chaos:
      return Cause::chaos;
    case DeathCause::hang:
      return Cause::hang;
    case DeathCause::outside:
      return Cause::outside;
    case DeathCause::no_room:
      return Cause::no_room;
    case DeathCause::crash:
      break;
  }
  return Cause::crash;
}

recording::BeginRecord make_begin(std::string_view node, const WorkerOptions& worker,
                                  shm::Segment& segment) {
  recording::BeginRecord begin;
  const shm::CommitSlot& slot = shm::active_slot(segment.commit());
  const std::int64_t now_ns = monotonic_ns();
  begin.fixed = {segment.incarnation(), segment.header().seed, now_ns,
                 wall_ns() - now_ns,    slot.inputs,           slot.journal_end};
  begin.node = node;
  begin.version = version();
  begin.arguments = to_arguments(worker);
  return begin;
}

recording::RecordingWriter begin_writing(recording::RecordingFile& file, std::uint64_t limit_bytes,
                                         const recording::BeginRecord& begin) {
  try {
    return {std::move(file.file), limit_bytes, begin};
  } catch (const std::system_error& error) {
    ::unlink(file.path.c_str());  // it has no beginning, and nobody could read it
    throw RefusedOptions("--record " + file.path + ": " + error.code().message());
  }
}

}  // namespace

Recorder::Recorder(recording::RecordingFile file, std::uint64_t limit_bytes, std::string_view node,
                   const WorkerOptions& worker, const NodeFiles& files, trace::EventSink& events)
    : path_(file.path),
      segment_(files.segment.get()),
      writer_(begin_writing(file, limit_bytes, make_begin(node, worker, segment_))),
      requests_(segment_.request_ring()),
      events_(events) {
  const shm::CommitSlot& slot = shm::active_slot(segment_.commit());
  if (slot.journal_end == 0) return;
  const shm::Journal journal(slot.journal_region == 0 ? files.first_journal.get()
                                                      : files.second_journal.get());
  writer_.journal(journal.read(0, slot.journal_end));
}

void Recorder::input(std::uint64_t from, std::uint64_t to, std::uint64_t payload_bytes) {
  const std::uint64_t bytes = shm::checked_bytes(payload_bytes);
  const std::uint64_t begin = to - bytes;
  const bool at_ring_begin = (begin & (requests_.capacity_bytes - 1)) == 0;
  if (at_ring_begin) collect_inputs();  // a padding leads there, too
  if (piece_records_ == 0) piece_ = {from, begin - from, 0};
  piece_.bytes += bytes;
  ++piece_records_;
}

void Recorder::collect_inputs() {
  if (piece_records_ == 0) return;
  const std::uint64_t begin = piece_.position + piece_.padding;
  writer_.inputs(piece_, requests_.data + (begin & (requests_.capacity_bytes - 1)),
                 std::exchange(piece_records_, 0));
}

recording::WorkerMark Recorder::mark(std::int64_t now_ns, std::uint64_t generation) {
  const shm::CommitSlot& slot = shm::active_slot(segment_.commit());
  const shm::SegmentHeader& header = segment_.header();
  recording::WorkerMark mark;
  mark.generation = generation;
  mark.at_ns = now_ns;
  mark.inputs = slot.inputs;
  mark.journal_region = slot.journal_region;
  mark.journal_end = slot.journal_end;
  mark.journal_check = slot.journal_check;
  mark.snapshot_inputs = slot.snapshot_inputs;
  mark.turned_away = slot.turned_away;
  mark.poison_position = header.poison_position.load(std::memory_order_relaxed);
  mark.no_room_position = header.no_room_position.load(std::memory_order_relaxed);
  mark.running_position = header.running_position.load(std::memory_order_relaxed);
  return mark;
}

void Recorder::worker_started(const recording::WorkerMark& from) {
  collect_inputs();
  writer_.worker_started(from);
  flush();
}

void Recorder::worker_died(std::int64_t now_ns, std::uint64_t generation, int wait_status,
                           DeathCause cause) {
  recording::WorkerMark dead = mark(now_ns, generation);
  dead.wait_status = wait_status;
  dead.cause = to_cause(cause);
  collect_inputs();
  writer_.worker_ended(dead);
  flush();
}

void Recorder::node_ended(std::int64_t now_ns, std::uint64_t generation) {
  collect_inputs();
  writer_.ended(mark(now_ns, generation));
  flush();
}

void Recorder::tell_start() {
  events_.emit(trace::Event::recording_started, {{trace::FieldName::file, path_}});
}

void Recorder::tell_stopped(const std::string& why) {
  told_ = true;
  events_.emit(trace::Event::recording_stopped, {{trace::FieldName::cause, why},
                                                 {trace::FieldName::bytes, writer_.bytes()},
                                                 {trace::FieldName::count, writer_.records()}});
}

void Recorder::tell_end() {
  flush();
  if (const std::string damage = writer_.damage(); !damage.empty()) tell_stopped(damage);
  events_.emit(trace::Event::recording_ended, {{trace::FieldName::bytes, writer_.bytes()},
                                               {trace::FieldName::count, writer_.records()},
                                               {trace::FieldName::missed, writer_.missed()}});
}

}  // namespace hearsay::supervisor
