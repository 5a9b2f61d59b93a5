// The messages that process tests send, and what they must know about those that come back.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::test {

// One message as a line, without line feed. `fields` is an object: the body's other fields.
std::string request_line(std::string_view client, std::string_view dest, std::string_view type,
                         std::int64_t msg_id, const nlohmann::json& fields = nullptr);
std::string init_line(std::string_view node, const std::vector<std::string>& nodes,
                      std::int64_t msg_id = 1, std::string_view client = "c0");
// {"src":"c1","dest":"n1","body":{"type":"echo","msg_id":MSG_ID,"echo":ECHO}}
std::string echo_line(std::int64_t msg_id, const nlohmann::json& echo = "hello");

// Why Maelstrom would not take this line from a node: it is not an object of exactly src, dest and
// body, with a non-empty src and dest. Empty when it would.
std::string fault_of_line(std::string_view line);

// Of a message or of what next_message() gives instead: "" or -1 when there is no such field.
std::string type_of(const nlohmann::json& message);
std::int64_t answered_by(const nlohmann::json& message);  // in_reply_to
std::int64_t error_code_of(const nlohmann::json& message);

}  // namespace hearsay::test
