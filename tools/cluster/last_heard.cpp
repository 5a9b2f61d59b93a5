#include "tools/cluster/last_heard.h"

#include <nlohmann/json.hpp>

#include "common/base/units.h"

namespace hearsay::cluster {

void LastHeard::expect(const std::vector<std::string>& nodes) {
  for (const std::string& node : nodes) at_ns_.try_emplace(node, 0);
}

void LastHeard::note(std::string_view sender, std::int64_t now_ns) {
  const auto known = at_ns_.find(sender);
  if (known != at_ns_.end()) known->second = now_ns;
}

std::map<std::string, std::int64_t> LastHeard::ago_ms(const std::vector<std::string>& nodes,
                                                      std::int64_t now_ns) const {
  std::map<std::string, std::int64_t> ago;
  for (const std::string& node : nodes) {
    const auto known = at_ns_.find(node);
    if (known == at_ns_.end()) continue;
    ago[node] = known->second == 0 ? kNever : (now_ns - known->second) / kNsPerMs;
  }
  return ago;
}

std::string seek_in_hail(const std::vector<std::string>& nodes) {
  return nodes.empty() ? "" : nlohmann::json{{"missing", nodes}}.dump();
}

std::vector<std::string> sought_in(const std::string& hail) {
  const auto json = nlohmann::json::parse(hail, nullptr, false);
  std::vector<std::string> nodes;
  if (!json.is_object() || !json.contains("missing") || !json["missing"].is_array()) return nodes;
  for (const auto& each : json["missing"]) {
    if (each.is_string()) nodes.push_back(each.get<std::string>());
  }
  return nodes;
}

}  // namespace hearsay::cluster
