// A worker's core without a worker: messages in, lines and wake-ups out, everything in memory.
//
// Stands in for rings, journal and supervisor. Time is what the test says it is. restart() does to
// the core what a crash does: memory gone, journal kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "common/options/worker_options.h"
#include "common/protocol/link.h"
#include "worker/core/node.h"

namespace hearsay::test {

// What tests of gossip take for the latency between two nodes.
inline constexpr std::int64_t kHopNs = 100 * kNsPerMs;

using Json = nlohmann::json;

class CoreHarness {
 public:
  // `events`: where all its events go; nothing: nowhere. `workload`: as of hearsay-node.
  explicit CoreHarness(GossipOptions gossip = {}, core::NodeKey key = {7, 42},
                       std::vector<Json>* events = nullptr,
                       std::string workload = core::kAutoWorkload);

  // Commits the step for one message, given as the line's JSON; returns the lines it put out.
  std::vector<Json> send(const Json& message);
  // The same, for a line as it is written: JSON objects above lose the order of their members.
  std::vector<Json> send_text(const std::string& line);
  // A request of client "c1" to this node; src, dest and msg_id are filled in. Returns the body of
  // the only line to the client; null when there is none.
  Json ask(Json body);
  // Generation 1 starts, and gets its init as `self` of `nodes`.
  void initialise(const std::vector<std::string>& nodes = {"n0", "n1", "n2"},
                  const std::string& self = "n0");
  // The worker_started input, as after every start of a worker.
  std::vector<Json> worker_started(std::uint64_t generation);
  // The message as a message_part input for each piece of `piece_bytes`; between_parts() is called
  // before every part but the first.
  // In a part that `given_up` says yes to (they are counted from 0), there is no room for the step.
  std::vector<Json> send_in_parts(const Json& message, std::uint64_t piece_bytes,
                                  const std::function<void()>& between_parts = {},
                                  const std::function<bool(int)>& given_up = {});
  Json skip(const Json& message, core::Node::Skipped why = core::Node::Skipped::after_crashes);
  // Instead of the steps for a part of a message, a timer or a start.
  std::vector<Json> find_no_room(protocol::InputKind kind, std::uint16_t flags,
                                 const std::string& payload);

  // Instead of worker_started().
  void skip_start(std::uint64_t generation, core::Node::Skipped why);

  // A new core from the journal.
  void restart();
  // The same, with other options.
  void restart_as(GossipOptions gossip);
  // What a node's files have of it. go_back_to(): they have what they had then, and a core of
  // another incarnation goes on from that.
  struct State {
    std::string journal;
    std::uint64_t inputs;
  };
  State state() const { return {journal_, inputs_}; }
  void go_back_to(const State& state);
  // Replaces the journal by a snapshot, as compaction does.
  void compact();

  // Fires the earliest wake-up asked for, at its time or now if that has passed. False when there
  // is none.
  bool fire_next_timer(std::vector<Json>& lines);

  std::int64_t now_ns = 1'000'000'000;
  std::vector<protocol::WakeRequest> wakes;
  const std::string& journal() const { return journal_; }

 private:
  std::vector<Json> run(protocol::InputKind kind, std::uint16_t flags, const std::string& payload,
                        std::optional<core::Node::Skipped> skipped = {});
  std::vector<Json> commit(const core::Effects& effects);
  std::unique_ptr<core::Node> make_node();

  GossipOptions gossip_;
  core::NodeKey key_;
  std::string workload_;
  std::string self_ = "n0";
  std::unique_ptr<trace::EventSink> events_;
  std::string journal_;
  std::string shelf_;
  std::unique_ptr<core::Node> node_;
  std::uint64_t inputs_ = 0;
  std::int64_t next_msg_id_ = 1;
};

// {"src":"n1","dest":"n0","body":{"type":"gossip","messages":values}}
Json gossip_from(const std::string& peer, const Json& values);
// A replica's entries, to n0 in its incarnation 7: what changed at `peer`, in its incarnation
// `life`, after its number interval[0] up to interval[1].
Json delta_from(const std::string& peer, int life, const Json& interval, const Json& entries);

}  // namespace hearsay::test
