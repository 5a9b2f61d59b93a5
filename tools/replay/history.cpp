#include "tools/replay/history.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/base/checksum.h"
#include "common/recording/reader.h"

namespace hearsay::replay {
namespace {

using recording::RecordKind;
using recording::WorkerMark;

void begin_life(History& history, const WorkerMark& start) {
  Life life;
  life.start = start;
  life.from = start.inputs;
  history.lives.push_back(life);
}

void end_life(History& history, const WorkerMark& end) {
  if (history.lives.empty()) throw CorruptSegment("a worker ends that never started");
  Life& life = history.lives.back();
  life.end = end;
  const bool compacted = end.snapshot_inputs != life.start.snapshot_inputs ||
                         end.journal_region != life.start.journal_region;
  if (compacted) life.compacted_at = end.snapshot_inputs;
}

void take_entry(History& history, const recording::Entry& entry) {
  switch (entry.kind) {
    case RecordKind::input:
      ++history.inputs;
      return;
    case RecordKind::output:
      history.outputs += recording::RecordedOutputs(entry.payload).left();
      return;
    case RecordKind::worker_started:
      return begin_life(history, mark_of(entry));
    case RecordKind::worker_ended:
      return end_life(history, mark_of(entry));
    case RecordKind::ended:
      history.ended = true;
      return end_life(history, mark_of(entry));
    case RecordKind::journal:
      history.journal.append(entry.payload);
      return;
    case RecordKind::stopped:
      history.stopped = entry.payload;
      return;
    default:
      return;
  }
}

void show(bench::LoopProgress& progress, const recording::RecordingReader& reader) {
  constexpr std::uint64_t kMegabyte = 1'000'000;
  progress.show(fmt::format("reading the recording: {} of {} MB", reader.place().at / kMegabyte,
                            reader.size() / kMegabyte));
}

}  // namespace

History read_history(const std::string& path, bench::LoopProgress* progress) {
  recording::RecordingReader reader(path);
  History history;
  history.begin = reader.begin();
  while (const auto entry = reader.next()) {
    take_entry(history, *entry);
    if (progress != nullptr && progress->is_due()) show(*progress, reader);
  }
  history.damage = reader.damage();
  history.whole_bytes = reader.place().at;
  history.file_bytes = reader.size();
  for (Life& life : history.lives) life.to = life.end ? life.end->inputs : history.next_input();
  return history;
}

}  // namespace hearsay::replay
