// The requests of this node's services that have no answer yet (Context::request).
//
// All of it stands in the journal, so that a successor still knows what each answer is to, and that
// a time-out still comes. A request ends once: the record that closes it commits with what the
// service does about its end.
//
// A msg_id is never used twice in a node's life, nor, unless the clock was set back, in those of
// other nodes of the same name: an answer to one that was killed must not be taken for one's own.
// The first is taken from the incarnation (milliseconds), 1024 a millisecond.
//
// Not thread-safe. Pure: time is the step's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/core/answer.h"
#include "worker/core/effects.h"

namespace hearsay::core {

// There are as many as there may be, or they take as much memory. For the client: error 11.
class TooManyRequests : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kMostOpenRequests = 10'000;
inline constexpr std::uint64_t kMostOpenBytes = 64 * 1024 * 1024;

struct OpenRequest {
  std::uint16_t owner = 0;  // the service's tag
  Asker asker;
  std::string dest;
  std::string memo;
  std::string line;  // the message without msg_id and end; empty once there is no further try
  RequestPolicy policy;
  std::uint32_t tries_made = 1;
  std::int64_t deadline_ns = 0;
  std::vector<std::int64_t> msg_ids;  // those of which the answer counts; the last is the last
};

class OpenRequests {
 public:
  explicit OpenRequests(std::uint64_t incarnation);

  // Journal records of kNodeTag whose kind is at least this one are replayed here.
  static constexpr std::uint16_t kFirstKind = 16;

  // The time of the step that begins.
  void begin_step(std::int64_t now_ns) { now_ns_ = now_ns; }

  bool full() const { return open_.size() >= kMostOpenRequests || bytes_ >= kMostOpenBytes; }
  // Sends it; what is not given is filled in.
  void open(OpenRequest request, Effects& effects);
  // The request that the message answers, which is over now; nothing: it answers none.
  std::optional<OpenRequest> close_answered(const protocol::Message& message, Effects& effects);
  struct SentAgain {
    std::string dest;
    std::string type;
    std::uint64_t bytes = 0;
  };
  struct Overdue {
    std::optional<OpenRequest> over;  // one that has no further try
    std::optional<SentAgain> again;   // else one that was sent again
  };
  // What becomes of one whose time is over; of none, if there is none.
  Overdue close_overdue(Effects& effects);
  // All there are, which are over: those who are asked know another incarnation.
  std::vector<OpenRequest> close_all(Effects& effects);
  // When close_overdue() has to be called next.
  std::optional<std::int64_t> next_deadline_ns() const;
  // The clock may have gone back (a state directory after a boot): nobody waits for longer than the
  // time-out.
  void wait_no_longer_than_asked(Effects& effects);

  // Returns the owner of a request that was opened. Throws CorruptSegment.
  std::optional<std::uint16_t> replay(std::uint16_t kind, std::string_view payload);
  void snapshot(Effects& effects) const;
  std::uint64_t snapshot_bytes() const { return bytes_; }

 private:
  using Open = std::map<std::int64_t, OpenRequest>;  // by an id: the msg_id of the first try

  std::int64_t next_msg_id() { return ++last_msg_id_; }
  void add(std::int64_t id, OpenRequest request);
  OpenRequest remove(Open::iterator found);
  SentAgain send_again(Open::iterator found, Effects& effects);
  void reschedule(Open::iterator found, std::int64_t msg_id, std::int64_t deadline_ns,
                  Effects& effects);
  void apply(Open::iterator found, std::int64_t msg_id, std::int64_t deadline_ns);
  Open::iterator find(std::int64_t id);

  std::int64_t first_msg_id_;
  std::int64_t last_msg_id_;
  std::int64_t now_ns_ = 0;
  Open open_;
  std::map<std::int64_t, std::int64_t> id_of_msg_id_;
  std::set<std::pair<std::int64_t, std::int64_t>> deadlines_;  // with the ids
  std::uint64_t bytes_ = 0;                                    // of the open ones' records
};

}  // namespace hearsay::core
