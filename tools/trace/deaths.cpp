#include "tools/trace/deaths.h"

#include <algorithm>

#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// More inputs are never open: the request ring does not hold them.
constexpr std::size_t kMostInputs = 10'000;

}  // namespace

void Deaths::take(const TraceEvent& event) {
  if (event.node >= nodes_.size()) nodes_.resize(event.node + 1);
  Node& node = nodes_[event.node];
  causes_.take(event);
  switch (event.event) {
    case Event::line_read:
    case Event::message_received:
    case Event::timer_fired:
      take_input(node, event);
      break;
    case Event::message_sent:
      if (Input* input = find(node, event.position().value_or(-1))) {
        if (!input->message.empty() && event.text(FieldName::message) == input->message) {
          input->answer = input->sent;
        }
        ++input->sent;
      }
      break;
    case Event::line_written:
      take_line(node, event, true);
      break;
    case Event::reply_dropped:
      take_line(node, event, false);
      break;
    case Event::step_committed:
      forget_before(node, event.number(FieldName::last) + 1);
      break;
    default:
      take_life(node, event);
      break;
  }
  Line& line = node.recent[node.next++ % kBefore];
  line.text = event.line;
  line.time_ns = event.time_ns;
}

void Deaths::take_life(Node& node, const TraceEvent& event) {
  Death* death = node.death;
  switch (event.event) {
    case Event::node_started:
      node.open.clear();
      node.death = nullptr;
      break;
    case Event::worker_died:
      die(node, event);
      break;
    case Event::worker_delayed:
      if (death != nullptr) death->delay_ns += event.number(FieldName::delay_ns);
      break;
    case Event::worker_not_started:
      if (death != nullptr) ++death->failed_starts;
      break;
    case Event::worker_recovered:
      recover(node, event);
      break;
    case Event::worker_ready:
      if (death == nullptr) break;
      death->start_ns = event.number(FieldName::duration_ns);
      // A node's first worker has no outage to tell of, though one before it may have died.
      death->outage_ns = event.has(FieldName::outage_ns)
                             ? event.number(FieldName::outage_ns)
                             : death->detection_ns + event.time_ns - death->died_ns;
      node.death = nullptr;
      break;
    default:
      break;
  }
}

void Deaths::take_input(Node& node, const TraceEvent& event) {
  const auto position = event.position();
  if (!position) return;
  Input* known = find(node, *position);
  if (known == nullptr) {
    const auto input = std::make_shared<Input>();
    input->position = *position;
    input->type = event.event == Event::timer_fired ? "a timer" : event.text(FieldName::type);
    input->peer = event.text(FieldName::peer);
    input->message = event.text(FieldName::message);
    input->read_ns = event.time_ns;
    const auto at = std::lower_bound(
        node.open.begin(), node.open.end(), *position,
        [](const auto& each, std::int64_t wanted) { return each->position < wanted; });
    known = node.open.insert(at, input)->get();
    if (node.open.size() > kMostInputs) node.open.pop_front();
  }
  if (event.event == Event::line_read) return;
  known->begun = true;
  known->sent = 0;
  known->answer.reset();
}

void Deaths::take_line(Node& node, const TraceEvent& event, bool written) {
  const auto position = event.position();
  if (!position) return;
  Input* input = find(node, *position);
  if (input != nullptr && input->answer && input->written++ == *input->answer) {
    if (written) input->answered_ns = event.time_ns;
    input->dropped = !written;
  }
  forget_before(node, *position);  // all before it is committed
}

// What is committed and settled is not in flight.
void Deaths::forget_before(Node& node, std::int64_t position) {
  while (!node.open.empty() && node.open.front()->position < position &&
         node.open.front()->is_settled()) {
    node.open.pop_front();
  }
}

Input* Deaths::find(Node& node, std::int64_t position) {
  const auto at = std::lower_bound(
      node.open.begin(), node.open.end(), position,
      [](const auto& each, std::int64_t wanted) { return each->position < wanted; });
  return at != node.open.end() && (*at)->position == position ? at->get() : nullptr;
}

void Deaths::die(Node& node, const TraceEvent& event) {
  if (node.death != nullptr) node.death->again = true;
  Death& death = deaths_.emplace_back();
  death.node = event.node;
  death.life = event.life;
  death.generation = event.generation;
  death.pid = event.number(FieldName::worker_pid);
  death.cause = causes_.cause_of(event);
  death.at_input = event.position();
  death.died_ns = event.time_ns;
  death.detection_ns = event.number(FieldName::detection_ns);
  tell_before(node, death);
  for (const auto& input : node.open) {
    const bool answered = input->answered_ns || input->dropped;
    // What the worker itself said of it died with it; the supervisor knows where it was.
    const bool begun = input->begun || (death.at_input && input->position <= *death.at_input);
    if (!answered) death.in_flight.push_back({input, begun});
    input->begun = false;
  }
  node.death = &death;
}

void Deaths::tell_before(Node& node, Death& death) {
  for (std::size_t i = 0; i < kBefore; ++i) {
    Line& line = node.recent[(node.next + i) % kBefore];
    if (line.text.empty()) continue;
    line.text.reserve(line.text.size() + kPaddingBytes);
    TraceEvent event;
    if (parser_.parse(line.text, event) != LineKind::event) continue;
    death.before.push_back(in_words(event));
    death.before_ns.push_back(line.time_ns);
  }
}

void Deaths::recover(Node& node, const TraceEvent& event) {
  if (node.death == nullptr) return;
  Death& death = *node.death;
  const std::int64_t from = event.number(FieldName::position);
  death.goes_on_at = from;
  death.recovery_ns = event.number(FieldName::duration_ns);
  death.journal_bytes = event.number(FieldName::bytes);
  for (const InFlight& each : death.in_flight) {
    if (each.input->position >= from && each.begun) death.run_again.push_back(each);
  }
  // Committed, and nobody waits: not in flight.
  std::erase_if(death.in_flight, [&](const InFlight& each) {
    return each.input->position < from && each.input->message.empty();
  });
  forget_before(node, from);
}

}  // namespace hearsay::traces
