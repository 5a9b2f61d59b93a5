#include "tools/trace/value_story.h"

#include <algorithm>
#include <utility>

#include "tools/trace/filter.h"

namespace hearsay::traces {

ValueStory::ValueStory(const RunReader& run, std::string value)
    : value_(std::move(value)), trace_(run.open()) {
  find_batches(run);
  while (const TraceEvent* event = trace_.next()) take(*event);
  // Never sent: the step was not committed.
  std::erase_if(carried_, [](const Carried& each) { return each.id == 0; });
}

// Lists are cut, so a batch may have brought it without listing it.
void ValueStory::find_batches(const RunReader& run) {
  MergedTrace trace = run.open();
  while (const TraceEvent* event = trace.next()) {
    if (event->event == Event::value_learned && event->has(FieldName::batch) &&
        event->text(FieldName::value) == value_) {
      batches_.emplace(event->text(FieldName::batch));
    }
  }
}

void ValueStory::take(const TraceEvent& event) {
  if (event.level <= trace::Level::debug) telling_.insert(event.node);
  level_.take(event);
  spread_.take(event);
  end_ns_ = std::max(end_ns_, event.time_ns);
  const Delivery* delivery = deliveries_.take(event);
  switch (event.event) {
    case Event::message_received:
      requests_[event.node] = event.text(FieldName::message);
      break;
    case Event::value_learned:
      if (event.text(FieldName::value) == value_) take_learned(event);
      break;
    case Event::values_sent:
      take_sent(event, *delivery);
      break;
    case Event::values_received:
      take_received(event, delivery);
      break;
    case Event::repair_asked:
      asked_[event.node] = {event.time_ns, std::string(event.text(FieldName::peer))};
      break;
    case Event::worker_recovered:
      take_back(event);
      break;
    default:
      break;
  }
}

void ValueStory::take_learned(const TraceEvent& event) {
  Learned learned;
  learned.node = event.node;
  learned.life = event.life;
  learned.position = event.position().value_or(-1);
  learned.time_ns = event.time_ns;
  learned.way = event.text(FieldName::way);
  learned.peer = event.text(FieldName::peer);
  learned.batch = event.text(FieldName::batch);
  if (learned.way == "client") learned.request = requests_[event.node];
  const auto asked = asked_.find(event.node);
  if (asked != asked_.end() && (learned.way == "pull" || learned.way == "exchange")) {
    learned.asked_ns = asked->second.time_ns;
    learned.asked_peer = asked->second.peer;
  }
  learned_.push_back(std::move(learned));
}

void ValueStory::take_sent(const TraceEvent& event, const Delivery& delivery) {
  const auto listed = static_cast<std::int64_t>(event.values.size());
  if (event.number(FieldName::count) > listed) lists_are_cut_ = true;
  const bool carries = speaks_of(event, value_) || batches_.count(event.text(FieldName::batch)) > 0;
  if (!carries) return;
  by_id_[delivery.id] = carried_.size();
  carried_.push_back({delivery.id, event.node, std::string(event.text(FieldName::peer)),
                      delivery.position, event.time_ns, std::string(event.text(FieldName::way)),
                      std::string(event.text(FieldName::batch)), event.number(FieldName::count),
                      std::nullopt});
}

// What was learned from a message stands before it, at the same position.
void ValueStory::take_received(const TraceEvent& event, const Delivery* delivery) {
  if (delivery == nullptr) return;
  const auto sent = by_id_.find(delivery->id);
  if (sent != by_id_.end()) carried_[sent->second].received_ns = event.time_ns;
  const auto last = std::find_if(learned_.rbegin(), learned_.rend(),
                                 [&](const Learned& each) { return each.node == event.node; });
  if (last == learned_.rend() || last->position != event.position().value_or(-1)) return;
  if (last->peer == event.text(FieldName::peer)) {
    last->on_way_ns = event.time_ns - delivery->sent_ns;
  }
}

void ValueStory::take_back(const TraceEvent& recovered) {
  for (const std::uint64_t id : deliveries_.undone()) {
    const auto sent = by_id_.extract(id);
    if (sent) carried_[sent.mapped()].id = 0;
  }
  for (const std::uint64_t id : deliveries_.reopened()) {
    const auto sent = by_id_.find(id);
    if (sent != by_id_.end()) carried_[sent->second].received_ns.reset();
  }
  std::erase_if(learned_, [&](const Learned& each) {
    return each.node == recovered.node && each.life == recovered.life &&
           each.position >= recovered.number(FieldName::position);
  });
}

bool ValueStory::has(std::uint32_t node) const {
  const SpreadValue* value = spread_.find(value_);
  return value != nullptr && value->nodes.has(node);
}

std::optional<std::int64_t> ValueStory::learned_ns(std::uint32_t node) const {
  for (const Learned& each : learned_) {
    if (each.node == node) return each.time_ns;
  }
  return std::nullopt;
}

}  // namespace hearsay::traces
