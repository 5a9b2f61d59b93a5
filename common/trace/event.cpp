#include "common/trace/event.h"

#include <array>

namespace hearsay::trace {
namespace {

struct EventInfo {
  Event event;
  Level level;
  std::string_view name;
};

constexpr std::array kEvents{
    EventInfo{Event::node_started, Level::info, "node_started"},
    EventInfo{Event::node_initialised, Level::info, "node_initialised"},
    EventInfo{Event::node_stopped, Level::info, "node_stopped"},
    EventInfo{Event::input_ended, Level::info, "input_ended"},
    EventInfo{Event::output_closed, Level::info, "output_closed"},
    EventInfo{Event::worker_started, Level::info, "worker_started"},
    EventInfo{Event::worker_ready, Level::info, "worker_ready"},
    EventInfo{Event::worker_recovered, Level::info, "worker_recovered"},
    EventInfo{Event::worker_died, Level::warn, "worker_died"},
    EventInfo{Event::worker_killed, Level::warn, "worker_killed"},
    EventInfo{Event::worker_not_started, Level::warn, "worker_not_started"},
    EventInfo{Event::worker_delayed, Level::warn, "worker_delayed"},
    EventInfo{Event::segment_corrupt, Level::error, "segment_corrupt"},
    EventInfo{Event::internal_error, Level::error, "internal_error"},
    EventInfo{Event::line_rejected, Level::warn, "line_rejected"},
    EventInfo{Event::request_rejected, Level::warn, "request_rejected"},
    EventInfo{Event::message_dropped, Level::warn, "message_dropped"},
    EventInfo{Event::input_skipped, Level::error, "input_skipped"},
    EventInfo{Event::reply_dropped, Level::warn, "reply_dropped"},
    EventInfo{Event::message_received, Level::debug, "message_received"},
    EventInfo{Event::message_sent, Level::debug, "message_sent"},
    EventInfo{Event::timer_fired, Level::trace, "timer_fired"},
    EventInfo{Event::value_learned, Level::debug, "value_learned"},
    EventInfo{Event::relay_changed, Level::info, "relay_changed"},
    EventInfo{Event::batch_requested, Level::debug, "batch_requested"},
    EventInfo{Event::step_committed, Level::trace, "step_committed"},
    EventInfo{Event::outputs_spilled, Level::debug, "outputs_spilled"},
    EventInfo{Event::journal_compacted, Level::debug, "journal_compacted"},
    EventInfo{Event::events_dropped, Level::error, "events_dropped"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kEvents.size(); ++i) {
    if (kEvents[i].event != static_cast<Event>(i)) return false;
  }
  return kEvents.size() == static_cast<std::size_t>(Event::last_) + 1;
}
static_assert(in_order(), "one row for each event, in the order of the enumeration");

constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 11> kFields{"bytes",   "cause",   "count",     "duration_ns",
                                                   "message", "peer",    "position",  "type",
                                                   "value",   "version", "worker_pid"};
static_assert(kFields.size() == static_cast<std::size_t>(FieldName::worker_pid) + 1);

}  // namespace

Level level_of(Event event) {
  return kEvents[static_cast<std::size_t>(event)].level;
}
std::string_view name_of(Event event) {
  return kEvents[static_cast<std::size_t>(event)].name;
}
std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}
std::string_view name_of(FieldName field) {
  return kFields[static_cast<std::size_t>(field)];
}

}  // namespace hearsay::trace
