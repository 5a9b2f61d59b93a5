#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

std::int64_t integer_of_body(const json& message, const char* name) {
  const json::json_pointer pointer(std::string("/body/") + name);
  if (!message.is_object() || !message.contains(pointer)) return -1;
  const json& value = message.at(pointer);
  return value.is_number_integer() ? value.get<std::int64_t>() : -1;
}

}  // namespace

std::string request_line(std::string_view client, std::string_view dest, std::string_view type,
                         std::int64_t msg_id, const json& fields) {
  json body = fields.is_null() ? json::object() : fields;
  body["type"] = type;
  body["msg_id"] = msg_id;
  return json{{"src", client}, {"dest", dest}, {"body", std::move(body)}}.dump();
}

std::string init_line(std::string_view node, const std::vector<std::string>& nodes,
                      std::int64_t msg_id, std::string_view client) {
  return request_line(client, node, "init", msg_id, {{"node_id", node}, {"node_ids", nodes}});
}

std::string echo_line(std::int64_t msg_id, const json& echo) {
  return request_line("c1", "n1", "echo", msg_id, {{"echo", echo}});
}

std::string fault_of_line(std::string_view line) {
  const json message = json::parse(line, nullptr, false);
  if (message.is_discarded()) return "it is not JSON";
  if (!message.is_object()) return "it is not an object";
  if (message.size() != 3) return "it has not exactly three keys";
  for (const char* name : {"src", "dest"}) {
    if (!message.contains(name)) return std::string("it has no ") + name;
    const auto* const text = message[name].get_ptr<const std::string*>();
    if (text == nullptr || text->empty()) return std::string("bad ") + name;
  }
  if (!message.contains("body") || !message["body"].is_object()) return "it has no body";
  return "";
}

std::string type_of(const json& message) {
  static const json::json_pointer kType("/body/type");
  return message.is_object() ? message.value(kType, "") : "";
}

std::int64_t answered_by(const json& message) {
  return integer_of_body(message, "in_reply_to");
}

std::int64_t error_code_of(const json& message) {
  return integer_of_body(message, "code");
}

}  // namespace hearsay::test
