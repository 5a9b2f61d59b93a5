#include "worker/core/context.h"

#include "common/base/check.h"
#include "worker/core/open_requests.h"

namespace hearsay::core {
namespace {

constexpr std::uint32_t kMask24 = 0xff'ffff;

}  // namespace

Context::Context(const Identity& identity, NodeKey key, Input input, std::uint32_t generation,
                 std::uint16_t owner, OpenRequests& requests, Effects& effects,
                 trace::EventSink& events)
    : identity_(identity),
      key_(key),
      input_(input),
      generation_(generation),
      owner_(owner),
      requests_(requests),
      effects_(effects),
      events_(events),
      random_(key.seed, input.number) {}

void Context::reply(const protocol::Message& request, std::string_view type) {
  reply(request, type, [](protocol::MessageWriter&) {});
}

void Context::error(const protocol::Message& request, protocol::ErrorCode code,
                    std::string_view text) {
  reply(request, "error", [&](protocol::MessageWriter& body) {
    body.integer("code", static_cast<std::int64_t>(code)).string("text", text);
  });
}

Asker Context::asker(const protocol::Message& request) const {
  if (!request.msg_id) return {};
  return {std::string(request.src), *request.msg_id, input_.taken_ns};
}

void Context::reply(const Asker& asker, std::string_view type) {
  reply(asker, type, [](protocol::MessageWriter&) {});
}

void Context::error(const Asker& asker, protocol::ErrorCode code, std::string_view text) {
  reply(asker, "error", [&](protocol::MessageWriter& body) {
    body.integer("code", static_cast<std::int64_t>(code)).string("text", text);
  });
}

bool Context::may_request() const {
  return !requests_are_limited_ || !requests_.full();
}

void Context::open_request(const Asker& asker, std::string_view dest, std::string_view type,
                           std::string_view memo, const RequestPolicy& policy, std::string line) {
  if (!may_request()) {
    throw TooManyRequests("too many requests of this node wait for an answer; not done");
  }
  trace_sent(dest, type, {}, line.size());
  OpenRequest request;
  request.owner = owner_;
  request.asker = asker;
  request.dest = dest;
  request.memo = memo;
  request.line = std::move(line);
  request.policy = policy;
  requests_.open(std::move(request), effects_);
  requests_are_limited_ = false;  // the step has changed something: it must go on
}

bool Context::may_reply(const protocol::Message& request) {
  if (request.msg_id) return true;
  events_.emit(trace::Event::message_dropped, {{trace::FieldName::peer, request.src},
                                               {trace::FieldName::type, request.type},
                                               {trace::FieldName::cause, "no msg_id to answer"}});
  return false;
}

std::string_view Context::name_for(const protocol::Message& request) const {
  return identity_.node_id.empty() ? request.dest : std::string_view(identity_.node_id);
}

void Context::wake_at(std::int64_t at_ns, std::uint32_t token) {
  effects_.wake_at(at_ns, pack({owner_, generation_, token}));
}

void Context::trace_sent(const protocol::Message& request, std::string_view type,
                         std::uint64_t bytes) {
  if (!events_.wants(trace::Event::message_sent)) return;
  trace_sent(request.src, type, protocol::trace_name(request), bytes);
}

void Context::trace_sent(std::string_view dest, std::string_view type, std::string_view request,
                         std::uint64_t bytes) {
  if (!events_.wants(trace::Event::message_sent)) return;
  using trace::FieldName;
  events_.emit(trace::Event::message_sent, {{FieldName::peer, dest},
                                            {FieldName::message, request},
                                            {FieldName::type, type},
                                            {FieldName::bytes, bytes}});
}

std::uint64_t pack(TimerToken token) {
  HEARSAY_CHECK(token.token <= kMask24, "a timer token of 24 bits");
  return std::uint64_t{token.owner} << 48 | std::uint64_t{token.generation & kMask24} << 24 |
         token.token;
}

TimerToken unpack_timer_token(std::uint64_t packed) {
  return {static_cast<std::uint16_t>(packed >> 48),
          static_cast<std::uint32_t>(packed >> 24) & kMask24,
          static_cast<std::uint32_t>(packed) & kMask24};
}

}  // namespace hearsay::core
