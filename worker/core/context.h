// What a service may see and do during one step.
//
// Lives for one step. Everything it does is collected in Effects and happens when the step commits.
// The reply, send and error templates take a function that fills the body:
//
//   context.reply(request, "read_ok", [&](protocol::MessageWriter& body) {
//     body.json("messages", values_json);
//   });
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/protocol/error_code.h"
#include "common/protocol/message.h"
#include "common/protocol/message_writer.h"
#include "common/trace/event.h"
#include "worker/core/answer.h"
#include "worker/core/effects.h"
#include "worker/core/random.h"
#include "worker/core/roster.h"

namespace hearsay::core {

// Who this node is; known once it is initialised.
struct Identity {
  std::string node_id;
  Roster nodes;            // all nodes, this one among them, in the order of init
  Roster peers;            // all others
  std::uint32_t rank = 0;  // of this node (Roster::rank)

  bool knows(std::string_view node) const { return node == node_id || peers.contains(node); }
};

// What one node life (from nothing) has of its own.
struct NodeKey {
  std::uint64_t incarnation;
  std::uint64_t seed;
};

class OpenRequests;

class Context {
 public:
  struct Input {
    std::uint64_t number;   // the inputs of a node's life are numbered from 0
    std::int64_t taken_ns;  // when the supervisor took it, on its monotonic clock
  };

  Context(const Identity& identity, NodeKey key, Input input, std::uint32_t generation,
          std::uint16_t owner, OpenRequests& requests, Effects& effects, trace::EventSink& events);

  const Identity& identity() const { return identity_; }
  std::uint64_t incarnation() const { return key_.incarnation; }
  std::uint64_t input_number() const { return input_.number; }
  std::int64_t now_ns() const { return input_.taken_ns; }
  Random& random() { return random_; }
  trace::EventSink& events() { return events_; }

  // Answers `request`. Without a msg_id there is nothing to answer: then nothing is sent.
  template <typename Fill>
  void reply(const protocol::Message& request, std::string_view type, Fill&& fill) {
    if (!may_reply(request)) return;
    effects_.line(input_.taken_ns, may_expire(request), [&](std::string& out) {
      const std::uint64_t begin = out.size();
      protocol::MessageWriter body(out, name_for(request), request.src, type);
      body.in_reply_to(*request.msg_id);
      fill(body);
      body.finish();
      trace_sent(request, type, out.size() - begin);
    });
  }
  void reply(const protocol::Message& request, std::string_view type);
  // In the function that fills a body, behind MessageWriter::begin(): a text that only grows, and
  // of which each answer has all that there is. A long one is not copied.
  void share(SharedText& shared, std::string_view text) { effects_.share(shared, text); }
  void error(const protocol::Message& request, protocol::ErrorCode code, std::string_view text);

  // Who sent the request, to be answered in a later step. Nobody if it has no msg_id.
  Asker asker(const protocol::Message& request) const;
  // As for a request; `asker` may have been kept for as long as you like.
  template <typename Fill>
  void reply(const Asker& asker, std::string_view type, Fill&& fill) {
    if (asker.name.empty()) return;
    effects_.line(asker.taken_ns, !identity_.knows(asker.name), [&](std::string& out) {
      const std::uint64_t begin = out.size();
      protocol::MessageWriter body(out, identity_.node_id, asker.name, type);
      body.in_reply_to(asker.msg_id);
      fill(body);
      body.finish();
      trace_sent(asker.name, type, protocol::trace_name(asker.name, asker.msg_id),
                 out.size() - begin);
    });
  }
  void reply(const Asker& asker, std::string_view type);
  void error(const Asker& asker, protocol::ErrorCode code, std::string_view text);

  // Asks a peer or a service of Maelstrom's (lin-kv, seq-kv, lww-kv, lin-tso). Its answer, or that
  // none came in time, comes to the service's on_answer(), exactly once, together with `asker` and
  // `memo`; workers that die in between change nothing about that. `fill` writes the body but for
  // type and msg_id.
  //
  // While a message is handled, throws TooManyRequests if very many are open (may_request() tells):
  // the sender gets error 11, so call it before anything is changed. Elsewhere there is always room
  // for one: ask about as much as was answered.
  template <typename Fill>
  void request(const Asker& asker, std::string_view dest, std::string_view type,
               std::string_view memo, const RequestPolicy& policy, Fill&& fill) {
    std::string line;
    protocol::MessageWriter body(line, identity_.node_id, dest, type);
    fill(body);
    open_request(asker, dest, type, memo, policy, std::move(line));
  }

  bool may_request() const;

  // Sends to a peer; no answer is expected.
  template <typename Fill>
  void send(std::string_view peer, std::string_view type, Fill&& fill) {
    effects_.line(input_.taken_ns, false, [&](std::string& out) {
      const std::uint64_t begin = out.size();
      protocol::MessageWriter body(out, identity_.node_id, peer, type);
      fill(body);
      body.finish();
      trace_sent(peer, type, {}, out.size() - begin);
    });
  }

  // Puts a state change of the calling service into the journal.
  void change(std::uint16_t kind, std::string_view payload) {
    effects_.change(owner_, kind, payload);
  }

  // Calls the service's on_timer(token) at the time, or soon after. Lost with the worker.
  void wake_at(std::int64_t at_ns, std::uint32_t token);

  // For the node: from now on request() may throw.
  void limit_requests() { requests_are_limited_ = true; }

 private:
  // Whether the answer is dropped once its client has gone. Not that to init: Maelstrom waits for
  // it longer than a client does, and without it all is lost.
  bool may_expire(const protocol::Message& request) const {
    return request.type != "init" && !identity_.knows(request.src);
  }
  bool may_reply(const protocol::Message& request);
  // Before init the node answers under the name by which it was called.
  std::string_view name_for(const protocol::Message& request) const;
  void open_request(const Asker& asker, std::string_view dest, std::string_view type,
                    std::string_view memo, const RequestPolicy& policy, std::string line);
  void trace_sent(const protocol::Message& request, std::string_view type, std::uint64_t bytes);
  // `request`: the name of what is answered.
  void trace_sent(std::string_view dest, std::string_view type, std::string_view request,
                  std::uint64_t bytes);

  const Identity& identity_;
  NodeKey key_;
  Input input_;
  std::uint32_t generation_;
  std::uint16_t owner_;
  OpenRequests& requests_;
  bool requests_are_limited_ = false;
  Effects& effects_;
  trace::EventSink& events_;
  Random random_;
};

// A timer's token as it travels: which service asked, in which generation, for what.
struct TimerToken {
  std::uint16_t owner;
  std::uint32_t generation;  // 24 bits travel
  std::uint32_t token;       // 24 bits travel
};
std::uint64_t pack(TimerToken token);
TimerToken unpack_timer_token(std::uint64_t packed);

}  // namespace hearsay::core
