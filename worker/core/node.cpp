#include "worker/core/node.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/base/units.h"
#include "common/protocol/message_record.h"
#include "worker/core/init_request.h"

namespace hearsay::core {
namespace {

using protocol::ErrorCode;
using protocol::InputKind;
using protocol::Message;
using trace::Event;
using trace::FieldName;

// Journal records under kNodeTag.
enum class NodeChange : std::uint16_t {
  init = 1,       // the node has its identity; what was deferred has been handled
  deferred,       // Context::Input, then a message record
  message_part,   // a piece of a message record
  message_whole,  // the parts so far are done with: a message was handled, or given up
  incarnation     // u64: under this one the following came to be
};

// Tokens of timers under kNodeTag.
constexpr std::uint32_t kStartTimer = 0;    // the start of the services, which was put off
constexpr std::uint32_t kRequestTimer = 1;  // the time of a request is over

// What there was no room for is tried again after so long.
constexpr std::int64_t kPutOffNs = kNsPerSecond;

void change(Effects& effects, NodeChange kind, std::string_view payload) {
  effects.change(kNodeTag, static_cast<std::uint16_t>(kind), payload);
}

std::string deferred_payload(const Context::Input& input, std::string_view message) {
  return std::string(bytes_of(input)).append(message);
}

Message decode(std::string_view record, std::vector<protocol::Field>& fields) {
  const auto message = protocol::decode_message_record(record, fields);
  if (!message) throw CorruptSegment("an input is not a message record");
  return *message;
}

Identity identity_of(const InitRequest& request) {
  const std::size_t rank = request.node_ids.rank(request.node_id).value_or(0);
  return {request.node_id, request.node_ids, request.peers(), static_cast<std::uint32_t>(rank)};
}

}  // namespace

Node::Node(NodeKey key, std::vector<RegisteredService> services, trace::EventSink& events,
           Roster expected)
    : key_(key), events_(events), expected_(std::move(expected)), requests_(key.incarnation) {
  for (RegisteredService& entry : services) {
    HEARSAY_CHECK(entry.tag != kNodeTag, "a tag of its own");
    if (!entry.service) {
      switched_off_.emplace(entry.tag, entry.name);
      continue;
    }
    for (const std::string_view type : entry.service->types()) {
      HEARSAY_CHECK(tag_of_type_.emplace(type, entry.tag).second, "one service for a type");
    }
    HEARSAY_CHECK(services_.emplace(entry.tag, std::move(entry.service)).second,
                  "one service for a tag");
  }
}

void Node::step(const NodeInput& input, Effects& effects) {
  std::string_view payload = input.payload;
  const Context::Input step{input.number, take<protocol::InputHeader>(payload).taken_ns};
  requests_.begin_step(step.taken_ns);
  if (begins_incarnation()) begin_incarnation(step, effects);
  run(input, payload, step, effects);
  wake_for_requests(effects);
}

void Node::run(const NodeInput& input, std::string_view payload, const Context::Input& step,
               Effects& effects) {
  switch (input.kind) {
    case InputKind::message:
      receive(payload, step, effects);
      return;
    case InputKind::message_part:
      take_part(input, payload, step, effects);
      return;
    case InputKind::timer:
      fire_timer(take<std::uint64_t>(payload), step, effects);
      return;
    case InputKind::worker_started:
      generation_ = static_cast<std::uint32_t>(take<std::uint64_t>(payload));
      awake_at_ns_.reset();
      if (!identity_.node_id.empty()) begin_work(step, effects);
      return;
  }
  throw CorruptSegment("an input of an unknown kind");
}

void Node::begin_incarnation(const Context::Input& input, Effects& effects) {
  incarnation_ = key_.incarnation;
  change(effects, NodeChange::incarnation, bytes_of(incarnation_));
  events_.emit(Event::incarnation_begun, {});
  std::vector<OpenRequest> unanswered = requests_.close_all(effects);
  for (auto& [tag, service] : services_) {
    Context step = context(tag, input, effects);
    service->on_new_incarnation(step);
  }
  for (OpenRequest& request : unanswered) {
    request.asker = {};  // who may have been answered since
    deliver(request, nullptr, input, effects);
  }
}

void Node::take_part(const NodeInput& input, std::string_view part, const Context::Input& step,
                     Effects& effects) {
  if ((input.flags & protocol::kFirstPart) != 0) {
    drop_parts(effects);
  } else if (partial_message_.empty()) {
    return;  // the rest of a message that was given up
  }
  if ((input.flags & protocol::kLastPart) == 0) {
    change(effects, NodeChange::message_part, part);
    partial_message_.append(part);
    return;
  }
  change(effects, NodeChange::message_whole, {});
  receive(std::exchange(partial_message_, {}).append(part), step, effects);
}

void Node::drop_parts(Effects& effects) {
  if (partial_message_.empty()) return;
  change(effects, NodeChange::message_whole, {});
  partial_message_ = {};
}

void Node::skip(const NodeInput& input, Skipped why, Effects& effects) {
  std::string_view payload = input.payload;
  const Context::Input step{input.number, take<protocol::InputHeader>(payload).taken_ns};
  const bool part = input.kind == InputKind::message_part;
  if (!part && input.kind != InputKind::message) {
    put_off_ = why == Skipped::without_room;
    if (input.kind != InputKind::worker_started) return;
    // No other such news need follow: the supervisor queues one, however many workers start.
    generation_ = static_cast<std::uint32_t>(take<std::uint64_t>(payload));
    if (!identity_.node_id.empty()) start_later(step, effects);
    return;
  }
  // Who sent it stands at the beginning of the first part.
  const bool goes_on = part && (input.flags & protocol::kFirstPart) == 0;
  const auto message = protocol::decode_message_head(goes_on ? partial_message_ : payload);
  if (message && !message->in_reply_to && message->msg_id) {
    if (why == Skipped::without_room) {
      context(kNodeTag, step, effects)
          .error(*message, ErrorCode::temporarily_unavailable,
                 "this node has no room for it (disk, memory, or a limit of either); not done");
    } else {
      context(kNodeTag, step, effects)
          .error(*message, ErrorCode::crash, "the worker crashed on this request; it was given up");
    }
  }
  if (part) drop_parts(effects);
}

void Node::receive(std::string_view record, const Context::Input& input, Effects& effects) {
  std::vector<protocol::Field> fields;
  const Message message = decode(record, fields);
  if (events_.wants(Event::message_received)) {
    events_.emit(Event::message_received, {{FieldName::peer, message.src},
                                           {FieldName::message, trace_name(message)},
                                           {FieldName::type, message.type},
                                           {FieldName::bytes, record.size()}});
  }
  handle(message, record, input, effects);
}

void Node::handle(const Message& message, std::string_view record, const Context::Input& input,
                  Effects& effects) {
  const Effects::Mark before = effects.mark();
  const auto refuse = [&](ErrorCode code, const std::string& why) {
    effects.rewind(before);
    events_.emit(Event::request_rejected, {{FieldName::cause, why},
                                           {FieldName::peer, message.src},
                                           {FieldName::message, trace_name(message)},
                                           {FieldName::type, message.type}});
    if (message.msg_id) context(kNodeTag, input, effects).error(message, code, why);
  };
  try {
    if (message.type == "init") {
      initialise(message, input, effects);
    } else if (identity_.node_id.empty()) {
      defer(message, record, input, effects);
    } else {
      dispatch(message, input, effects);
    }
  } catch (const BadRequest& bad) {
    refuse(ErrorCode::malformed_request, bad.what());
  } catch (const TooManyRequests& full) {
    refuse(ErrorCode::temporarily_unavailable, full.what());
  }
}

void Node::initialise(const Message& message, const Context::Input& input, Effects& effects) {
  const InitRequest request = parse_init(message, expected_);
  if (!identity_.node_id.empty()) {
    if (request.node_id == identity_.node_id && request.peers() == identity_.peers) {
      context(kNodeTag, input, effects).reply(message, "init_ok");
    } else {
      context(kNodeTag, input, effects)
          .error(message, ErrorCode::precondition_failed,
                 "already initialised as " + identity_.node_id + ", with other node_ids");
    }
    return;
  }
  incarnation_ = key_.incarnation;
  change(effects, NodeChange::incarnation, bytes_of(incarnation_));
  change(effects, NodeChange::init, to_payload(request));
  identity_ = identity_of(request);
  events_.set_node(identity_.node_id);
  context(kNodeTag, input, effects).reply(message, "init_ok");
  events_.emit(Event::node_initialised, {{FieldName::count, request.node_ids.size()}});
  if (generation_ != 0) start_services(input, effects);
  deferred_bytes_ = 0;
  for (const Deferred& waiting : std::exchange(deferred_, {})) {
    std::vector<protocol::Field> fields;
    handle(decode(waiting.message, fields), waiting.message, waiting.input, effects);
  }
}

// Messages of peers that were initialised earlier may come before our own init.
void Node::defer(const Message& message, std::string_view record, const Context::Input& input,
                 Effects& effects) {
  if (deferred_bytes_ + record.size() > kMaxDeferredBytes) {
    events_.emit(Event::message_dropped, {{FieldName::cause, "too much waits for init"},
                                          {FieldName::peer, message.src},
                                          {FieldName::message, trace_name(message)},
                                          {FieldName::type, message.type}});
    if (message.msg_id) {
      context(kNodeTag, input, effects)
          .error(message, ErrorCode::temporarily_unavailable,
                 "not initialised, and too much waits");
    }
    return;
  }
  change(effects, NodeChange::deferred, deferred_payload(input, record));
  deferred_.push_back({input, std::string(record)});
  deferred_bytes_ += record.size();
}

void Node::tell_what_waits() const {
  if (deferred_.empty()) return;
  std::vector<protocol::Field> fields;
  const Message first = decode(deferred_.front().message, fields);
  const std::string cause =
      "the node ends before any init; never answered: " +
      (deferred_.size() == 1 ? "this message"
                             : std::to_string(deferred_.size()) + " messages, this one first");
  events_.emit(Event::message_dropped, {{FieldName::cause, cause},
                                        {FieldName::peer, first.src},
                                        {FieldName::message, trace_name(first)},
                                        {FieldName::type, first.type}});
}

void Node::dispatch(const Message& message, const Context::Input& input, Effects& effects) {
  if (const auto request = requests_.close_answered(message, effects)) {
    return deliver(*request, &message, input, effects);
  }
  const auto found = tag_of_type_.find(message.type);
  if (found != tag_of_type_.end()) {
    Context step = context(found->second, input, effects);
    step.limit_requests();
    service_of(found->second).handle(step, message);
    return;
  }
  // An answer that comes too late or was never asked for, or an error: answering it could go on for
  // ever.
  if (message.in_reply_to || !message.msg_id) {
    const char* const cause = message.in_reply_to ? "nobody waits for this answer" : "unknown type";
    events_.emit(Event::message_dropped, {{FieldName::cause, cause},
                                          {FieldName::peer, message.src},
                                          {FieldName::message, trace_name(message)},
                                          {FieldName::type, message.type}});
    return;
  }
  context(kNodeTag, input, effects)
      .error(message, ErrorCode::not_supported,
             "unknown type '" + std::string(message.type.substr(0, 100)) + "'" + what_is_off());
}

// For who starts a node with another workload than he uses.
std::string Node::what_is_off() const {
  std::string names;
  for (const auto& [tag, name] : switched_off_) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "" : " (switched off: " + names + "; start the node with --workload NAME)";
}

// If the last attempt had no room for what starting does, this one would have none either.
void Node::begin_work(const Context::Input& input, Effects& effects) {
  if (!std::exchange(put_off_, false)) return start_services(input, effects);
  start_later(input, effects);
}

void Node::start_later(const Context::Input& input, Effects& effects) {
  effects.wake_at(input.taken_ns + kPutOffNs, pack({kNodeTag, generation_, kStartTimer}));
}

void Node::start_services(const Context::Input& input, Effects& effects) {
  requests_.wait_no_longer_than_asked(effects);
  for (auto& [tag, service] : services_) {
    Context step = context(tag, input, effects);
    service->start(step);
  }
}

void Node::fire_timer(std::uint64_t packed, const Context::Input& input, Effects& effects) {
  const TimerToken token = unpack_timer_token(packed);
  const auto found = services_.find(token.owner);
  if (token.owner != kNodeTag && found == services_.end()) {
    throw CorruptSegment("a timer of an unknown service");
  }
  // Asked for by an earlier worker: its successor has armed its own.
  if (token.generation != (generation_ & 0xff'ffff) || identity_.node_id.empty()) return;
  if (token.owner == kNodeTag) {
    return token.token == kRequestTimer ? end_overdue(input, effects)
                                        : start_services(input, effects);
  }
  events_.emit(Event::timer_fired, {{FieldName::token, token.token}});
  Context step = context(token.owner, input, effects);
  found->second->on_timer(step, token.token);
}

// One a timer: if the service dies of it, then of this one.
void Node::end_overdue(const Context::Input& input, Effects& effects) {
  if (awake_at_ns_ && *awake_at_ns_ <= input.taken_ns) awake_at_ns_.reset();
  const OpenRequests::Overdue overdue = requests_.close_overdue(effects);
  if (overdue.over) deliver(*overdue.over, nullptr, input, effects);
  if (!overdue.again || !events_.wants(Event::message_sent)) return;
  events_.emit(Event::message_sent, {{FieldName::peer, overdue.again->dest},
                                     {FieldName::message, ""},
                                     {FieldName::type, overdue.again->type},
                                     {FieldName::bytes, overdue.again->bytes}});
}

void Node::deliver(const OpenRequest& request, const Message* message, const Context::Input& input,
                   Effects& effects) {
  const Effects::Mark before = effects.mark();
  try {
    Context step = context(request.owner, input, effects);
    service_of(request.owner)
        .on_answer(step, {request.asker, request.memo, request.dest, message, request.tries_made});
  } catch (const BadRequest& bad) {
    effects.rewind(before);
    events_.emit(Event::request_rejected, {{FieldName::cause, bad.what()},
                                           {FieldName::peer, request.dest},
                                           {FieldName::type, message ? message->type : ""}});
    context(kNodeTag, input, effects)
        .error(request.asker, ErrorCode::crash,
               "an answer of " + request.dest + " can't be used: " + bad.what());
  }
}

// One timer for all. Before this worker's start is known it would not fire.
void Node::wake_for_requests(Effects& effects) {
  const auto due_ns = requests_.next_deadline_ns();
  if (!due_ns || generation_ == 0 || (awake_at_ns_ && *awake_at_ns_ <= *due_ns)) return;
  awake_at_ns_ = due_ns;
  effects.wake_at(*due_ns, pack({kNodeTag, generation_, kRequestTimer}));
}

Context Node::context(std::uint16_t owner, const Context::Input& input, Effects& effects) {
  return {identity_, key_, input, generation_, owner, requests_, effects, events_};
}

Service& Node::service_of(std::uint16_t tag) {
  return *services_.at(tag);
}

void Node::replay(const Record& record) {
  const std::uint16_t owner = record.flags;
  if (owner != kNodeTag) {
    if (replaying_ == nullptr || owner != replaying_->first) {
      const auto found = services_.find(owner);
      if (found == services_.end()) reject_owner(owner);
      replaying_ = &*found;
    }
    replaying_->second->replay(record.kind, record.payload);
    return;
  }
  std::string_view payload = record.payload;
  if (record.kind >= OpenRequests::kFirstKind) {
    const auto asked_by = requests_.replay(record.kind, payload);
    if (asked_by && !services_.contains(*asked_by)) reject_owner(*asked_by);
    return;
  }
  switch (static_cast<NodeChange>(record.kind)) {
    case NodeChange::init: {
      const InitRequest request = from_payload(payload, expected_);
      identity_ = identity_of(request);
      deferred_.clear();
      deferred_bytes_ = 0;
      return;
    }
    case NodeChange::deferred: {
      const auto input = take<Context::Input>(payload);
      deferred_.push_back({input, std::string(payload)});
      deferred_bytes_ += payload.size();
      return;
    }
    case NodeChange::message_part:
      partial_message_.append(payload);
      return;
    case NodeChange::message_whole:
      partial_message_ = {};
      return;
    case NodeChange::incarnation:
      incarnation_ = take<std::uint64_t>(payload);
      return;
  }
  throw CorruptSegment("a journal record of an unknown kind");
}

void Node::replayed() {
  for (const auto& [tag, service] : services_) service->replayed();
}

void Node::reject_owner(std::uint16_t tag) const {
  const auto off = switched_off_.find(tag);
  if (off == switched_off_.end()) {
    throw CorruptSegment(
        "a journal record of a service that this worker does not have: damage, or it was written "
        "with another --worker");
  }
  throw ServiceIsOff("the state holds what '" + off->second +
                     "' has kept, but that is not switched on (--workload)");
}

std::uint64_t Node::snapshot_bytes() const {
  std::uint64_t bytes = deferred_bytes_ + partial_message_.size() + requests_.snapshot_bytes();
  for (const auto& [tag, service] : services_) bytes += service->snapshot_bytes();
  return bytes;
}

void Node::snapshot(Effects& effects) const {
  if (!identity_.node_id.empty()) {
    change(effects, NodeChange::incarnation, bytes_of(incarnation_));
    change(effects, NodeChange::init, to_payload({identity_.node_id, identity_.nodes}));
  }
  for (const Deferred& waiting : deferred_) {
    change(effects, NodeChange::deferred, deferred_payload(waiting.input, waiting.message));
  }
  if (!partial_message_.empty()) change(effects, NodeChange::message_part, partial_message_);
  requests_.snapshot(effects);
  for (const auto& [tag, service] : services_) {
    const std::uint16_t owner = tag;
    service->snapshot([&](std::uint16_t kind, std::string_view payload) {
      effects.change(owner, kind, payload);
    });
  }
}

}  // namespace hearsay::core
