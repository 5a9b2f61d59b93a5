// Keeps a recording (common/recording) of what passes between the supervisor and its workers.
//
// Input and output queues, and the warden, tell it what happens, before anybody else can see it;
// they have none when the node is not recorded. It says in the trace where the recording is and
// when it stops; it never harms the node. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/options/worker_options.h"
#include "common/recording/writer.h"
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

  void input(std::uint64_t position, std::uint16_t kind, std::uint16_t flags,
             std::string_view payload) {
    writer_.input(position, kind, flags, payload);
  }
  void output(const Record& record) { writer_.output(record.kind, record.flags, record.payload); }
  // What was told so far is in the file when this returns.
  void flush() {
    writer_.flush();
    if (writer_.stopped() && !told_) tell_stopped();
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
  void tell_stopped();

  std::string path_;
  shm::Segment segment_;
  recording::RecordingWriter writer_;
  trace::EventSink& events_;
  bool told_ = false;
};

}  // namespace hearsay::supervisor
