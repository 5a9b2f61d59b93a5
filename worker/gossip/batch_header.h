// What a batch says on its way, beside its values: whose it is, its number, and news of the root.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"
#include "common/protocol/message_writer.h"
#include "worker/core/context.h"
#include "worker/gossip/value_log.h"

namespace hearsay::gossip {

inline constexpr std::size_t kRepeatedBatches = 8;  // in each batch, at most

struct BatchHeader {
  std::uint64_t epoch;
  Source root;
  std::uint64_t number;
  std::uint64_t repeats = 0;             // how many batches before `number` are in it as well
  std::uint32_t place = 0;               // of the receiver, in the batch's tree
  std::uint64_t at_us = 0;               // the root's time, if it wants it back; else 0
  std::uint64_t hop_us = 0;              // what the root takes a hop to last; 0: it has no idea
  std::uint64_t loss = 0;                // permille of the messages get lost, as the root sees it
  std::vector<std::uint64_t> ping = {};  // each: rank, its time in us, how long it was held in us
  std::vector<std::uint64_t> heads =
      {};  // rank, incarnation, number of other roots' latest batches
};

// Throws BadRequest, also for a batch that cannot be for this node.
BatchHeader read_batch_header(const core::Context& context, const protocol::Message& message);
// Writes a batch to the node at `place`.
void write_batch(protocol::MessageWriter& body, const BatchHeader& header, std::uint32_t place,
                 std::string_view runs);

}  // namespace hearsay::gossip
