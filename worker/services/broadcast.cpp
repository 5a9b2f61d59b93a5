#include "worker/services/broadcast.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/record.h"
#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/gossip/registry.h"

namespace hearsay::services {
namespace {

constexpr auto kValue = static_cast<std::uint16_t>(gossip::ServiceChange::value);
constexpr auto kIdentified = static_cast<std::uint16_t>(gossip::ServiceChange::identified);
constexpr auto kTopology = static_cast<std::uint16_t>(gossip::ServiceChange::topology);

// The neighbours of `node` in a topology, all of them known nodes: an unknown destination would
// silence this node in Maelstrom for good. Without an entry it has none: Maelstrom's line of one
// node is {}.
core::Roster neighbours_in(std::string_view topology, const core::Identity& identity) {
  if (!topology.starts_with('{')) throw core::BadRequest("body.topology must be an object");
  const auto own = protocol::find_member(topology, identity.node_id);
  if (!own) return {};
  if (!own->starts_with('[')) {
    throw core::BadRequest("body.topology's entry for " + identity.node_id + " must be an array");
  }
  const auto neighbours = core::Roster::parse(*own, identity.peers);
  const auto is_node = [&](std::string_view name) { return identity.knows(name); };
  if (!neighbours || !std::all_of(neighbours->begin(), neighbours->end(), is_node)) {
    throw core::BadRequest("body.topology names a neighbour that is no node");
  }
  return neighbours->distinct().without(identity.node_id);
}

}  // namespace

Broadcast::Broadcast(const BroadcastWords& words, const GossipOptions& gossip)
    : words_(words),
      types_{words.add,           "read",
             gossip::kGossipType, gossip::kTellType,
             gossip::kSpreadType, gossip::kHaveType,
             gossip::kFillType},
      knowledge_{gossip::ValueLimit(gossip.max_line_bytes), {}, {}},
      strategy_(gossip::make_strategy(gossip, knowledge_)) {
  if (words.has_topology) types_.emplace_back("topology");
}

// Before any use of the neighbours: start() comes too late in a worker that first handles what its
// predecessor left.
void Broadcast::know_neighbours(const core::Context& context) {
  if (!has_topology_ && knowledge_.neighbours.empty()) {
    knowledge_.neighbours = context.identity().peers;
  }
}

void Broadcast::handle(core::Context& context, const protocol::Message& message) {
  know_neighbours(context);
  if (message.type == words_.add) {
    add(context, message);
  } else if (message.type == gossip::kGossipType) {
    gossip(context, message);
  } else if (message.type == "read") {
    read(context, message);
  } else if (message.type == "topology") {
    topology(context, message);
  } else {
    strategy_->handle(context, message);
  }
}

void Broadcast::add(core::Context& context, const protocol::Message& message) {
  std::string value;
  protocol::append_canonical_json(value, core::required_field(message, words_.value));
  knowledge_.limit.require(value);
  learn(context, {std::move(value)}, {gossip::way::kClient, message.src});
  if (message.msg_id) context.reply(message, words_.add_ok);
}

void Broadcast::gossip(core::Context& context, const protocol::Message& message) {
  const std::string_view array = core::required_field(message, gossip::kMessagesField);
  if (!array.starts_with('[')) throw core::BadRequest("body.messages must be an array");
  std::vector<std::string> news;
  std::string value;
  protocol::for_each_element(array, [&](std::string_view element) {
    value.clear();
    protocol::append_canonical_json(value, element);
    knowledge_.limit.require(value);
    if (!knowledge_.values.contains(value)) news.push_back(value);
  });
  const gossip::Travel travel{gossip::way::kGossip, message.src};
  const std::size_t count = learn(context, std::move(news), travel);
  gossip::trace_received(context, travel, gossip::values_of_array(context, array), count);
}

std::size_t Broadcast::learn(core::Context& context, std::vector<std::string> values,
                             const gossip::Travel& travel) {
  std::erase_if(
      values, [&](const std::string& value) { return !knowledge_.learn(context, value, travel); });
  if (!values.empty()) strategy_->on_news(context, values, travel.peer);
  return values.size();
}

void Broadcast::read(core::Context& context, const protocol::Message& message) {
  context.reply(message, "read_ok", [&](protocol::MessageWriter& body) {
    std::string_view values = knowledge_.values.json_array();
    values.remove_suffix(1);  // all but the bracket stays what it is when more values come
    body.begin(words_.values);
    context.share(read_text_, values);
    body.end("]");
  });
}

void Broadcast::topology(core::Context& context, const protocol::Message& message) {
  auto neighbours = neighbours_in(core::required_field(message, "topology"), context.identity());
  context.reply(message, "topology_ok");
  take_neighbours(context, std::move(neighbours));
}

void Broadcast::take_neighbours(core::Context& context, core::Roster neighbours) {
  knowledge_.neighbours = std::move(neighbours);
  has_topology_ = true;
  context.change(kTopology, knowledge_.neighbours.json());
  strategy_->on_topology(context);
}

// As long as nobody has broadcast here, there is nothing to ask for.
void Broadcast::on_new_incarnation(core::Context& context) {
  know_neighbours(context);
  if (has_topology_) strategy_->on_new_incarnation(context);
}

// A node of a set knows its topology as soon as it knows the nodes; once in its life, as if it had
// been told.
void Broadcast::start(core::Context& context) {
  know_neighbours(context);
  strategy_->start(context);
  if (!words_.has_topology && !has_topology_) take_neighbours(context, context.identity().peers);
}

void Broadcast::on_timer(core::Context& context, std::uint32_t token) {
  strategy_->on_timer(context, token);
}

void Broadcast::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == kValue) {
    knowledge_.values.restore(payload);
    return;
  }
  if (kind == kIdentified) {
    strategy_->restore(payload);
    return;
  }
  if (kind >= gossip::kFirstStrategyChange) {
    strategy_->replay(kind, payload);
    return;
  }
  std::optional<core::Roster> names;
  if (kind == kTopology) names = core::Roster::parse_record(payload, {});
  if (!names) throw CorruptSegment("a journal record of the broadcast service is unreadable");
  knowledge_.neighbours = std::move(*names);
  has_topology_ = true;
}

// Beside a value's text: a varint or two bytes for time, source, number and length.
std::uint64_t Broadcast::snapshot_bytes() const {
  constexpr std::uint64_t kBesideAValue = 5;
  return knowledge_.values.json_array().size() + kBesideAValue * knowledge_.values.size();
}

void Broadcast::snapshot(const ChangeSink& sink) const {
  if (has_topology_) sink(kTopology, knowledge_.neighbours.json());
  strategy_->snapshot(sink);
}

}  // namespace hearsay::services
