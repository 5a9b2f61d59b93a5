// What a message between replicas (replica.h) says beside its entries, as JSON text:
//
//   "lives":[mine,yours]     incarnations; yours is 0 as long as I have not heard of you
//   "confirms":n             of your changes I have all up to your number n
//   "everywhere":n           of my changes all my neighbours have all up to my number n
//   "staged":n               beyond that, up to n, I have what I can't show before I have the rest
//   "interval":[since,upto]  with "entries": what changed here after my number since, up to upto
//   "more":1                 more has changed after upto; without an interval, after what you
//   confirm "behind":1               your last interval began after what I have; go on after
//   "confirms" "asks":1                 answer: I don't know yet that you have heard of me
//
// An interval is answered too, with what it confirms. Reading throws BadRequest.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/protocol/message.h"
#include "common/protocol/message_writer.h"

namespace hearsay::gossip {

inline constexpr std::string_view kDeltaType = "gossip-delta";
inline constexpr std::string_view kEntriesField = "entries";

struct DeltaHeader {
  std::uint64_t life = 0;
  std::uint64_t your_life = 0;
  std::uint64_t confirms = 0;
  std::uint64_t everywhere = 0;
  std::uint64_t since = 0;
  std::uint64_t upto = 0;
  std::uint64_t staged = 0;
  bool more = false;
  bool behind = false;
  bool asks = false;

  bool has_entries() const { return upto > since; }
};

void write_header(protocol::MessageWriter& body, const DeltaHeader& header);
DeltaHeader read_header(const protocol::Message& message);

}  // namespace hearsay::gossip
