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
  told                              // u64: its client does not wait any longer
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

std::string record_of(std::uint64_t number, const LogAsks::Ask& ask) {
  const AskRecord record{number,
                         ask.client.taken_ns,
                         ask.client.msg_id,
                         ask.owner,
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
    gossip::require_at_most(number, gossip::kMostCount);
    if (number <= before) throw core::BadRequest("asks come in the order of their numbers");
    before = number;
    wanted.appends.push_back({number, protocol::string_of(parts[1]), std::string(parts[2])});
  }
  return wanted;
}

std::map<std::uint32_t, LogAsks::Wanted> LogAsks::wanted() const {
  std::map<std::uint32_t, Wanted> owners;
  for (const auto& [number, ask] : asks_) {
    owners.try_emplace(ask.owner, Wanted{ask.client.taken_ns, number}).first->second.last_number =
        number;
  }
  return owners;
}

bool LogAsks::is_out_of_reach(std::uint32_t owner, std::int64_t now_ns) const {
  return std::any_of(asks_.begin(), asks_.end(), [&](const auto& entry) {
    return entry.second.owner == owner && now_ns - entry.second.client.taken_ns >= kPatienceNs;
  });
}

void LogAsks::add(core::Context& context, Ask ask) {
  context.change(tag_of(AskChange::asked), record_of(++last_number_, ask));
  asks_.emplace_hint(asks_.end(), last_number_, std::move(ask));
}

void LogAsks::done(core::Context& context, std::uint64_t number, std::int64_t offset) {
  const auto found = asks_.find(number);
  if (found == asks_.end()) return;
  const Ask ask = std::move(found->second);
  asks_.erase(found);
  context.change(tag_of(AskChange::done), bytes_of(number));
  context.reply(ask.client, "send_ok",
                [&](protocol::MessageWriter& body) { body.integer("offset", offset); });
}

std::int64_t LogAsks::tell_clients(core::Context& context) {
  std::int64_t next_ns = kNever;
  for (auto& [number, ask] : asks_) {
    if (ask.client.name.empty()) continue;
    if (context.now_ns() - ask.client.taken_ns < kPatienceNs) {
      next_ns = std::min(next_ns, ask.client.taken_ns + kPatienceNs);
      continue;
    }
    context.error(ask.client, protocol::ErrorCode::crash,
                  std::string(gossip::name_of(context, ask.owner)) +
                      ", which owns the log, does not answer: the message may be appended yet");
    context.change(tag_of(AskChange::told), bytes_of(number));
    ask.client.name.clear();
  }
  return next_ns;
}

std::int64_t LogAsks::due_ns(const Wanted& wanted, const Sent& sent, std::int64_t now_ns) {
  if (wanted.last_number > sent.last_number) return sent.at_ns + kPeriodNs;
  const std::int64_t age_ns = now_ns - wanted.oldest_ns;
  return sent.at_ns + std::clamp(age_ns / 2, kShortestRepeatNs, kLongestRepeatNs);
}

void LogAsks::tick(core::Context& context) {
  if (asks_.empty()) return;
  // Also in a step that is run again before start(): it answers as it did.
  std::int64_t next_ns = tell_clients(context);
  if (!started_) return;
  for (const auto& [owner, its] : wanted()) {
    Sent& sent = sent_[owner];
    sent.at_ns = std::min(sent.at_ns, context.now_ns());
    if (due_ns(its, sent, context.now_ns()) <= context.now_ns()) {
      sent = {context.now_ns(), send(context, owner)};
    }
    next_ns = std::min(next_ns, due_ns(its, sent, context.now_ns()));
  }
  if (next_ns != kNever) alarm_.ring_at(context, next_ns);
}

std::uint64_t LogAsks::send(core::Context& context, std::uint32_t owner) {
  std::uint64_t last_number = 0;
  std::string json = "[";
  for (const auto& [number, ask] : asks_) {
    if (ask.owner != owner) continue;
    if (json.size() > 1 && json.size() + ask.message.size() > kMostBytes) break;
    json.append(json.size() > 1 ? ",[" : "[").append(std::to_string(number)).append(",");
    protocol::append_json_string(json, ask.log);
    json.append(",").append(ask.message).append("]");
    last_number = number;
  }
  json.append("]");
  context.send(gossip::name_of(context, owner), kAppendType, [&](protocol::MessageWriter& body) {
    body.json(kLifeField, std::to_string(context.incarnation())).json(kAsksField, json);
  });
  return last_number;
}

bool LogAsks::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == tag_of(AskChange::asked)) {
    const auto record = take<AskRecord>(payload);
    std::string log = take_text(payload, record.log_bytes);
    std::string client = take_text(payload, record.client_bytes);
    Ask ask{record.owner,
            std::move(log),
            std::string(payload),
            {std::move(client), record.msg_id, record.taken_ns}};
    last_number_ = std::max(last_number_, record.number);
    asks_.insert_or_assign(record.number, std::move(ask));
  } else if (kind == tag_of(AskChange::done)) {
    const auto number = take<std::uint64_t>(payload);
    last_number_ = std::max(last_number_, number);
    asks_.erase(number);
  } else if (kind == tag_of(AskChange::told)) {
    const auto found = asks_.find(take<std::uint64_t>(payload));
    if (found != asks_.end()) found->second.client.name.clear();
  } else {
    return false;
  }
  return true;
}

void LogAsks::snapshot(const core::Service::ChangeSink& sink) const {
  if (last_number_ > 0 && !asks_.contains(last_number_)) {
    sink(tag_of(AskChange::done), bytes_of(last_number_));
  }
  for (const auto& [number, ask] : asks_) sink(tag_of(AskChange::asked), record_of(number, ask));
}

}  // namespace hearsay::services
