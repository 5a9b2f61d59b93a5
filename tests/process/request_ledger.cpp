#include "tests/process/request_ledger.h"

#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

constexpr std::int64_t kValuesAClient = 100'000'000;
// Reads are rare and broadcasts stop at some number, or the node would be busy with reads only.
constexpr std::size_t kMostValues = 2'000;

}  // namespace

RequestLedger::RequestLedger(std::uint64_t number, std::string node)
    : number_(number),
      node_(std::move(node)),
      client_(std::string("c").append(std::to_string(number))),
      random_(number) {}

std::string RequestLedger::request(const std::string& type, const json& fields,
                                   std::int64_t value) {
  const auto id = static_cast<std::int64_t>(++next_id_);
  outstanding_.emplace(id, Request{type, value, acknowledged_.size()});
  return request_line(client_, node_, type, id, fields);
}

std::string RequestLedger::init(const std::vector<std::string>& nodes) {
  return request("init", {{"node_id", node_}, {"node_ids", nodes}}, 0);
}

std::string RequestLedger::read_request() {
  return request("read", nullptr, 0);
}

std::string RequestLedger::next_request() {
  const auto value =
      static_cast<std::int64_t>(number_) * kValuesAClient + static_cast<std::int64_t>(next_id_);
  const std::uint64_t draw = random_() % 100;
  if (draw < 2) return read_request();
  if (draw < 30 && acknowledged_.size() < kMostValues) {
    return request("broadcast", {{"message", value}}, value);
  }
  if (draw < 60) return request("generate", nullptr, 0);
  // Now and then one that takes several records in each ring.
  const std::string filler(random_() % 500 == 0 ? 100'000 : random_() % 100, 'f');
  return request("echo", {{"echo", {value, filler}}}, value);
}

std::string RequestLedger::take_answer(const json& message) {
  const std::int64_t id = answered_by(message);
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) {
    return "answered twice, or never asked: " + message.dump().substr(0, 200);
  }
  const Request asked = found->second;
  outstanding_.erase(found);
  if (type_of(message) != asked.type + "_ok") {
    return "not an answer to " + asked.type + ": " + message.dump().substr(0, 200);
  }
  const json& body = message["body"];
  if (asked.type == "echo" && body["echo"][0] != asked.value) return "another request's echo";
  if (asked.type == "generate" && !ids_.insert(body["id"].dump()).second) {
    return "the id " + body["id"].dump() + " came twice";
  }
  if (asked.type == "broadcast") acknowledged_.push_back(asked.value);
  return asked.type == "read" ? check_read(asked, body) : "";
}

std::string RequestLedger::check_read(const Request& asked, const json& body) {
  last_read_.clear();
  for (const json& value : body["messages"]) {
    if (!last_read_.insert(value.get<std::int64_t>()).second) {
      return "a read shows " + value.dump() + " twice";
    }
  }
  for (std::size_t i = 0; i < asked.acknowledged; ++i) {
    if (!last_read_.contains(acknowledged_[i])) {
      return "lost: the acknowledged value " + std::to_string(acknowledged_[i]);
    }
  }
  return "";
}

}  // namespace hearsay::test
