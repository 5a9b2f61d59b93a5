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

#include "common/protocol/error_code.h"
#include "common/protocol/message.h"
#include "common/protocol/message_writer.h"
#include "common/trace/event.h"
#include "worker/core/effects.h"
#include "worker/core/random.h"
#include "worker/core/roster.h"

namespace hearsay::core {

// Who this node is; known once it is initialised.
struct Identity {
  std::string node_id;
  Roster nodes;  // all nodes, this one among them, in the order of init
  Roster peers;  // all others

  bool knows(std::string_view node) const { return node == node_id || peers.contains(node); }
};

// What one node life (from nothing) has of its own.
struct NodeKey {
  std::uint64_t incarnation;
  std::uint64_t seed;
};

class Context {
 public:
  struct Input {
    std::uint64_t number;   // the inputs of a node's life are numbered from 0
    std::int64_t taken_ns;  // when the supervisor took it, on its monotonic clock
  };

  Context(const Identity& identity, NodeKey key, Input input, std::uint32_t generation,
          std::uint16_t owner, Effects& effects, trace::EventSink& events);

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
      trace_sent(request.src, type, &request, out.size() - begin);
    });
  }
  void reply(const protocol::Message& request, std::string_view type);
  // In the function that fills a body, behind MessageWriter::begin(): a text that only grows, and
  // of which each answer has all that there is. A long one is not copied.
  void share(SharedText& shared, std::string_view text) { effects_.share(shared, text); }
  void error(const protocol::Message& request, protocol::ErrorCode code, std::string_view text);

  // Sends to a peer; no answer is expected.
  template <typename Fill>
  void send(std::string_view peer, std::string_view type, Fill&& fill) {
    effects_.line(input_.taken_ns, false, [&](std::string& out) {
      const std::uint64_t begin = out.size();
      protocol::MessageWriter body(out, identity_.node_id, peer, type);
      fill(body);
      body.finish();
      trace_sent(peer, type, nullptr, out.size() - begin);
    });
  }

  // Puts a state change of the calling service into the journal.
  void change(std::uint16_t kind, std::string_view payload) {
    effects_.change(owner_, kind, payload);
  }

  // Calls the service's on_timer(token) at the time, or soon after. Lost with the worker.
  void wake_at(std::int64_t at_ns, std::uint32_t token);

 private:
  // Whether the answer is dropped once its client has gone. Not that to init: Maelstrom waits for
  // it longer than a client does, and without it all is lost.
  bool may_expire(const protocol::Message& request) const {
    return request.type != "init" && !identity_.knows(request.src);
  }
  bool may_reply(const protocol::Message& request);
  // Before init the node answers under the name by which it was called.
  std::string_view name_for(const protocol::Message& request) const;
  void trace_sent(std::string_view dest, std::string_view type, const protocol::Message* request,
                  std::uint64_t bytes);

  const Identity& identity_;
  NodeKey key_;
  Input input_;
  std::uint32_t generation_;
  std::uint16_t owner_;
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
