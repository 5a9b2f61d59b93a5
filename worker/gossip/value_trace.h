// What the trace says about the ways of values (common/trace/README.md). Events only: nothing here
// changes what a node does, and all of it is free while nobody wants the events. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "worker/core/context.h"
#include "worker/gossip/value_log.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {

// How values travel.
namespace way {
inline constexpr std::string_view kClient = "client";
inline constexpr std::string_view kTell = "tell";
inline constexpr std::string_view kBatch = "batch";
inline constexpr std::string_view kPull = "pull";          // answers who misses batches
inline constexpr std::string_view kExchange = "exchange";  // answers who said what it has
inline constexpr std::string_view kSpread = "spread";
inline constexpr std::string_view kGossip = "gossip";
}  // namespace way

struct Travel {
  std::string_view way;
  std::string_view peer;
  std::string_view batch = {};
};

// "n3/07fa/12": the same at all nodes. Empty while nobody wants to know.
std::string batch_name(core::Context& context, const Source& root, std::uint64_t number);

using Values = std::vector<std::string_view>;
// The values of a message that is sent: of runs (wire.h) or of an array. None while nobody wants to
// know.
Values values_of_runs(core::Context& context, std::string_view runs);
Values values_of_array(core::Context& context, std::string_view array);

void trace_sent(core::Context& context, const Travel& travel, const Values& values);
void trace_received(core::Context& context, const Travel& travel,
                    const std::vector<Arrival>& arrivals, std::size_t news);
void trace_received(core::Context& context, const Travel& travel, const Values& values,
                    std::size_t news);

}  // namespace hearsay::gossip
