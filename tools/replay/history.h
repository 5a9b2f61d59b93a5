// What a recording says of the lives of its workers, read in one go before anything is replayed: a
// worker's end decides what of its work counted.
//
// Memory grows with the deaths of workers only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/recording/format.h"
#include "tools/console/loop_progress.h"

namespace hearsay::replay {

// One worker's work: inputs `from` up to, not including, `to` were committed by it.
struct Life {
  recording::WorkerMark start;
  std::optional<recording::WorkerMark> end;  // nothing: the recording ends before
  std::uint64_t from = 0;
  std::uint64_t to = 0;  // without an end: all that is recorded
  // It wrote its journal anew (the last time) when so many inputs were consumed.
  std::optional<std::uint64_t> compacted_at;

  std::uint64_t generation() const { return start.generation; }
};

struct History {
  recording::BeginRecord begin;
  std::string journal;  // that the node went on from; empty if it is not whole
  std::vector<Life> lives;
  std::uint64_t inputs = 0;   // recorded
  std::uint64_t outputs = 0;  // recorded
  bool ended = false;         // the node came to its end: all was answered
  std::string stopped;        // why nothing more was recorded, if that was said
  std::string damage;         // why the reading ended before the file's end, if it did
  std::uint64_t whole_bytes = 0;
  std::uint64_t file_bytes = 0;

  std::uint64_t next_input() const { return begin.fixed.first_input + inputs; }
};

// Shows `progress`. Throws recording::BadRecording, CorruptSegment.
History read_history(const std::string& path, bench::LoopProgress* progress = nullptr);

}  // namespace hearsay::replay
