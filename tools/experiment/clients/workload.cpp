#include "tools/experiment/clients/workload.h"

#include <fmt/core.h>

namespace hearsay::bench {

std::vector<std::string> workload_names() {
  return {"echo", "unique-ids", "broadcast"};
}

std::unique_ptr<Workload> make_workload(std::string_view name, Topology topology,
                                        const std::vector<std::string>& nodes) {
  if (name == "echo") return make_echo();
  if (name == "unique-ids") return make_unique_ids();
  return make_broadcast(topology, nodes);
}

std::string malformed_reply(const Workload& workload, const Operation& invocation,
                            const nlohmann::json& request, const nlohmann::json& body) {
  const std::string expected = request.at("type").get<std::string>() + "_ok";
  if (const auto type = body.value("type", nlohmann::json()); type != expected) {
    return fmt::format("the reply's type is {}, not \"{}\"", type.dump(), expected);
  }
  const auto msg_id = body.find("msg_id");
  if (msg_id != body.end() && !msg_id->is_number_integer()) {
    return "the reply's msg_id is no integer: " + msg_id->dump();
  }
  const std::string_view wanted = workload.reply_field(invocation.f);
  for (const auto& [key, value] : body.items()) {
    if (key == "type" || key == "in_reply_to" || key == "msg_id" || key == wanted) continue;
    return fmt::format("the reply has a key that {} doesn't have: \"{}\"", expected, key);
  }
  if (wanted.empty()) return "";
  const auto found = body.find(wanted);
  if (found == body.end()) return fmt::format("the reply lacks \"{}\"", wanted);
  if (workload.reply_is_array(invocation.f) && !found->is_array() && !found->is_null()) {
    return fmt::format("\"{}\" of the reply is no array", wanted);
  }
  return "";
}

}  // namespace hearsay::bench
