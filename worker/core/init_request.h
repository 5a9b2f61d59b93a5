// The init message, as Maelstrom sends it once to each node
// (https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md#initialization), and its form
// in the journal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::core {

struct InitRequest {
  std::string node_id;
  std::vector<std::string> node_ids;  // node_id among them

  // node_ids without node_id, in their order.
  std::vector<std::string> peers() const;
};

// Throws BadRequest.
InitRequest parse_init(const protocol::Message& message);

// To and from a journal record's payload: JSON. from_payload throws CorruptSegment.
std::string to_payload(const InitRequest& request);
InitRequest from_payload(std::string_view payload);

}  // namespace hearsay::core
