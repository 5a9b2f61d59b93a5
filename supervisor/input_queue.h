// What the worker is to be told, in order: straight into the request ring while it has room, kept
// here while it has not.
//
// The supervisor stops reading its input while anything is kept (back-pressure), so that little
// ever is: at most one message, cut into parts, and the timers that come due. Not thread-safe; the
// request ring's only producer.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "common/protocol/link.h"
#include "common/protocol/message.h"
#include "common/shm/ring.h"
#include "common/trace/event.h"
#include "supervisor/recorder.h"

namespace hearsay::supervisor {

class InputQueue {
 public:
  // `recorder`: none when the node is not recorded.
  InputQueue(shm::RingView requests, trace::EventSink& events, Recorder* recorder = nullptr);

  // Throws std::bad_alloc; nothing of the message is pushed then.
  void push_message(std::int64_t taken_ns, const protocol::Message& message);
  void push_timer(std::int64_t taken_ns, std::uint64_t token);
  // After every start of a worker. Inputs before the position `consumed` are done with; if the last
  // such record is not, it will tell the new worker, and workers that die at their start don't fill
  // the ring with more.
  void push_worker_started(std::int64_t taken_ns, std::uint64_t generation, std::uint64_t consumed);

  // Moves what was kept into the ring as far as there is room, and publishes. True when the worker
  // has something new to see.
  bool flush();

  bool blocked() const { return !kept_.empty(); }
  // Whether flush() would get on.
  bool has_room();
  // The worker has consumed everything, and has shown every answer.
  bool drained() const { return kept_.empty() && ring_.drained(); }

 private:
  // Of which message the trace is to say that it went into the ring; empty: of none.
  struct Subject {
    std::string peer;
    std::string message;
    std::string type;
  };
  struct Kept {
    std::uint16_t kind;
    std::uint16_t flags;
    std::string payload;
    Subject subject;
  };

  void push(protocol::InputKind kind, std::uint16_t flags, std::string payload, Subject subject);
  bool append(const Kept& input);
  Subject subject_of(const protocol::Message& message) const;

  shm::RingProducer ring_;
  trace::EventSink& events_;
  Recorder* recorder_;
  std::uint64_t published_ = 0;
  std::optional<std::uint64_t> started_;  // the last worker_started stands here or later
  std::deque<Kept> kept_;
};

}  // namespace hearsay::supervisor
