#include "tools/experiment/services/request_log.h"

#include <nlohmann/json.hpp>

namespace hearsay::bench {
namespace {

// Of a text for people; a node may put any amount into it.
constexpr std::size_t kMostTextBytes = 1000;

std::string beginning_of(const ServiceJson& json) {
  return json.dump(-1, ' ', false, ServiceJson::error_handler_t::replace).substr(0, kMostTextBytes);
}

}  // namespace

void RequestLog::take(std::string_view client, const ServiceJson& body,
                      const std::optional<ServiceJson>& reply) {
  Requests& requests = by_client_.try_emplace(std::string(client)).first->second;
  if (member_of(body, "msg_id").is_null()) ++requests.without_msg_id;
  const ServiceJson type = member_of(body, "type");
  if (!reply || !type.is_string()) {
    if (requests.unknown++ == 0) requests.unknown_type = beginning_of(type);
    return;
  }
  RequestsOfAType& alike = requests.by_type[type.get<std::string>()];
  if (member_of(*reply, "type") != "error") {
    ++alike.good;
    return;
  }
  ++alike.errors;
  alike.last_error = beginning_of(*reply);
}

}  // namespace hearsay::bench
