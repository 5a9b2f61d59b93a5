// A service handles a workload: the one interface to write for a new one.
//
// A service is a deterministic state machine. All it may use is what the Context gives it; it reads
// no clock, draws no randomness of its own, does no I/O and starts no threads.
//
// State and crashes. Memory is lost with the worker; what must survive is put into the journal with
// Context::change() in the same step that changes the memory. A successor gets the journal's
// changes, in order, through replay(). Journal and replies of a step become real together or not at
// all, so a service never has to think about half a step.
//
// Errors. handle() throws BadRequest for a body that it can't use, before it changes anything: the
// client gets error 12 and the step's effects are dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>

#include "common/protocol/message.h"

namespace hearsay::core {

class Context;
struct Answer;

// The request's body is wrong; what() says how, for the client.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Service {
 public:
  Service() = default;
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The types of messages that come to handle(). No two services share one.
  virtual std::span<const std::string_view> types() const = 0;
  virtual void handle(Context& context, const protocol::Message& message) = 0;

  // The node has its name and peers and a worker has just started: arm timers here. Called once
  // when the node is initialised and again after every later start of a worker; timers of earlier
  // workers no longer fire. A worker that takes over may have to handle inputs that its predecessor
  // left before its start() comes; timers asked for that early don't fire either.
  virtual void start(Context& /*context*/) {}
  // A timer asked for with Context::wake_at() is due.
  virtual void on_timer(Context& /*context*/, std::uint32_t /*token*/) {}

  // From this step on the context has another incarnation, because the state may have gone back in
  // time (a power cut, files brought back from a copy): the node has its name and peers, knows what
  // it knew then, and others may know what it did afterwards. Comes before anything else of this
  // life, start() too. To everything that was asked for until then, on_answer() follows in the same
  // step, without an answer, and for nobody.
  //
  // So what was said or numbered under the old incarnation is not to be continued: an id, an
  // offset, what others are taken to know. What may have been done or answered since, as far as
  // this node knows was not, is not to be done or answered again.
  virtual void on_new_incarnation(Context& /*context*/) {}

  // What came of a request of this service (Context::request): an answer, whatever it is, or none
  // in time. A BadRequest thrown before anything is changed says that the answer can't be used: the
  // asker gets error 13 (perhaps it was done).
  virtual void on_answer(Context& /*context*/, const Answer& /*answer*/) {}

  // One change of the journal, in the order in which they were made. Throws CorruptSegment when it
  // makes no sense.
  virtual void replay(std::uint16_t /*kind*/, std::string_view /*payload*/) {}
  // That was the last one: the time for what is quicker done at once. Need not be called.
  virtual void replayed() {}
  // The shortest list of changes that replay() to the present state.
  using ChangeSink = std::function<void(std::uint16_t kind, std::string_view payload)>;
  virtual void snapshot(const ChangeSink& /*sink*/) const {}
  // About how long that list is, if it may be long: a journal is compacted when that makes it much
  // shorter.
  virtual std::uint64_t snapshot_bytes() const { return 0; }
};

}  // namespace hearsay::core
