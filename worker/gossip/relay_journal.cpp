// What the relay strategy finds in the journal, and what it puts into a compacted one.
#include <cstdint>
#include <string_view>
#include <utility>

#include "common/base/record.h"
#include "worker/gossip/relay.h"

namespace hearsay::gossip {

void Relay::replay(std::uint16_t kind, std::string_view payload) {
  const auto check = [&](std::uint32_t position) {
    if (position >= ledger_.log().size()) throw CorruptSegment("the journal names no such value");
  };
  if (ledger_.replay(kind, payload) || streams_.replay(kind, payload) ||
      repair_.replay(kind, payload)) {
    return;
  }
  const auto change = static_cast<StrategyChange>(kind);
  if (change == StrategyChange::epoch) {
    epoch_ = take<std::uint64_t>(payload);
  } else if (change == StrategyChange::owed) {
    const auto position = take<std::uint32_t>(payload);
    check(position);
    owed_.add(position);
    told_.forget(position);
  } else if (change == StrategyChange::told) {
    const auto position = take<std::uint32_t>(payload);
    check(position);
    // When it is due start() says.
    told_.put({position, ledger_.log()[position].taken_ns, 0, 0, 0});
  } else if (change == StrategyChange::echoed) {
    told_.forget(take<std::uint32_t>(payload));
  } else if (change == StrategyChange::flushed) {
    const auto record = take<FlushRecord>(payload);
    std::vector<std::uint32_t> positions = owed_.take();
    flushed_ns_ = record.at_ns;
    if (record.number != 0) remember_batch(record.number, std::move(positions));
  } else if (change == StrategyChange::hop) {
    // Before version 1.1 it had no deviation.
    const bool is_whole = payload.size() >= sizeof(HopEstimate::Record);
    journalled_hop_ = is_whole ? take<HopEstimate::Record>(payload)
                               : HopEstimate::Record{take<std::int64_t>(payload), 0};
    hop_.restore(journalled_hop_);
  }
}

void Relay::snapshot(const core::Service::ChangeSink& sink) const {
  const auto put = [&](StrategyChange change, std::string_view payload) {
    sink(static_cast<std::uint16_t>(change), payload);
  };
  ledger_.snapshot(sink);
  streams_.snapshot(sink);
  repair_.snapshot(sink);
  put(StrategyChange::epoch, bytes_of(epoch_));
  for (const Batch& batch : batch_log_.batches()) {
    for (const std::uint32_t position : batch.positions)
      put(StrategyChange::owed, bytes_of(position));
    put(StrategyChange::flushed, bytes_of(FlushRecord{batch.number, flushed_ns_}));
  }
  for (const std::uint32_t position : owed_.positions())
    put(StrategyChange::owed, bytes_of(position));
  for (const Told& told : told_.all()) put(StrategyChange::told, bytes_of(told.position));
  if (hop_.measured()) put(StrategyChange::hop, bytes_of(hop_.record()));
}

}  // namespace hearsay::gossip
