#include "worker/gossip/identified_strategy.h"

namespace hearsay::gossip {

IdentifiedStrategy::IdentifiedStrategy(Knowledge& knowledge)
    : Strategy(knowledge), ledger_(knowledge), repair_(*this, ledger_, streams_) {}

// Others take it for known here, and nobody would say it again.
void IdentifiedStrategy::on_new_incarnation(core::Context& context) {
  see_cluster(context);
  repair_.on_joined(context);
}

void IdentifiedStrategy::start(core::Context& context) {
  see_cluster(context);
  started_ = true;
  alarm_.start();
  resume(context);
  repair_.start(context);
  tick(context);
}

void IdentifiedStrategy::on_timer(core::Context& context, std::uint32_t /*token*/) {
  alarm_.rang(context);
  tick(context);
}

void IdentifiedStrategy::on_topology(core::Context& context) {
  see_cluster(context);
  repair_.on_joined(context);
  tick(context);
}

void IdentifiedStrategy::handle(core::Context& context, const protocol::Message& message) {
  see_cluster(context);
  receive(context, message);
  tick(context);
}

void IdentifiedStrategy::receive(core::Context& context, const protocol::Message& message) {
  if (message.type == kHaveType) {
    repair_.handle_have(context, message);
  } else if (message.type == kFillType) {
    repair_.handle_fill(context, message);
  } else {
    Strategy::handle(context, message);
  }
}

void IdentifiedStrategy::restore(std::string_view record) {
  std::uint32_t position = ledger_.log().size();
  const Fate fate = ledger_.restore(record);
  for (; position < ledger_.log().size(); ++position) on_restored(position, fate);
}

void IdentifiedStrategy::tick(core::Context& context) {
  if (started_) do_due(context);
}

}  // namespace hearsay::gossip
