// unique ids (challenge 2, https://fly.io/dist-sys/2/), without any coordination and any state.
//
// An id is NODE-INCARNATION-NUMBER: the node's name, which Maelstrom gives to one node only; the
// incarnation, drawn anew by each supervisor (Unix time in ms, then 20 random bits), which tells a
// node restarted from nothing from its earlier lives; and the number of the input that asked, of
// which each is committed once. A request whose step is run again after a crash gets the id that it
// would have got before: the crashed step's answer never left the node.
#pragma once

#include "worker/core/service.h"

namespace hearsay::services {

class UniqueIds final : public core::Service {
 public:
  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
};

}  // namespace hearsay::services
