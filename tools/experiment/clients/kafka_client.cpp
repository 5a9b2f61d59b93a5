#include "tools/experiment/clients/kafka_client.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

std::string wrong_offset_pairs(const nlohmann::json& pairs) {
  if (const std::string wrong = no_array(pairs); !wrong.empty()) return "has a list that " + wrong;
  for (const nlohmann::json& pair : pairs) {
    const bool good = pair.is_array() && pair.size() == 2 && is_whole_number(pair[0]);
    if (!good) return "has a message that is no [offset, message]: " + pair.dump();
  }
  return "";
}

// One beyond it is to fit as well: offsets that 64 bits do not hold are asked for from there on.
std::int64_t offset_in(const nlohmann::json& pair) {
  return std::min(clamped_int64(pair.at(0)), std::numeric_limits<std::int64_t>::max() - 1);
}

}  // namespace

Step KafkaClients::begin(const Operation& invocation) {
  const nlohmann::json& value = invocation.value;
  if (invocation.f == "crash") return {nullptr, OperationType::info, value};
  Client& client = clients_[invocation.process];
  if (invocation.f == "poll") return {{{"type", "poll"}, {"offsets", client.positions}}};
  if (invocation.f == "send") {
    return {{{"type", "send"}, {"key", value.at(0).at(1)}, {"msg", value.at(0).at(2)}}};
  }
  if (!invocation.extra.is_object() || !invocation.extra.contains(kSeekToBeginning)) {
    return {{{"type", "list_committed_offsets"}, {"keys", value}}};
  }
  client.positions.clear();
  for (const nlohmann::json& key : value) client.positions[key.get<std::string>()] = 0;
  return {nullptr, OperationType::ok, value};
}

Step KafkaClients::go_on(const Operation& invocation, const nlohmann::json& request,
                         const nlohmann::json& body) {
  Client& client = clients_[invocation.process];
  const nlohmann::json& type = request.at("type");
  if (type == "poll") return take_poll(client, body.at("msgs"));
  if (type == "commit_offsets") return {nullptr, OperationType::ok, std::move(client.polled)};
  if (type == "send") {
    nlohmann::json sent = invocation.value;
    sent[0][2] = {body.at("offset"), invocation.value.at(0).at(2)};
    return {nullptr, OperationType::ok, std::move(sent)};
  }
  std::map<std::string, std::int64_t> positions;
  for (const nlohmann::json& name : invocation.value) {
    const auto key = name.get<std::string>();
    const auto known = client.positions.find(key);
    positions[key] = known == client.positions.end() ? 0 : known->second;
  }
  client.positions = std::move(positions);
  return {nullptr, OperationType::ok, invocation.value};
}

Step KafkaClients::take_poll(Client& client, const nlohmann::json& messages) {
  nlohmann::json committed = nlohmann::json::object();
  for (const auto& [key, pairs] : messages.items()) {
    std::int64_t highest = -1;
    for (const nlohmann::json& pair : pairs) {
      highest = std::max(highest, offset_in(pair));
    }
    std::int64_t& position = client.positions.try_emplace(key, highest + 1).first->second;
    position = std::max(position, highest + 1);
    if (!pairs.empty()) committed[key] = std::max<std::int64_t>(highest, 0);
  }
  nlohmann::json polled = nlohmann::json::array({{"poll", messages}});
  if (committed.empty()) return {nullptr, OperationType::ok, std::move(polled)};
  client.polled = std::move(polled);
  return {{{"type", "commit_offsets"}, {"offsets", std::move(committed)}}};
}

std::string wrong_kafka_field(std::string_view request_type, const nlohmann::json& value) {
  if (request_type == "send") return no_integer(value);
  if (!value.is_object()) return "is no object";
  for (const auto& [key, element] : value.items()) {
    const std::string wrong =
        request_type == "poll" ? wrong_offset_pairs(element) : no_integer(element);
    if (!wrong.empty()) return fmt::format(R"(at key "{}" {})", key, wrong);
  }
  return "";
}

}  // namespace hearsay::bench
