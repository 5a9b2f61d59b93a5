#include "tests/worker/support/asking_node.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace hearsay::test {

AskingNode::AskingNode(const std::string& workload, bench::ServicePort& store,
                       std::string store_name, bool dies_always,
                       const std::vector<std::string>& nodes, const std::string& self,
                       core::NodeKey key)
    : store_(store),
      store_name_(std::move(store_name)),
      dies_always_(dies_always),
      self_(self),
      core_({}, key, nullptr, workload) {
  core_.initialise(nodes, self);
}

void AskingNode::between() {
  if (!dies_always_) return;
  if (generation_ % 3 == 0) core_.compact();
  core_.restart();
  core_.wakes.clear();  // the supervisor disarms them
  take(core_.worker_started(++generation_));
}

void AskingNode::take(const std::vector<Json>& lines) {
  for (const Json& line : lines) {
    if (line["dest"] == store_name_) {
      asked.push_back(line);
      under_way.push_back(line);
    } else {
      told.push_back(line["body"]);
    }
  }
}

void AskingNode::only_send(Json body) {
  between();
  body["msg_id"] = next_msg_id_++;
  take(core_.send({{"src", "c1"}, {"dest", self_}, {"body", std::move(body)}}));
}

void AskingNode::arrive() {
  while (!under_way.empty()) {
    const auto there = on_the_way_there(std::exchange(under_way.front(), {}));
    under_way.pop_front();
    if (!there) continue;
    const auto reply = store_.handle(there->dump());
    if (!reply) continue;
    const auto back = on_the_way_back(
        {{"src", store_name_}, {"dest", self_}, {"body", Json::parse(reply->body)}});
    if (!back) continue;
    between();
    take(core_.send(*back));
  }
}

void AskingNode::go_back_to(const CoreHarness::State& state) {
  core_.go_back_to(state);
  take(core_.worker_started(++generation_));
}

Json AskingNode::ask(Json body) {
  const std::int64_t msg_id = next_msg_id_;
  only_send(std::move(body));
  arrive();
  Json answer;
  for (const Json& each : told) {
    if (each["in_reply_to"] == msg_id) answer = each;
  }
  return answer;
}

std::vector<Json> AskingNode::wait(std::int64_t ns) {
  const auto before = static_cast<std::ptrdiff_t>(told.size());
  const std::int64_t to_ns = core_.now_ns + ns;
  const auto due = [&] {
    return std::any_of(core_.wakes.begin(), core_.wakes.end(),
                       [&](const auto& wake) { return wake.at_ns <= to_ns; });
  };
  while (due()) {
    std::vector<Json> lines;
    core_.fire_next_timer(lines);
    take(lines);
    between();
    arrive();
  }
  core_.now_ns = std::max(core_.now_ns, to_ns);
  return {told.begin() + before, told.end()};
}

AskingNode::Filter losing(int count) {
  return [left = count](const Json& line) mutable -> std::optional<Json> {
    if (left-- > 0) return std::nullopt;
    return line;
  };
}

}  // namespace hearsay::test
