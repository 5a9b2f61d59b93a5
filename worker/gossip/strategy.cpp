#include "worker/gossip/strategy.h"

#include "common/protocol/array_elements.h"
#include "worker/gossip/value_record.h"

namespace hearsay::gossip {
namespace {

constexpr auto kValue = static_cast<std::uint16_t>(ServiceChange::value);

void send_array(core::Context& context, std::string_view peer, std::string_view json_array) {
  context.send(peer, kGossipType,
               [&](protocol::MessageWriter& body) { body.json(kMessagesField, json_array); });
  trace_sent(context, {way::kGossip, peer}, values_of_array(context, json_array));
}

}  // namespace

void Strategy::keep(core::Context& context, std::span<const std::string> values) {
  for (const std::string& value : values) context.change(kValue, value);
}

void Strategy::restore(std::string_view record) {
  take_fate(record);
  while (!record.empty()) {
    const ValueItem item = take_item(record);
    if (!item.is_known) knowledge_.values.restore(item.text);
  }
}

void Strategy::snapshot(const core::Service::ChangeSink& sink) const {
  const ValueSet& values = knowledge_.values;
  for (std::uint32_t number = 0; number < values.size(); ++number) sink(kValue, values[number]);
}

void Strategy::tell(core::Context& context, std::string_view peer,
                    std::string_view json_array) const {
  const std::uint64_t most = knowledge_.limit.bytes();
  if (json_array.size() <= most) return send_array(context, peer, json_array);
  std::string piece;
  const auto send_piece = [&] {
    if (!piece.empty()) send_array(context, peer, piece.append("]"));
    piece.clear();
  };
  protocol::for_each_element(json_array, [&](std::string_view value) {
    if (piece.size() + value.size() > most) send_piece();
    piece.append(piece.empty() ? "[" : ",").append(value);
  });
  send_piece();
}

bool Knowledge::learn(core::Context& context, std::string_view value, const Travel& travel) {
  if (!values.add(value)) return false;
  context.events().emit(trace::Event::value_learned, {{trace::FieldName::value, value},
                                                      {trace::FieldName::way, travel.way},
                                                      {trace::FieldName::peer, travel.peer},
                                                      {trace::FieldName::batch, travel.batch},
                                                      {trace::FieldName::count, values.size()}});
  return true;
}

void Strategy::handle(core::Context& /*context*/, const protocol::Message& message) {
  throw core::BadRequest("this node gossips with another strategy (--gossip), which has no " +
                         std::string(message.type));
}

}  // namespace hearsay::gossip
