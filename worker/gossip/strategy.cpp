#include "worker/gossip/strategy.h"

namespace hearsay::gossip {

void Strategy::tell(core::Context& context, std::string_view peer, std::string_view json_array) {
  context.send(peer, kGossipType,
               [&](protocol::MessageWriter& body) { body.json(kMessagesField, json_array); });
  trace_sent(context, {way::kGossip, peer}, values_of_array(context, json_array));
}

bool Knowledge::learn(core::Context& context, std::string_view value, const Travel& travel) {
  if (!values.add(value)) return false;
  context.change(static_cast<std::uint16_t>(ServiceChange::value), value);
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
