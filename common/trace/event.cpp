#include "common/trace/event.h"

#include <cstddef>

namespace hearsay::trace {
namespace {

constexpr std::size_t kMostFields = 7;

struct EventInfo {
  Event event;
  Level level;
  std::string_view name;
  std::array<FieldName, kMostFields> fields;
  std::size_t field_count;

  template <typename... Fields>
  constexpr EventInfo(Event which, Level how, std::string_view text, Fields... names)
      : event(which), level(how), name(text), fields{names...}, field_count(sizeof...(names)) {}
};

using E = Event;
using F = FieldName;
using L = Level;

// clang-format off
constexpr std::array kEvents{
    EventInfo{E::node_started, L::info, "node_started", F::version, F::vocabulary},
    EventInfo{E::node_initialised, L::info, "node_initialised", F::count, F::position},
    EventInfo{E::node_continued, L::info, "node_continued", F::duration_ns},
    EventInfo{E::incarnation_begun, L::info, "incarnation_begun", F::position},
    EventInfo{E::node_stopped, L::info, "node_stopped", F::cause},
    EventInfo{E::input_ended, L::info, "input_ended"},
    EventInfo{E::output_closed, L::info, "output_closed"},
    EventInfo{E::worker_started, L::info, "worker_started", F::worker_pid},
    EventInfo{E::worker_recovered, L::info, "worker_recovered", F::position, F::bytes,
              F::duration_ns},
    EventInfo{E::worker_ready, L::info, "worker_ready", F::worker_pid, F::duration_ns,
              F::outage_ns},
    EventInfo{E::worker_killed, L::warn, "worker_killed", F::worker_pid, F::cause},
    EventInfo{E::worker_died, L::warn, "worker_died", F::worker_pid, F::cause, F::station,
              F::position, F::detection_ns},
    EventInfo{E::worker_delayed, L::warn, "worker_delayed", F::delay_ns, F::count},
    EventInfo{E::worker_not_started, L::warn, "worker_not_started", F::cause, F::count},
    EventInfo{E::segment_corrupt, L::error, "segment_corrupt", F::cause, F::position},
    EventInfo{E::internal_error, L::error, "internal_error", F::cause, F::position},
    EventInfo{E::line_rejected, L::warn, "line_rejected", F::cause, F::peer, F::message, F::bytes},
    EventInfo{E::request_rejected, L::warn, "request_rejected", F::cause, F::peer, F::message,
              F::type, F::position},
    EventInfo{E::message_dropped, L::warn, "message_dropped", F::cause, F::peer, F::message,
              F::type, F::position},
    EventInfo{E::input_skipped, L::error, "input_skipped", F::cause, F::position},
    EventInfo{E::reply_dropped, L::warn, "reply_dropped", F::position, F::bytes, F::duration_ns},
    EventInfo{E::line_read, L::debug, "line_read", F::peer, F::message, F::type, F::position},
    EventInfo{E::message_received, L::debug, "message_received", F::peer, F::message, F::type,
              F::bytes, F::position},
    EventInfo{E::message_sent, L::debug, "message_sent", F::peer, F::message, F::type, F::bytes,
              F::position},
    EventInfo{E::step_committed, L::trace, "step_committed", F::first, F::last, F::count,
              F::bytes},
    EventInfo{E::line_written, L::debug, "line_written", F::position, F::bytes, F::duration_ns},
    EventInfo{E::value_learned, L::debug, "value_learned", F::value, F::way, F::peer, F::batch,
              F::count, F::position},
    EventInfo{E::values_sent, L::debug, "values_sent", F::way, F::peer, F::batch, F::values,
              F::count, F::position},
    EventInfo{E::values_received, L::debug, "values_received", F::way, F::peer, F::batch,
              F::values, F::count, F::news, F::position},
    EventInfo{E::repair_asked, L::debug, "repair_asked", F::way, F::peer, F::batch, F::count,
              F::position},
    EventInfo{E::repair_given_up, L::debug, "repair_given_up", F::way, F::peer, F::batch, F::count,
              F::position},
    EventInfo{E::relay_changed, L::info, "relay_changed", F::peer, F::epoch, F::cause,
              F::position},
    EventInfo{E::loss_noticed, L::info, "loss_noticed", F::cause, F::position},
    EventInfo{E::loss_over, L::info, "loss_over", F::duration_ns, F::cause, F::position},
    EventInfo{E::timer_fired, L::trace, "timer_fired", F::token, F::position},
    EventInfo{E::outputs_spilled, L::debug, "outputs_spilled", F::bytes},
    EventInfo{E::journal_compacted, L::debug, "journal_compacted", F::bytes},
    EventInfo{E::recording_started, L::info, "recording_started", F::file},
    EventInfo{E::recording_stopped, L::warn, "recording_stopped", F::cause, F::bytes, F::count},
    EventInfo{E::recording_ended, L::info, "recording_ended", F::bytes, F::count, F::missed},
    EventInfo{E::events_dropped, L::error, "events_dropped", F::count, F::cause},
};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kEvents.size(); ++i) {
    if (kEvents[i].event != static_cast<Event>(i)) return false;
  }
  return kEvents.size() == static_cast<std::size_t>(Event::last_) + 1;
}
static_assert(in_order(), "one row for each event, in the order of the enumeration");

constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 26> kFields{
    "batch",     "bytes",   "cause",      "count",   "delay_ns",  "detection_ns", "duration_ns",
    "epoch",     "file",    "first",      "last",    "message",   "missed",       "news",
    "outage_ns", "peer",    "position",   "station", "token",     "type",         "value",
    "values",    "version", "vocabulary", "way",     "worker_pid"};
static_assert(kFields.size() == static_cast<std::size_t>(FieldName::last_) + 1);

const EventInfo& info_of(Event event) {
  return kEvents[static_cast<std::size_t>(event)];
}

}  // namespace

Level level_of(Event event) {
  return info_of(event).level;
}
std::string_view name_of(Event event) {
  return info_of(event).name;
}
std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}
std::string_view name_of(FieldName field) {
  return kFields[static_cast<std::size_t>(field)];
}
std::span<const FieldName> fields_of(Event event) {
  const EventInfo& info = info_of(event);
  return {info.fields.data(), info.field_count};
}

}  // namespace hearsay::trace
