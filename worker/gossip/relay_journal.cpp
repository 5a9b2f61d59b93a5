// What the relay strategy finds in the journal, and what it puts into a compacted one.
#include <cstdint>
#include <string_view>
#include <utility>

#include "common/base/record.h"
#include "worker/gossip/position_runs.h"
#include "worker/gossip/relay.h"

namespace hearsay::gossip {

void Relay::on_restored(std::uint32_t position, Fate fate) {
  if (fate == Fate::owed) owed_.add(position);
  // When it is due start() says.
  if (fate == Fate::told) told_.put({position, ledger_.log()[position].taken_ns, 0, 0, 0});
}

void Relay::replay(std::uint16_t kind, std::string_view payload) {
  if (streams_.replay(kind, payload) || repair_.replay(kind, payload)) return;
  const auto for_each = [&](const auto& each) {
    for_each_position(payload, ledger_.log().size(), each);
  };
  const auto change = static_cast<StrategyChange>(kind);
  if (change == StrategyChange::epoch) {
    epoch_ = take<std::uint64_t>(payload);
  } else if (change == StrategyChange::owed) {
    for_each([&](std::uint32_t position) {
      told_.forget(position);
      owed_.add(position);
    });
  } else if (change == StrategyChange::told) {
    for_each([&](std::uint32_t position) { on_restored(position, Fate::told); });
  } else if (change == StrategyChange::echoed) {
    for_each([&](std::uint32_t position) { told_.forget(position); });
  } else if (change == StrategyChange::flushed) {
    const auto record = take<FlushRecord>(payload);
    std::vector<std::uint32_t> positions = owed_.take();
    flushed_ns_ = record.at_ns;
    if (record.number != 0) remember_batch(record.number, std::move(positions));
  } else if (change == StrategyChange::streams_begun) {
    number_ = 0;
    batch_log_ = {};
  } else if (change == StrategyChange::hop) {
    journalled_hop_ = take<HopEstimate::Record>(payload);
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
    if (!batch.positions.empty()) put(StrategyChange::owed, position_runs(batch.positions));
    put(StrategyChange::flushed, bytes_of(FlushRecord{batch.number, flushed_ns_}));
  }
  if (!owed_.empty()) put(StrategyChange::owed, position_runs(owed_.positions()));
  std::vector<std::uint32_t> told;
  told_.for_each([&](const Told& each) { told.push_back(each.position); });
  if (!told.empty()) put(StrategyChange::told, position_runs(told));
  if (hop_.measured()) put(StrategyChange::hop, bytes_of(hop_.record()));
}

}  // namespace hearsay::gossip
