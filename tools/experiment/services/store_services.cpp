#include "tools/experiment/services/store_services.h"

namespace hearsay::bench {

std::optional<ServiceJson> LinKv::answer(std::string_view /*client*/, const ServiceJson& body) {
  const auto request = parse_store_request(body);
  if (!request) return std::nullopt;
  return carry_out(*request, answer_store_request, values_);
}

std::optional<ServiceJson> SeqKv::answer(std::string_view client, const ServiceJson& body) {
  const auto request = parse_store_request(body);
  if (!request) return std::nullopt;
  std::int64_t& seen = seen_.try_emplace(std::string(client), 0).first->second;
  const std::int64_t newest = store_.newest();
  const auto versions = static_cast<std::uint64_t>(newest - seen + 1);
  const std::int64_t drawn = seen + static_cast<std::int64_t>(random_.below(versions));
  ServiceJson reply = store_.answer(*request, drawn);
  const bool changed = store_.newest() > newest;
  seen = changed ? store_.newest() : drawn;
  return reply;
}

std::optional<ServiceJson> LwwKv::answer(std::string_view /*client*/, const ServiceJson& body) {
  const auto request = parse_store_request(body);
  if (!request) return std::nullopt;
  StoredValues& replica = replicas_[random_.below(replicas_.size())];
  return carry_out(*request, answer_loose_store_request, replica);
}

}  // namespace hearsay::bench
