#include "worker/core/init_request.h"

#include <algorithm>

#include "common/base/record.h"
#include "worker/core/body.h"
#include "worker/core/service.h"

namespace hearsay::core {

std::vector<std::string> InitRequest::peers() const {
  std::vector<std::string> others;
  for (const std::string& id : node_ids) {
    if (id != node_id) others.push_back(id);
  }
  return others;
}

InitRequest parse_init(const protocol::Message& message) {
  InitRequest request{string_field(message, "node_id"), string_list_field(message, "node_ids")};
  if (request.node_id.empty()) throw BadRequest("body.node_id is empty");
  const auto& ids = request.node_ids;
  if (std::find(ids.begin(), ids.end(), request.node_id) == ids.end()) {
    throw BadRequest("body.node_ids does not contain the node's own id, " + request.node_id);
  }
  return request;
}

std::string to_payload(const InitRequest& request) {
  return nlohmann::json{{"node_id", request.node_id}, {"node_ids", request.node_ids}}.dump();
}

InitRequest from_payload(std::string_view payload) {
  try {
    const auto json = nlohmann::json::parse(payload);
    return {json.at("node_id"), json.at("node_ids")};
  } catch (const nlohmann::json::exception&) {
    throw CorruptSegment("the journal's init record is unreadable");
  }
}

}  // namespace hearsay::core
