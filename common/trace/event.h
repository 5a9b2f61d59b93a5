// The trace's vocabulary: every event and every field that a trace line may have. Nothing else is
// ever written.
//
// A line is one JSON object: ts (Unix time, ns), node, role (supervisor or worker), pid, generation
// (count of worker starts), level, event, then the event's own fields.
//
// The level decides the volume: info tells the life of the node (a few lines a run), debug every
// message, trace every commit.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace hearsay::trace {

enum class Level { trace, debug, info, warn, error, off };

enum class Event {
  // Life of the node.
  node_started,      // version
  node_initialised,  // value: node id, count: nodes in the cluster
  node_stopped,      // cause
  input_ended,       // stdin's end
  output_closed,     // stdout's reader has gone
  // Life of the worker.
  worker_started,      // worker_pid
  worker_ready,        // duration_ns since its start
  worker_recovered,    // bytes of journal, position of the request ring, duration_ns
  worker_died,         // worker_pid, cause (signal or status), position it was at
  worker_killed,       // worker_pid, cause: chaos, took too long, stopped by a signal
  worker_not_started,  // cause: system call and what to do, count in a row
  worker_delayed,   // duration_ns until the next start, count of deaths and failed starts in a row
  segment_corrupt,  // cause
  internal_error,   // cause
  // Input that could not be used.
  line_rejected,     // cause, bytes, peer and message if known
  request_rejected,  // cause, peer, message, type
  message_dropped,   // cause, peer, type
  input_skipped,     // position: workers died of it
  reply_dropped,     // its client has gone: bytes, duration_ns since the request
  // The way of messages.
  message_received,  // peer, message, type, bytes
  message_sent,      // peer, message it answers, type, bytes
  timer_fired,       // value: token
  value_learned,     // value, peer it came from, count of values now
  // Gossip.
  relay_changed,    // peer: the relay from now on, value: its epoch, cause
  batch_requested,  // peer: whose batches are missing, position of the first, count
  // The way of steps.
  step_committed,     // count of inputs, bytes of replies
  outputs_spilled,    // bytes
  journal_compacted,  // bytes after it
  // The trace itself.
  events_dropped,  // count of events of this process that could not be written, cause
  last_ = events_dropped
};

enum class FieldName {
  bytes,
  cause,
  count,
  duration_ns,
  message,
  peer,
  position,
  type,
  value,
  version,
  worker_pid
};

struct EventField {
  FieldName name;
  std::variant<std::int64_t, std::string_view> value;

  EventField(FieldName field, std::string_view text) : name(field), value(text) {}
  EventField(FieldName field, const char* text) : name(field), value(std::string_view(text)) {}
  template <typename Integer>
  requires std::is_integral_v<Integer> EventField(FieldName field, Integer number)
      : name(field), value(static_cast<std::int64_t>(number)) {}
};

Level level_of(Event event);
std::string_view name_of(Event event);
std::string_view name_of(Level level);
std::string_view name_of(FieldName field);

// Where events go. Costs one comparison when the level is off; guard the making of costly fields
// with wants().
class EventSink {
 public:
  explicit EventSink(Level level) : level_(level) {}
  virtual ~EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  bool wants(Event event) const { return level_of(event) >= level_; }
  void emit(Event event, std::initializer_list<EventField> fields = {}) {
    if (wants(event)) write(event, fields);
  }

 private:
  virtual void write(Event event, std::initializer_list<EventField> fields) = 0;

  Level level_;
};

// For tests and simulators that want none.
class NoEvents final : public EventSink {
 public:
  NoEvents() : EventSink(Level::off) {}

 private:
  void write(Event, std::initializer_list<EventField>) override {}
};

}  // namespace hearsay::trace
