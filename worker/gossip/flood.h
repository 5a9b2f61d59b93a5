// flood: what is new goes at once to the topology's neighbours, but not back to where it came from.
//
// As in the Gossip Glomers, challenge 3b (https://fly.io/dist-sys/3b/). Each value crosses every
// link of the topology up to twice; no value is sent again, so what a partition drops is lost to
// the other side.
#pragma once

#include "worker/gossip/strategy.h"

namespace hearsay::gossip {

class Flood final : public Strategy {
 public:
  using Strategy::Strategy;

  void on_news(core::Context& context, std::span<const std::string> values,
               std::string_view source) override;
};

}  // namespace hearsay::gossip
