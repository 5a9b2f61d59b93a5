// The init message, as Maelstrom sends it once to each node
// (https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md#initialization), and its form
// in the journal.
#pragma once

#include <string>
#include <string_view>

#include "common/protocol/message.h"
#include "worker/core/roster.h"

namespace hearsay::core {

struct InitRequest {
  std::string node_id;
  Roster node_ids;  // node_id among them, each once

  // node_ids without node_id, in their order.
  Roster peers() const { return node_ids.without(node_id); }
};

// Throws BadRequest. `expected`: names whose memory is shared if the request has the same.
InitRequest parse_init(const protocol::Message& message, const Roster& expected = {});

// To and from a journal record's payload: node_id's bytes (u32), node_id, node_ids as JSON.
// from_payload throws CorruptSegment.
std::string to_payload(const InitRequest& request);
InitRequest from_payload(std::string_view payload, const Roster& expected = {});

}  // namespace hearsay::core
