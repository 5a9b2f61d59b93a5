#include "worker/services/log_asks.h"

#include <algorithm>
#include <utility>

#include "common/base/record.h"
#include "common/protocol/array_elements.h"
#include "worker/core/body.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/replica.h"
#include "worker/gossip/wire.h"

namespace hearsay::services {
namespace {

constexpr std::string_view kAsksField = "asks";
constexpr std::string_view kLifeField = "life";

// Of the messages in one log-append; the rest waits for the next.
constexpr std::size_t kMostBytes = 65'536;
// Between two messages with the same asks: the way there and back, at first.
constexpr std::int64_t kShortestRepeatNs = 350 * kNsPerMs;
constexpr std::int64_t kLongestRepeatNs = 800 * kNsPerMs;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

enum class AskChange : std::uint16_t {
  asked = gossip::kFirstOwnChange,  // AskRecord, log, client, message
  done,                             // u64, its number; or one that was given and is no more
  told,                             // u64: its client does not wait any longer
  forgotten                         // all that there are
};
constexpr std::uint16_t tag_of(AskChange change) {
  return static_cast<std::uint16_t>(change);
}

struct AskRecord {
  std::uint64_t number;
  std::int64_t taken_ns;
  std::int64_t msg_id;
  std::uint32_t owner;
  std::uint32_t log_bytes;
  std::uint32_t client_bytes;
  std::uint32_t zero;
};
static_assert(sizeof(AskRecord) == 40);

std::string record_of(std::uint64_t number, std::uint32_t owner, const LogAsks::Ask& ask) {
  const AskRecord record{number,
                         ask.client.taken_ns,
                         ask.client.msg_id,
                         owner,
                         static_cast<std::uint32_t>(ask.log.size()),
                         static_cast<std::uint32_t>(ask.client.name.size()),
                         0};
  return std::string(bytes_of(record)).append(ask.log).append(ask.client.name).append(ask.message);
}

std::string take_text(std::string_view& payload, std::size_t bytes) {
  if (bytes > payload.size()) throw CorruptSegment("an append in the journal is cut off");
  std::string text(payload.substr(0, bytes));
  payload.remove_prefix(bytes);
  return text;
}

// Of one whose time has not come yet, the node has booted since: nobody knows how old it is.
std::int64_t age_ns(const LogAsks::Ask& ask, std::int64_t now_ns) {
  return ask.client.taken_ns > now_ns ? kNever : now_ns - ask.client.taken_ns;
}

}  // namespace

WantedAppends read_wanted(const core::Context& context, const protocol::Message& message) {
  WantedAppends wanted{{gossip::sender_rank(context, message),
                        gossip::read_number(core::required_field(message, kLifeField))},
                       {}};
  std::uint64_t before = 0;
  for (const auto ask : gossip::read_elements(core::required_field(message, kAsksField))) {
    const auto parts = gossip::read_elements(ask);
    if (parts.size() != 3 || !parts[1].starts_with('"')) {
      throw core::BadRequest("an ask is a number, the name of a log and a message");
    }
    const std::uint64_t number = gossip::read_number(parts[0]);
    gossip::require_at_most(number, kMostAskNumber);
    if (number <= before) throw core::BadRequest("asks come in the order of their numbers");
    before = number;
    wanted.appends.push_back({number, protocol::string_of(parts[1]), std::string(parts[2])});
  }
  return wanted;
}

std::string_view LogAsks::why_not(std::uint32_t owner, std::int64_t now_ns) const {
  const auto found = owners_.find(owner);
  if (found == owners_.end() || found->second.asks.empty()) return "";
  const Asks& asks = found->second.asks;
  if (age_ns(asks.begin()->second, now_ns) >= kPatienceNs) return "is out of reach";
  return asks.size() < kMostAsks ? "" : "has too much to append yet";
}

void LogAsks::add(core::Context& context, std::uint32_t owner, Ask ask) {
  ask.client.taken_ns = context.now_ns();  // also if nobody waits
  context.change(tag_of(AskChange::asked), record_of(++last_number_, owner, ask));
  Asks& asks = owners_[owner].asks;
  asks.emplace_hint(asks.end(), last_number_, std::move(ask));
}

void LogAsks::done(core::Context& context, std::uint64_t number, std::int64_t offset) {
  for (auto& [rank, owner] : owners_) {
    const auto found = owner.asks.find(number);
    if (found == owner.asks.end()) continue;
    context.change(tag_of(AskChange::done), bytes_of(number));
    context.reply(found->second.client, "send_ok",
                  [&](protocol::MessageWriter& body) { body.integer("offset", offset); });
    owner.asks.erase(found);
    return;
  }
}

std::int64_t LogAsks::tell_clients(core::Context& context, std::uint32_t rank, Owner& owner) {
  for (auto at = owner.asks.upper_bound(owner.told); at != owner.asks.end(); ++at) {
    auto& [number, ask] = *at;
    const std::int64_t age = age_ns(ask, context.now_ns());
    if (age < kPatienceNs) return ask.client.taken_ns + kPatienceNs;
    owner.told = number;
    if (ask.client.name.empty()) continue;
    context.error(ask.client, protocol::ErrorCode::crash,
                  std::string(gossip::name_of(context, rank)) +
                      ", which owns the log, does not answer: the message may be appended yet");
    context.change(tag_of(AskChange::told), bytes_of(number));
    ask.client.name.clear();
  }
  return kNever;
}

void LogAsks::on_new_incarnation(core::Context& context) {
  if (!owners_.empty()) context.change(tag_of(AskChange::forgotten), "");
  owners_.clear();
}

std::int64_t LogAsks::Owner::due_ns(std::int64_t now_ns) const {
  const auto& [first, oldest] = *asks.begin();
  const bool waits_for_the_first = is_cut && first <= sent;
  if (asks.rbegin()->first > sent && !waits_for_the_first) return sent_ns + kPeriodNs;
  return sent_ns + std::clamp(age_ns(oldest, now_ns) / 2, kShortestRepeatNs, kLongestRepeatNs);
}

void LogAsks::tick(core::Context& context) {
  const std::int64_t now_ns = context.now_ns();
  std::int64_t next_ns = kNever;
  for (auto& [rank, owner] : owners_) {
    if (owner.asks.empty()) continue;
    // Also in a step that is run again before start(): it answers as it did.
    next_ns = std::min(next_ns, tell_clients(context, rank, owner));
    if (!started_) continue;
    owner.sent_ns = std::min(owner.sent_ns, now_ns);
    if (owner.due_ns(now_ns) <= now_ns) send(context, rank, owner);
    next_ns = std::min(next_ns, owner.due_ns(now_ns));
  }
  if (started_ && next_ns != kNever) alarm_.ring_at(context, next_ns);
}

void LogAsks::send(core::Context& context, std::uint32_t rank, Owner& owner) {
  owner.sent_ns = context.now_ns();
  owner.is_cut = false;
  std::string json = "[";
  for (const auto& [number, ask] : owner.asks) {
    if (json.size() > 1 && json.size() + ask.message.size() > kMostBytes) {
      owner.is_cut = true;
      break;
    }
    json.append(json.size() > 1 ? ",[" : "[").append(std::to_string(number)).append(",");
    protocol::append_json_string(json, ask.log);
    json.append(",").append(ask.message).append("]");
    owner.sent = number;
  }
  json.append("]");
  context.send(gossip::name_of(context, rank), kAppendType, [&](protocol::MessageWriter& body) {
    body.json(kLifeField, std::to_string(context.incarnation())).json(kAsksField, json);
  });
}

bool LogAsks::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == tag_of(AskChange::asked)) {
    const auto record = take<AskRecord>(payload);
    std::string log = take_text(payload, record.log_bytes);
    std::string client = take_text(payload, record.client_bytes);
    last_number_ = std::max(last_number_, record.number);
    owners_[record.owner].asks.insert_or_assign(
        record.number, Ask{std::move(log),
                           std::string(payload),
                           {std::move(client), record.msg_id, record.taken_ns}});
  } else if (kind == tag_of(AskChange::done)) {
    const auto number = take<std::uint64_t>(payload);
    last_number_ = std::max(last_number_, number);
    for (auto& [rank, owner] : owners_) owner.asks.erase(number);
  } else if (kind == tag_of(AskChange::told)) {
    const auto number = take<std::uint64_t>(payload);
    for (auto& [rank, owner] : owners_) {
      const auto found = owner.asks.find(number);
      if (found != owner.asks.end()) found->second.client.name.clear();
    }
  } else if (kind == tag_of(AskChange::forgotten)) {
    owners_.clear();
  } else {
    return false;
  }
  return true;
}

// In the order of their numbers, whoever they are for.
void LogAsks::snapshot(const core::Service::ChangeSink& sink) const {
  std::map<std::uint64_t, std::string> records;
  for (const auto& [rank, owner] : owners_) {
    for (const auto& [number, ask] : owner.asks) records[number] = record_of(number, rank, ask);
  }
  if (last_number_ > 0 && !records.contains(last_number_)) {
    sink(tag_of(AskChange::done), bytes_of(last_number_));
  }
  for (const auto& [number, record] : records) sink(tag_of(AskChange::asked), record);
}

}  // namespace hearsay::services
