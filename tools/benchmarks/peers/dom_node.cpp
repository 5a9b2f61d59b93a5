// A node as most people write the first one in C++: one process, nlohmann's document for each line,
// a flush after each answer. Echo, unique ids, broadcast on one node. A peer of `hearsay bench`.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using nlohmann::json;

// NOLINTNEXTLINE(bugprone-exception-escape): it may end so, and is then not measured
int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  std::string node_id;
  std::uint64_t ids = 0;
  std::vector<json> values;
  while (std::getline(std::cin, line)) {
    const json message = json::parse(line);
    const json& body = message.at("body");
    const std::string type = body.at("type");
    json answer = {{"type", type + "_ok"}, {"in_reply_to", body.at("msg_id")}};
    if (type == "init") {
      node_id = body.at("node_id");
    } else if (type == "echo") {
      answer["echo"] = body.at("echo");
    } else if (type == "generate") {
      answer["id"] = node_id + '-' + std::to_string(ids++);
    } else if (type == "broadcast") {
      values.push_back(body.at("message"));
    } else if (type == "read") {
      answer["messages"] = values;
    } else if (type != "topology") {
      continue;
    }
    std::cout << json{{"src", node_id}, {"dest", message.at("src")}, {"body", answer}} << std::endl;
  }
}
