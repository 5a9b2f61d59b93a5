#include "worker/services/kafka.h"

#include <algorithm>
#include <tuple>

#include "common/base/checksum.h"
#include "common/base/record.h"
#include "common/protocol/array_elements.h"
#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/gossip/wire.h"

namespace hearsay::services {
namespace {

// Of the messages in an answer to a poll: its reader polls again.
constexpr std::size_t kMostPolledBytes = 256 * 1024;

// How long an owner waits for the others.
constexpr std::int64_t kLongestAskNs = 2 * LogAsks::kPatienceNs;

enum class OwnerChange : std::uint16_t {
  began = gossip::kFirstOwnChange + 8,  // i64, when: and knows no ends
  knows_ends
};
constexpr std::uint16_t tag_of(OwnerChange change) {
  return static_cast<std::uint16_t>(change);
}

std::uint32_t owner_of(const core::Context& context, std::string_view log) {
  const core::Roster& nodes = context.identity().nodes;
  std::uint32_t owner = 0;
  std::uint64_t highest = 0;
  for (std::uint32_t rank = 0; rank < nodes.size(); ++rank) {
    const std::uint64_t hash = checksum(log, checksum(nodes.by_rank(rank)));
    if (hash > highest) std::tie(highest, owner) = std::pair(hash, rank);
  }
  return owner;
}

std::int64_t read_offset(std::string_view json) {
  const std::uint64_t offset = gossip::read_number(json);
  gossip::require_at_most(offset, kMostOffset);
  return static_cast<std::int64_t>(offset);
}

// An object of offsets by log.
std::map<std::string, std::int64_t> offsets_field(const protocol::Message& message) {
  const std::string_view json = core::required_field(message, "offsets");
  if (!json.starts_with('{')) throw core::BadRequest("body.offsets must be an object");
  std::map<std::string, std::int64_t> offsets;
  protocol::for_each_member(json, [&](const std::string& log, std::string_view offset) {
    offsets[log] = read_offset(offset);
  });
  return offsets;
}

void begin_member(std::string& json, std::string_view name) {
  json.append(json.size() > 1 ? "," : "");
  protocol::append_json_string(json, name);
  json.append(":");
}

}  // namespace

bool LogsKind::newer(const Value& a, const Value& b) {
  return std::tie(a.committed, a.asker, a.number, a.message) >
         std::tie(b.committed, b.asker, b.number, b.message);
}

//   [log,offset,rank,incarnation,number,message]   or, how far the log's readers are,
//   [log,offset]
void LogsKind::write(std::string& json, const Key& place, const Value& item) {
  const auto append = [&](std::uint64_t number) {
    json.push_back(',');
    gossip::append_number(json, number);
  };
  json.push_back('[');
  protocol::append_json_string(json, place.log);
  const bool is_message = place.offset != LogPlace::kCommitted;
  append(static_cast<std::uint64_t>(is_message ? place.offset : item.committed));
  if (is_message) {
    append(item.asker.rank);
    append(item.asker.incarnation);
    append(item.number);
    json.append(",").append(item.message);
  }
  json.push_back(']');
}

std::pair<LogPlace, LogItem> LogsKind::read(std::string_view json, std::size_t nodes) {
  const auto parts = gossip::read_elements(json);
  if ((parts.size() != 2 && parts.size() != 6) || !parts[0].starts_with('"')) {
    throw core::BadRequest("an entry of a log is its name, an offset, and what is there");
  }
  std::string log = protocol::string_of(parts[0]);
  const std::int64_t offset = read_offset(parts[1]);
  if (parts.size() == 2) return {{std::move(log), LogPlace::kCommitted}, {{}, {}, 0, offset}};
  const std::uint64_t rank = gossip::read_number(parts[2]);
  if (rank >= nodes) throw core::BadRequest("no node has this rank");
  const gossip::Source asker{static_cast<std::uint32_t>(rank), gossip::read_number(parts[3])};
  const std::uint64_t number = gossip::read_number(parts[4]);
  gossip::require_at_most(number, kMostAskNumber);
  return {{std::move(log), offset}, {std::string(parts[5]), asker, number, 0}};
}

void LogsKind::took(const Key& place, const Value* /*before*/, const Value& now) {
  if (place.offset == LogPlace::kCommitted) return;
  Log& log = logs[place.log];
  log.end = std::max(log.end, place.offset + 1);
  if (now.number == 0) return;
  std::uint64_t& last = log.appended[now.asker];
  last = std::max(last, now.number);
  arrivals.push_back({now.asker, now.number, place.offset});
}

Kafka::Kafka(const GossipOptions& gossip)
    : limit_(gossip.max_line_bytes), copy_(kind_, LogAsks::kPeriodNs, gossip.max_line_bytes) {}

std::span<const std::string_view> Kafka::types() const {
  static constexpr std::array<std::string_view, 6> kTypes{
      "send", "poll", "commit_offsets", "list_committed_offsets", kAppendType, gossip::kDeltaType};
  return kTypes;
}

void Kafka::look_around(core::Context& context) {
  if (knows_ends_) return;
  if (!began_ns_) begin(context);
  const std::int64_t age_ns = context.now_ns() - *began_ns_;
  const bool waits = age_ns >= 0 && age_ns < kLongestAskNs;
  if (waits && !copy_.has_met_all(context)) return;
  knows_ends_ = true;
  context.change(tag_of(OwnerChange::knows_ends), "");
}

void Kafka::begin(core::Context& context) {
  began_ns_ = context.now_ns();
  knows_ends_ = false;
  context.change(tag_of(OwnerChange::began), bytes_of(*began_ns_));
}

void Kafka::on_new_incarnation(core::Context& context) {
  asks_.on_new_incarnation(context);
  copy_.on_new_incarnation(context);
  begin(context);
}

void Kafka::handle(core::Context& context, const protocol::Message& message) {
  look_around(context);
  if (message.type == "send") {
    send(context, message);
  } else if (message.type == "poll") {
    poll(context, message);
  } else if (message.type == "commit_offsets") {
    commit_offsets(context, message);
  } else if (message.type == "list_committed_offsets") {
    list_committed_offsets(context, message);
  } else if (message.type == kAppendType) {
    append_for_a_peer(context, message);
  } else {
    copy_.handle(context, message);
  }
  finish(context);
}

void Kafka::finish(core::Context& context) {
  const gossip::Source own = gossip::own_source(context);
  for (const LogsKind::Arrival& arrival : kind_.arrivals) {
    if (arrival.asker == own) asks_.done(context, arrival.number, arrival.offset);
  }
  kind_.arrivals.clear();
  copy_.tick(context);
  asks_.tick(context);
}

bool Kafka::is_full(const std::string& log, std::size_t messages) const {
  const auto found = kind_.logs.find(log);
  const std::int64_t end = found == kind_.logs.end() ? 0 : found->second.end;
  return end + static_cast<std::int64_t>(messages) > kMostOffset + 1;
}

std::int64_t Kafka::append(core::Context& context, const std::string& log, std::string message,
                           const gossip::Source& asker, std::uint64_t number) {
  const std::int64_t offset = kind_.logs[log].end;
  copy_.put(context, {log, offset}, {std::move(message), asker, number, 0});
  return offset;
}

void Kafka::send(core::Context& context, const protocol::Message& message) {
  const std::string log = core::string_field(message, "key");
  std::string text(core::required_field(message, "msg"));
  limit_.require(text);
  const std::uint32_t owner = owner_of(context, log);
  if (owner == gossip::own_rank(context) && !knows_ends_) {
    context.error(message, protocol::ErrorCode::temporarily_unavailable,
                  "this node has just begun, and asks the others how far its logs are; nothing was "
                  "appended");
  } else if (owner == gossip::own_rank(context) && is_full(log)) {
    context.error(message, protocol::ErrorCode::abort, "the log is full; nothing was appended");
  } else if (owner == gossip::own_rank(context)) {
    const std::int64_t offset =
        append(context, log, std::move(text), gossip::own_source(context), 0);
    context.reply(message, "send_ok",
                  [&](protocol::MessageWriter& body) { body.integer("offset", offset); });
  } else if (const auto why = asks_.why_not(owner, context.now_ns()); !why.empty()) {
    context.error(message, protocol::ErrorCode::temporarily_unavailable,
                  std::string(gossip::name_of(context, owner)) + ", which owns the log, " +
                      std::string(why) + "; nothing was appended");
  } else {
    asks_.add(context, owner, {log, std::move(text), context.asker(message)});
  }
}

void Kafka::append_for_a_peer(core::Context& context, const protocol::Message& message) {
  WantedAppends wanted = read_wanted(context, message);
  for (const WantedAppend& each : wanted.appends) {
    if (owner_of(context, each.log) != gossip::own_rank(context)) {
      throw core::BadRequest("this node does not own the log");
    }
    if (is_full(each.log, wanted.appends.size())) throw core::BadRequest("the log is full");
    limit_.require(each.message);
  }
  if (!knows_ends_) return;  // it is asked again
  for (WantedAppend& each : wanted.appends) {
    if (each.number <= kind_.logs[each.log].appended[wanted.asker]) continue;
    append(context, each.log, std::move(each.message), wanted.asker, each.number);
  }
}

std::string Kafka::messages_from(const std::string& log, std::int64_t offset,
                                 std::size_t& room) const {
  std::string json = "[";
  for (LogPlace place{log, offset};; ++place.offset) {
    const LogItem* item = copy_.find(place);
    if (item == nullptr || room == 0) break;
    json.append(json.size() > 1 ? ",[" : "[").append(std::to_string(place.offset)).append(",");
    json.append(item->message).append("]");
    room -= std::min(room, item->message.size() + 1);
  }
  return json.append("]");
}

// A log without news is left out: Maelstrom's checker takes no empty array.
void Kafka::poll(core::Context& context, const protocol::Message& message) {
  std::string json = "{";
  std::size_t room = kMostPolledBytes;
  for (const auto& [log, offset] : offsets_field(message)) {
    const std::string messages = messages_from(log, offset, room);
    if (messages.size() <= 2) continue;
    begin_member(json, log);
    json.append(messages);
  }
  json.append("}");
  context.reply(message, "poll_ok",
                [&](protocol::MessageWriter& body) { body.json("msgs", json); });
}

void Kafka::commit_offsets(core::Context& context, const protocol::Message& message) {
  for (const auto& [log, offset] : offsets_field(message)) {
    const LogPlace place{log, LogPlace::kCommitted};
    const LogItem* known = copy_.find(place);
    if (known == nullptr || offset > known->committed) {
      copy_.put(context, place, {{}, {}, 0, offset});
    }
  }
  context.reply(message, "commit_offsets_ok");
}

void Kafka::list_committed_offsets(core::Context& context, const protocol::Message& message) {
  std::string json = "{";
  const core::Roster keys = core::string_list_field(message, "keys", {}).distinct();
  for (const std::string_view log : keys) {
    const LogItem* known = copy_.find({std::string(log), LogPlace::kCommitted});
    if (known == nullptr) continue;
    begin_member(json, log);
    json.append(std::to_string(known->committed));
  }
  json.append("}");
  context.reply(message, "list_committed_offsets_ok",
                [&](protocol::MessageWriter& body) { body.json("offsets", json); });
}

void Kafka::start(core::Context& context) {
  look_around(context);
  asks_.start();
  copy_.start(context);
  finish(context);
}

void Kafka::on_timer(core::Context& context, std::uint32_t /*token*/) {
  asks_.on_timer(context);
  copy_.on_timer(context);
  finish(context);
}

void Kafka::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == tag_of(OwnerChange::began)) {
    began_ns_ = take<std::int64_t>(payload);
    knows_ends_ = false;
  } else if (kind == tag_of(OwnerChange::knows_ends)) {
    knows_ends_ = true;
  } else if (!asks_.replay(kind, payload)) {
    copy_.replay(kind, payload);
  }
  kind_.arrivals.clear();
}

void Kafka::snapshot(const ChangeSink& sink) const {
  copy_.snapshot(sink);
  asks_.snapshot(sink);
  if (began_ns_) sink(tag_of(OwnerChange::began), bytes_of(*began_ns_));
  if (knows_ends_) sink(tag_of(OwnerChange::knows_ends), "");
}

std::uint64_t Kafka::snapshot_bytes() const {
  return copy_.snapshot_bytes();
}

}  // namespace hearsay::services
