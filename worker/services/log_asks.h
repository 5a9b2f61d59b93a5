// Appends that this node's clients want to logs of other nodes: asked of their owners until they
// are seen in this node's copy.
//
//   log-append   {"life":incarnation,"asks":[[number,log,message],...]}
//
// A message begins with the first that its receiver was not seen to do, and goes on in the order of
// the numbers; so the owner does those behind the last number that it has done, and a message that
// is lost, late or doubled changes nothing. At most one goes to an owner in kPeriodNs; what is not
// done is asked for again, ever more rarely. A client whose owner does not answer is told that
// nobody knows, and the next ones are refused at once.
//
// What is asked for stands in the journal. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/units.h"
#include "worker/core/context.h"
#include "worker/core/service.h"
#include "worker/gossip/alarm.h"
#include "worker/gossip/value_log.h"

namespace hearsay::services {

inline constexpr std::string_view kAppendType = "log-append";

// No node gets so far in its life: an ask with a higher number is nonsense. An owner that took it
// would take all later ones for done.
inline constexpr std::uint64_t kMostAskNumber = std::uint64_t{1} << 48;

// What a peer wants.
struct WantedAppend {
  std::uint64_t number;
  std::string log;
  std::string message;  // JSON
};
struct WantedAppends {
  gossip::Source asker;
  std::vector<WantedAppend> appends;
};
// Throws BadRequest.
WantedAppends read_wanted(const core::Context& context, const protocol::Message& message);

class LogAsks {
 public:
  // How often an owner is asked. Figures: worker/services/README.md.
  static constexpr std::int64_t kPeriodNs = 14 * kNsPerMs;
  // An owner that has left something undone for so long is out of reach.
  static constexpr std::int64_t kPatienceNs = kNsPerSecond;

  // So many may wait for an owner.
  static constexpr std::size_t kMostAsks = 10'000;

  struct Ask {
    std::string log;
    std::string message;  // JSON
    core::Asker client;
  };

  // Why nothing more can be asked of the owner now, for the client; empty: it can.
  std::string_view why_not(std::uint32_t owner, std::int64_t now_ns) const;
  void add(core::Context& context, std::uint32_t owner, Ask ask);
  // The owner has done it: the log has it at the offset. Answers the client.
  void done(core::Context& context, std::uint64_t number, std::int64_t offset);
  // Sends what is due, and tells clients. Comes after the last add() or done() of a step.
  void tick(core::Context& context);

  // As of core::Service; on_timer() comes before tick(). A new incarnation asks for nothing that
  // the old one wanted: it may be done, and answered.
  void on_new_incarnation(core::Context& context);
  void start() {
    alarm_.start();
    started_ = true;
  }
  void on_timer(core::Context& context) { alarm_.rang(context); }
  // Whether the record is one of these.
  bool replay(std::uint16_t kind, std::string_view payload);
  void snapshot(const core::Service::ChangeSink& sink) const;

 private:
  using Asks = std::map<std::uint64_t, Ask>;  // by number; no two owners have the same
  struct Owner {
    Asks asks;
    std::uint64_t told = 0;  // clients up to this number are not looked at again
    // What this worker has sent: when, up to which number, and whether not all had room.
    std::int64_t sent_ns = gossip::kLongAgoNs;
    std::uint64_t sent = 0;
    bool is_cut = false;

    // There is at least one ask.
    std::int64_t due_ns(std::int64_t now_ns) const;
  };

  void send(core::Context& context, std::uint32_t rank, Owner& owner);
  // Returns when there is more to tell.
  std::int64_t tell_clients(core::Context& context, std::uint32_t rank, Owner& owner);

  std::map<std::uint32_t, Owner> owners_;  // by rank
  std::uint64_t last_number_ = 0;
  bool started_ = false;
  gossip::Alarm alarm_;
};

}  // namespace hearsay::services
