#include "tests/worker/support/gossip_cluster.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace hearsay::test {

GossipCluster::GossipCluster(GossipOptions gossip, std::size_t nodes, std::size_t absent,
                             std::vector<Json>* events, std::string workload)
    : gossip_(std::move(gossip)), events_(events), workload_(std::move(workload)), nodes_(nodes) {
  const std::size_t digits = std::to_string(nodes + absent - 1).size();
  for (std::size_t node = 0; node < nodes + absent; ++node) {
    const std::string number = std::to_string(node);
    names_.push_back(std::string("n").append(digits - number.size(), '0').append(number));
  }
  for (std::size_t node = 0; node < nodes; ++node) make(node);
}

void GossipCluster::make(std::size_t node) {
  ++lives_;
  nodes_[node] = {std::make_unique<CoreHarness>(gossip_, core::NodeKey{1000 + lives_, lives_},
                                                events_, workload_),
                  1};
  core_now(node).worker_started(1);
  take(node,
       core_now(node).send(
           {{"src", "c1"},
            {"dest", names_[node]},
            {"body",
             {{"type", "init"}, {"msg_id", 1}, {"node_id", names_[node]}, {"node_ids", names_}}}}));
  if (workload_ != core::kAutoWorkload) return;
  take(node, core_now(node).send({{"src", "c1"},
                                  {"dest", names_[node]},
                                  {"body",
                                   {{"type", "topology"},
                                    {"msg_id", 2},
                                    {"topology", {{names_[node], Json::array()}}}}}}));
}

CoreHarness& GossipCluster::core_now(std::size_t node) {
  CoreHarness& core = *nodes_.at(node).core;
  core.now_ns = now_ns_;
  return core;
}

Json GossipCluster::ask(std::size_t node, Json body) {
  if (!body.contains("msg_id")) body["msg_id"] = 2;
  const auto lines =
      core_now(node).send({{"src", "c1"}, {"dest", names_.at(node)}, {"body", std::move(body)}});
  take(node, lines);
  for (const Json& line : lines) {
    if (line["dest"] == "c1") return line["body"];
  }
  return nullptr;
}

void GossipCluster::broadcast(std::size_t node, const Json& value) {
  ask(node, {{"type", "broadcast"}, {"message", value}});
}

Json GossipCluster::read(std::size_t node) {
  const auto lines = core_now(node).send(
      {{"src", "c1"}, {"dest", names_.at(node)}, {"body", {{"type", "read"}, {"msg_id", 3}}}});
  Json values = lines.at(0)["body"]["messages"];
  std::sort(values.begin(), values.end());
  return values;
}

void GossipCluster::crash(std::size_t node) {
  nodes_.at(node).core->wakes.clear();
  nodes_[node].core->restart();
}

void GossipCluster::start(std::size_t node) {
  take(node, core_now(node).worker_started(++nodes_[node].generation));
}

void GossipCluster::restart(std::size_t node) {
  crash(node);
  start(node);
}

void GossipCluster::go_back(std::size_t node, const CoreHarness::State& state) {
  nodes_.at(node).core->go_back_to(state);
  start(node);
}

void GossipCluster::lose_everything(std::size_t node) {
  make(node);
}

// Sends what a step of the node put out for other nodes.
void GossipCluster::take(std::size_t node, const std::vector<Json>& lines) {
  for (const Json& line : lines) {
    const auto to =
        std::find(names_.begin(), names_.end(), line["dest"].get_ref<const std::string&>());
    if (to == names_.end()) {
      if (to_client) to_client(node, line);
      continue;
    }
    const Sent message{now_ns_, node, static_cast<std::size_t>(to - names_.begin()), line["body"]};
    if (message.to == node) throw std::logic_error("a node sent itself " + line.dump());
    sent_.push_back(message);
    if (sent_.size() > kMostSent) throw std::runtime_error("the nodes talk without end");
    if (message.to >= size() || (lost && lost(message))) continue;
    for (int copy = 0; copy < copies; ++copy) {
      under_way_.emplace(now_ns_ + kHopNs + (late_ns ? late_ns(message) : 0), message);
    }
  }
  if (after_step) after_step(node);
}

void GossipCluster::hear(std::size_t node, std::size_t from, const Json& body) {
  take(node,
       core_now(node).send({{"src", names_.at(from)}, {"dest", names_.at(node)}, {"body", body}}));
}

std::pair<std::size_t, std::int64_t> GossipCluster::next_wake() const {
  std::pair<std::size_t, std::int64_t> next{size(), std::numeric_limits<std::int64_t>::max()};
  for (std::size_t node = 0; node < size(); ++node) {
    for (const protocol::WakeRequest& request : nodes_[node].core->wakes) {
      if (request.at_ns < next.second) next = {node, request.at_ns};
    }
  }
  return next;
}

void GossipCluster::wake(std::size_t node) {
  std::vector<Json> lines;
  core_now(node).fire_next_timer(lines);
  take(node, lines);
}

bool GossipCluster::step(std::int64_t limit_ns) {
  const auto [node, wake_ns] = next_wake();
  const bool is_message = !under_way_.empty() && under_way_.begin()->first <= wake_ns;
  const std::int64_t next_ns = is_message ? under_way_.begin()->first : wake_ns;
  if (next_ns > limit_ns || (!is_message && node == size())) return false;
  now_ns_ = std::max(now_ns_, next_ns);
  if (is_message) {
    const Sent message = under_way_.extract(under_way_.begin()).mapped();
    hear(message.to, message.from, message.body);
  } else {
    wake(node);
  }
  return true;
}

void GossipCluster::run_until(std::int64_t at_ns) {
  while (step(at_ns)) {
  }
  now_ns_ = std::max(now_ns_, at_ns);
}

bool GossipCluster::run_until_silent(std::int64_t limit_ns) {
  const std::int64_t limit = now_ns_ + limit_ns;
  while (step(limit)) {
  }
  return under_way_.empty() && next_wake().first == size();
}

std::vector<GossipCluster::Sent> GossipCluster::sent(std::string_view type) const {
  std::vector<Sent> found;
  std::copy_if(sent_.begin(), sent_.end(), std::back_inserter(found),
               [&](const Sent& message) { return message.is(type); });
  return found;
}

}  // namespace hearsay::test
