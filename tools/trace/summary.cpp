#include "tools/trace/summary.h"

#include <algorithm>

#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// More inputs than this are never open: the request ring does not hold them.
constexpr std::size_t kMostOpen = 100'000;

bool is_of_a_death(Event event) {
  return event == Event::worker_killed || event == Event::worker_died ||
         event == Event::worker_delayed;
}

}  // namespace

Summary::Node& Summary::node_of(const TraceEvent& event) {
  if (event.node >= nodes_.size()) nodes_.resize(event.node + 1);
  return nodes_[event.node];
}

const NodeSummary& Summary::node(std::size_t number) const {
  static const NodeSummary kNothing;
  return number < nodes_.size() ? nodes_[number].summary : kNothing;
}

void Summary::take(const TraceEvent& event) {
  if (events_++ == 0) first_ns_ = event.time_ns;
  last_ns_ = std::max(last_ns_, event.time_ns);
  level_.take(event);
  spread_.take(event);
  Node& node = node_of(event);
  ++node.summary.events;
  if (event.level >= trace::Level::info) take_life(node, event);
  if (event.level == trace::Level::debug) take_message(node, event);
  if (event.level >= trace::Level::warn && !is_of_a_death(event.event)) take_warning(event);
}

void Summary::take_life(Node& node, const TraceEvent& event) {
  causes_.take(event);
  switch (event.event) {
    case Event::node_started:
      ++node.summary.lives;
      node.open.clear();
      vocabulary_ = std::max(vocabulary_, event.number(FieldName::vocabulary));
      break;
    case Event::node_initialised:
      cluster_size_ = std::max(cluster_size_, event.number(FieldName::count));
      break;
    case Event::worker_died:
      ++node.summary.deaths;
      ++deaths_[causes_.cause_of(event)];
      break;
    case Event::worker_ready:
      if (!event.has(FieldName::outage_ns)) break;
      outages_ns_.push_back(event.number(FieldName::outage_ns));
      node.summary.longest_outage_ns = std::max(node.summary.longest_outage_ns, outages_ns_.back());
      break;
    case Event::worker_recovered:  // what comes from here on is run again
      while (!node.open.empty() && node.open.back().position >= event.number(FieldName::position)) {
        --*node.open.back().count;
        node.open.pop_back();
      }
      break;
    case Event::events_dropped:
      node.summary.dropped += event.number(FieldName::count);
      break;
    default:
      break;
  }
}

void Summary::take_message(Node& node, const TraceEvent& event) {
  if (event.event == Event::line_read) {
    ++node.summary.lines_read;
  } else if (event.event == Event::line_written) {
    ++node.summary.lines_written;
    const auto written = event.position();
    while (written && !node.open.empty() && node.open.front().position <= *written) {
      node.open.pop_front();
    }
  } else if (event.event == Event::message_sent) {
    const std::string_view type = event.text(FieldName::type);
    ByType& kind = event.has(FieldName::message) ? answers_ : between_nodes_;
    auto count = kind.find(type);
    if (count == kind.end()) count = kind.try_emplace(std::string(type)).first;
    ++count->second;
    node.open.push_back({event.number(FieldName::position), &count->second});
    if (node.open.size() > kMostOpen) node.open.pop_front();
  }
}

void Summary::take_warning(const TraceEvent& event) {
  Warning& warning = warnings_[{event.node, event.event}];
  ++warning.count;
  warning.last = in_words(event);
}

}  // namespace hearsay::traces
