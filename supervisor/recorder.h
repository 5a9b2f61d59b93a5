// Keeps a recording (common/recording) of what passes between the supervisor and its workers.
//
// Input and output queues, and the warden, tell it what happens, before anybody else can see it;
// they have none when the node is not recorded. Of inputs it notes only where they are in the
// ring; flush() writes them from there. It says in the trace where the recording is and when it
// stops; it never harms the node. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/options/worker_options.h"
#include "common/recording/writer.h"
#include "common/shm/ring.h"
#include "common/shm/segment.h"
#include "common/trace/event.h"
#include "supervisor/death_tally.h"
#include "supervisor/node_files.h"
#include "supervisor/recording_file.h"

namespace hearsay::supervisor {

class Recorder {
 public:
  // `files`: what the node goes on from; no worker lives. Throws RefusedOptions.
  Recorder(recording::RecordingFile file, std::uint64_t limit_bytes, std::string_view node,
           const WorkerOptions& worker, const NodeFiles& files, trace::EventSink& events);

  // The request ring went on from one position to the other by a record with so much payload, and
  // maybe a padding before it. It stays there until flush().
  void input(std::uint64_t from, std::uint64_t to, std::uint64_t payload_bytes);
  // The reply ring's next record, which ends there.
  void output(std::uint64_t to, const Record& record) {
    writer_.output(to - shm::checked_bytes(record.payload.size()),
                   recording::sum_of(record, shm::check_behind(record)));
  }
  // What was told so far is in the file when this returns.
  void flush() {
    collect_inputs();
    writer_.flush();
    if (writer_.stopped() && !told_) tell_stopped(writer_.why_stopped());
  }

  // While no worker lives: where the last one has left everything.
  recording::WorkerMark mark(std::int64_t now_ns, std::uint64_t generation);
  // A worker runs, which starts from there.
  void worker_started(const recording::WorkerMark& from);
  // While no worker lives: the last one is dead; it has ended, as it was asked to.
  void worker_died(std::int64_t now_ns, std::uint64_t generation, int wait_status,
                   DeathCause cause);
  void node_ended(std::int64_t now_ns, std::uint64_t generation);
  // Where the recording is, and what is in it at the end: in the trace.
  void tell_start();
  void tell_end();

 private:
  void collect_inputs();
  void tell_stopped(const std::string& why);

  std::string path_;
  shm::Segment segment_;
  recording::RecordingWriter writer_;
  // Inputs that stand side by side in the request ring, and how many.
  shm::RingView requests_;
  recording::RingPiece piece_;
  std::uint64_t piece_records_ = 0;
  trace::EventSink& events_;
  bool told_ = false;
};

}  // namespace hearsay::supervisor
