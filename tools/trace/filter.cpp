#include "tools/trace/filter.h"

#include <algorithm>

namespace hearsay::traces {
namespace {

std::vector<std::string> all_event_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Event::last_); ++i) {
    names.emplace_back(name_of(static_cast<Event>(i)));
  }
  return names;
}

bool among(const std::vector<std::string>& wanted, std::string_view name) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

}  // namespace

void add_window_options(CommandLine& command, TimeWindow& window) {
  command.add("--from", window.from_s, "From this time on").value_name("SECONDS");
  command.add("--to", window.to_s, "Up to this time").value_name("SECONDS");
}

void add_filter_options(CommandLine& command, EventFilter& filter) {
  command.add("--node", filter.nodes, "Of these nodes only, separated by commas")
      .separated_by_commas()
      .one_at_a_time()
      .value_name("NAMES");
  command.add("--event", filter.events, "These events only, separated by commas")
      .separated_by_commas()
      .one_at_a_time()
      .one_of(all_event_names())
      .value_name("NAMES");
  command.add("--peer", filter.peer, "What concerns this node or client as the other side")
      .value_name("NAME");
  command.add("--value", filter.value, "What speaks of this value").value_name("JSON");
  command.add("--message", filter.message, "What speaks of this request").value_name("SRC:ID");
  add_window_options(command, filter.window);
}

bool speaks_of(const TraceEvent& event, std::string_view value) {
  return event.text(FieldName::value) == value ||
         std::find(event.values.begin(), event.values.end(), value) != event.values.end();
}

bool lets_through(const EventFilter& filter, const TraceEvent& event, const RunReader& run) {
  return among(filter.nodes, event.node_name) && among(filter.events, name_of(event.event)) &&
         (filter.peer.empty() || event.text(FieldName::peer) == filter.peer) &&
         (filter.message.empty() || event.text(FieldName::message) == filter.message) &&
         (filter.value.empty() || speaks_of(event, filter.value)) &&
         run.holds(filter.window, event.time_ns);
}

}  // namespace hearsay::traces
