// The trace's vocabulary: every event and every field that a trace line may have. Nothing else is
// ever written. README.md says of each who writes it, when, and in which units; a test keeps page
// and code the same.
//
// A line is one JSON object: the fields of the header (kHeader), then the event's own (fields_of).
// A field of which nothing is known is not there.
//
// The level decides the volume: info tells the life of the node (a few lines a run and a few a
// death), debug every message, trace every commit.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

namespace hearsay::trace {

// Of events, fields and their meaning; node_started says it. Grows with every change that a reader
// must know of.
inline constexpr std::int64_t kVocabularyVersion = 4;

inline constexpr std::array<std::string_view, 7> kHeader{"ts",         "node",  "role", "pid",
                                                         "generation", "level", "event"};

enum class Level { trace, debug, info, warn, error, off };

enum class Event {
  // Life of the node.
  node_started,
  node_initialised,
  node_continued,
  incarnation_begun,
  node_stopped,
  input_ended,
  output_closed,
  // Life of the worker.
  worker_started,
  worker_recovered,
  worker_ready,
  worker_killed,
  worker_died,
  worker_delayed,
  worker_not_started,
  segment_corrupt,
  internal_error,
  // What could not be used.
  line_rejected,
  request_rejected,
  message_dropped,
  input_skipped,
  reply_dropped,
  // The way of a message.
  line_read,
  message_received,
  message_sent,
  step_committed,
  line_written,
  // The way of a value.
  value_learned,
  values_sent,
  values_received,
  repair_asked,
  repair_given_up,
  // The relay.
  relay_changed,
  loss_noticed,
  loss_over,
  // Inside the worker.
  timer_fired,
  outputs_spilled,
  journal_compacted,
  // The recording.
  recording_started,
  recording_stopped,
  recording_ended,
  // The trace itself.
  events_dropped,
  last_ = events_dropped
};

enum class FieldName {
  batch,
  bytes,
  cause,
  count,
  delay_ns,
  detection_ns,
  duration_ns,
  epoch,
  file,
  first,
  last,
  message,
  missed,
  news,
  outage_ns,
  peer,
  position,
  station,
  token,
  type,
  value,
  values,
  version,
  vocabulary,
  way,
  worker_pid,
  last_ = worker_pid
};

using Texts = std::span<const std::string_view>;

// Not written when there is no number, or when the text or the list is empty.
struct EventField {
  FieldName name;
  std::variant<std::monostate, std::int64_t, std::string_view, Texts> value;

  EventField(FieldName field, std::string_view text) : name(field), value(text) {}
  EventField(FieldName field, const char* text) : name(field), value(std::string_view(text)) {}
  EventField(FieldName field, Texts texts) : name(field), value(texts) {}
  template <typename Integer>
  requires std::is_integral_v<Integer> EventField(FieldName field, Integer number)
      : name(field), value(static_cast<std::int64_t>(number)) {}
  template <typename Integer>
  requires std::is_integral_v<Integer> EventField(FieldName field, std::optional<Integer> number)
      : name(field) {
    if (number) value = static_cast<std::int64_t>(*number);
  }
};

Level level_of(Event event);
std::string_view name_of(Event event);
std::string_view name_of(Level level);
std::string_view name_of(FieldName field);
// Those that a line of the event may have beside the header's.
std::span<const FieldName> fields_of(Event event);

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
  // The node's name, as soon as it is known: for all later events.
  virtual void set_node(std::string_view /*node*/) {}

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
