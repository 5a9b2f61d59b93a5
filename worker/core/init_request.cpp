#include "worker/core/init_request.h"

#include <optional>
#include <utility>

#include "common/base/record.h"
#include "worker/core/body.h"
#include "worker/core/service.h"

namespace hearsay::core {

InitRequest parse_init(const protocol::Message& message, const Roster& expected) {
  InitRequest request{string_field(message, "node_id"),
                      string_list_field(message, "node_ids", expected).distinct()};
  if (request.node_id.empty()) throw BadRequest("body.node_id is empty");
  if (!request.node_ids.contains(request.node_id)) {
    throw BadRequest("body.node_ids does not contain the node's own id, " + request.node_id);
  }
  return request;
}

std::string to_payload(const InitRequest& request) {
  const auto name_bytes = static_cast<std::uint32_t>(request.node_id.size());
  std::string payload(bytes_of(name_bytes));
  return payload.append(request.node_id).append(request.node_ids.json());
}

InitRequest from_payload(std::string_view payload, const Roster& expected) {
  const auto name_bytes = take<std::uint32_t>(payload);
  if (name_bytes > payload.size()) throw CorruptSegment("the journal's init record is too short");
  const std::string_view name = payload.substr(0, name_bytes);
  payload.remove_prefix(name_bytes);
  std::optional<Roster> names = Roster::parse_record(payload, expected);
  if (!names) throw CorruptSegment("the journal's init record is unreadable");
  return {std::string(name), std::move(*names)};
}

}  // namespace hearsay::core
