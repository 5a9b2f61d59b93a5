#include "worker/gossip/replica_wire.h"

#include <tuple>
#include <utility>

#include "worker/core/body.h"
#include "worker/core/service.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {
namespace {

std::pair<std::uint64_t, std::uint64_t> pair_field(const protocol::Message& message,
                                                   std::string_view name) {
  const auto numbers = read_numbers(core::required_field(message, name));
  if (numbers.size() != 2) throw core::BadRequest("two numbers were expected");
  return {numbers[0], numbers[1]};
}

}  // namespace

void write_header(protocol::MessageWriter& body, const DeltaHeader& header) {
  body.json("lives", list_numbers({header.life, header.your_life}));
  body.integer("confirms", static_cast<std::int64_t>(header.confirms));
  if (header.everywhere > 0) {
    body.integer("everywhere", static_cast<std::int64_t>(header.everywhere));
  }
  if (header.staged > 0) body.integer("staged", static_cast<std::int64_t>(header.staged));
  if (header.has_entries()) body.json("interval", list_numbers({header.since, header.upto}));
  if (header.more) body.integer("more", 1);
  if (header.behind) body.integer("behind", 1);
  if (header.asks) body.integer("asks", 1);
}

DeltaHeader read_header(const protocol::Message& message) {
  DeltaHeader header;
  std::tie(header.life, header.your_life) = pair_field(message, "lives");
  if (header.life == 0) throw core::BadRequest("a node has an incarnation");
  header.confirms = number_field(message, "confirms", kMostCount);
  header.everywhere = number_field_or(message, "everywhere", 0, kMostCount);
  header.staged = number_field_or(message, "staged", 0, kMostCount);
  header.more = number_field_or(message, "more", 0, 1) == 1;
  header.behind = number_field_or(message, "behind", 0, 1) == 1;
  header.asks = number_field_or(message, "asks", 0, 1) == 1;
  if (!message.field("interval")) return header;
  std::tie(header.since, header.upto) = pair_field(message, "interval");
  require_at_most(header.upto, kMostCount);
  if (!header.has_entries()) throw core::BadRequest("an interval ends after its beginning");
  return header;
}

}  // namespace hearsay::gossip
