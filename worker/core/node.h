// The worker's core: a pure state machine over inputs.
//
// step(input) changes the node's memory and collects in Effects what must happen outside: journal
// records, lines, wake-ups. Same inputs, same effects, always: no clock, no randomness but the
// input's, no I/O (events go to a sink and come back never). That makes crash recovery, the
// simulator and replay one thing.
//
// The node itself handles init, keeps messages that arrive before it, answers errors, hands answers
// and time-outs to the service that asked, and everything else to the service registered for the
// message's type.
//
// Invariants: what step() put into Effects is committed as a whole or the node is thrown away;
// replay() of the committed journal, in order, into a new Node gives the same node. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/record.h"
#include "common/protocol/link.h"
#include "common/protocol/message.h"
#include "common/trace/event.h"
#include "worker/core/context.h"
#include "worker/core/effects.h"
#include "worker/core/open_requests.h"
#include "worker/core/service_list.h"

namespace hearsay::core {

// The journal holds changes of a service that is not switched on; what() names it.
class ServiceIsOff : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Bytes of messages kept for a node that has no init yet; beyond it they are turned away.
inline constexpr std::uint64_t kMaxDeferredBytes = 64 * 1024 * 1024;

struct NodeInput {
  std::uint64_t number;  // position in the node's sequence of inputs, from 0
  protocol::InputKind kind;
  std::uint16_t flags;
  std::string_view payload;  // as in common/protocol/link.h
};

class Node {
 public:
  // `expected`: all nodes, if the owner knows them before init does; many cores in one process then
  // share the memory of the names.
  Node(NodeKey key, std::vector<RegisteredService> services, trace::EventSink& events,
       Roster expected = {});

  // Throws CorruptSegment when the payload is no such input.
  void step(const NodeInput& input, Effects& effects);
  // The next step begins a new incarnation. Of it the journal needs some tens of bytes, and 136 for
  // each neighbour of a replica.
  bool begins_incarnation() const { return incarnation_ != 0 && incarnation_ != key_.incarnation; }
  // Instead of step(), for an input that gets none. A client learns it: after crashes with error 13
  // (perhaps it was done), without room with error 11 (it was not; later it may go).
  enum class Skipped { after_crashes, without_room };
  void skip(const NodeInput& input, Skipped why, Effects& effects);

  // A committed journal record. Throws CorruptSegment when it makes no sense, and ServiceIsOff.
  void replay(const Record& change);
  // After the last one. Without it the first step may take long.
  void replayed();
  // The shortest journal for the present state.
  void snapshot(Effects& effects) const;
  // About how long it is.
  std::uint64_t snapshot_bytes() const;

  const Identity& identity() const { return identity_; }
  // The node ends: says in the trace what waits for an init, which is never answered.
  void tell_what_waits() const;

 private:
  struct Deferred {
    Context::Input input;
    std::string message;  // a message record
  };

  void take_part(const NodeInput& input, std::string_view part, const Context::Input& step,
                 Effects& effects);
  void drop_parts(Effects& effects);
  void receive(std::string_view record, const Context::Input& input, Effects& effects);
  void handle(const protocol::Message& message, std::string_view record,
              const Context::Input& input, Effects& effects);
  void initialise(const protocol::Message& message, const Context::Input& input, Effects& effects);
  void defer(const protocol::Message& message, std::string_view record, const Context::Input& input,
             Effects& effects);
  void dispatch(const protocol::Message& message, const Context::Input& input, Effects& effects);
  void begin_work(const Context::Input& input, Effects& effects);
  void start_later(const Context::Input& input, Effects& effects);
  void start_services(const Context::Input& input, Effects& effects);
  void begin_incarnation(const Context::Input& input, Effects& effects);
  void run(const NodeInput& input, std::string_view payload, const Context::Input& step,
           Effects& effects);
  void fire_timer(std::uint64_t token, const Context::Input& input, Effects& effects);
  // `message`: null when the request's time is over.
  void deliver(const OpenRequest& request, const protocol::Message* message,
               const Context::Input& input, Effects& effects);
  void end_overdue(const Context::Input& input, Effects& effects);
  void wake_for_requests(Effects& effects);
  Context context(std::uint16_t owner, const Context::Input& input, Effects& effects);
  Service& service_of(std::uint16_t tag);
  [[noreturn]] void reject_owner(std::uint16_t tag) const;
  std::string what_is_off() const;

  NodeKey key_;
  trace::EventSink& events_;
  Roster expected_;
  using Services = std::map<std::uint16_t, std::unique_ptr<Service>>;  // by tag
  Services services_;
  const Services::value_type* replaying_ = nullptr;    // whose record was replayed last
  std::map<std::uint16_t, std::string> switched_off_;  // their names
  std::unordered_map<std::string_view, std::uint16_t> tag_of_type_;

  Identity identity_;
  std::uint64_t incarnation_ = 0;  // under which the state came to be; 0: not initialised
  std::uint32_t generation_ = 0;   // of the last worker_started seen; 0: none
  std::vector<Deferred> deferred_;
  std::uint64_t deferred_bytes_ = 0;
  std::string partial_message_;  // parts of a message record so far
  bool put_off_ = false;         // the start of the services: there was no room for it

  OpenRequests requests_;
  std::optional<std::int64_t> awake_at_ns_;  // for requests_: the next of this worker's timers
};

}  // namespace hearsay::core
