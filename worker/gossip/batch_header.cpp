#include "worker/gossip/batch_header.h"

#include <limits>
#include <string>

#include "worker/core/body.h"
#include "worker/core/service.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/loss_rate.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {

BatchHeader read_batch_header(const core::Context& context, const protocol::Message& message) {
  const std::uint64_t last_rank = node_count(context) - 1;
  BatchHeader header{
      number_field(message, "epoch", kMostCount),
      {static_cast<std::uint32_t>(number_field(message, "root", last_rank)),
       number_field(message, "incarnation", std::numeric_limits<std::uint64_t>::max())},
      number_field(message, "number", kMostCount),
      number_field_or(message, "repeats", 0, kRepeatedBatches),
      static_cast<std::uint32_t>(number_field(message, "place", last_rank)),
      number_field_or(message, "at", 0, kMostMicroseconds),
      number_field_or(message, "hop", 0, kMostMicroseconds),
      number_field_or(message, "loss", 0, LossRate::kPermille),
      {},
      {}};
  if (const auto ping = message.field("ping")) header.ping = read_numbers(*ping);
  if (const auto heads = message.field("heads")) header.heads = read_numbers(*heads);
  if (header.number == 0 || header.place == 0 || header.root.rank == own_rank(context)) {
    throw core::BadRequest("a batch that is not for this node");
  }
  if (header.ping.size() % 3 != 0 || header.heads.size() % 3 != 0) {
    throw core::BadRequest("ping and heads have three parts");
  }
  for (const std::uint64_t number : header.ping) require_at_most(number, kMostMicroseconds);
  for (std::size_t i = 0; i < header.heads.size(); i += 3) {
    require_at_most(header.heads[i], last_rank);
    require_at_most(header.heads[i + 2], kMostCount);
  }
  return header;
}

void write_batch(protocol::MessageWriter& body, const BatchHeader& header, std::uint32_t place,
                 std::string_view runs) {
  body.integer("epoch", static_cast<std::int64_t>(header.epoch))
      .integer("root", header.root.rank)
      .json("incarnation", std::to_string(header.root.incarnation))
      .integer("number", static_cast<std::int64_t>(header.number))
      .integer("place", place);
  if (header.repeats > 0) body.integer("repeats", static_cast<std::int64_t>(header.repeats));
  if (header.at_us > 0) body.integer("at", static_cast<std::int64_t>(header.at_us));
  if (header.hop_us > 0) body.integer("hop", static_cast<std::int64_t>(header.hop_us));
  if (header.loss > 0) body.integer("loss", static_cast<std::int64_t>(header.loss));
  if (!header.ping.empty()) body.json("ping", list_numbers(header.ping));
  if (!header.heads.empty()) body.json("heads", list_numbers(header.heads));
  body.json("runs", runs);
}

}  // namespace hearsay::gossip
