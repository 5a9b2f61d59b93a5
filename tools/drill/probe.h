// A client that does nothing but ask one node, again as soon as it is answered: it sees each
// outage.
//
// What it asks leaves no trace in the state of a node: an echo, an id, or a value that the node has
// already. Its answers are looked at one by one and not kept. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "tools/drill/outage_meter.h"
#include "tools/drill/strike.h"
#include "tools/experiment/clients/client.h"

namespace hearsay::drill {

// Of all probes together.
struct ProbeCounts {
  std::int64_t asked = 0;
  std::int64_t acknowledged = 0;
  std::int64_t refused = 0;     // answered with an error
  std::int64_t wrong = 0;       // answered with something else
  std::int64_t unanswered = 0;  // within the time that a client waits
  std::int64_t cut_off = 0;     // the node was killed whole meanwhile
  std::int64_t ids_twice = 0;
  std::unordered_set<std::string> ids;  // that were handed out
};

class Probe {
 public:
  // What it asks: a body without msg_id. Null: nothing yet.
  using BodyFor = std::function<nlohmann::json(std::size_t node)>;

  // Everything given by reference outlives the probe, and the probe outlives the heap's events.
  Probe(bench::EventHeap& heap, bench::Network& network, bench::OddReplies& odd_replies,
        std::size_t node, BodyFor body_for, Strikes& strikes, ProbeCounts& counts);

  void start(std::int64_t now_ns);
  // It asks no more, and answers count no more.
  void stop() { stopped_ = true; }
  // All strikes at its node have been followed by an answer.
  bool saw_all_outages() const { return !meter_.is_open(); }

  // The strike at this place of the list hits its node.
  void struck(std::int64_t now_ns, std::size_t strike) { meter_.struck(now_ns, strike); }
  // The node was killed whole and runs again: what it was asked may never be answered.
  void node_started(std::int64_t now_ns);

 private:
  void ask(std::int64_t now_ns);
  void take_answer(std::int64_t now_ns, std::int64_t asked_ns, const nlohmann::json& body);
  void judge(const nlohmann::json& body);
  void renew_client();

  bench::EventHeap& heap_;
  bench::Network& network_;
  bench::OddReplies& odd_replies_;
  std::size_t node_;
  BodyFor body_for_;
  Strikes& strikes_;
  ProbeCounts& counts_;
  OutageMeter meter_;
  std::unique_ptr<bench::Client> client_;
  // Clients that wait for a node that was killed: whatever comes still counts for them.
  std::vector<std::unique_ptr<bench::Client>> left_;
  nlohmann::json asked_;
  std::uint64_t question_ = 0;
  bool waits_ = false;
  bool stopped_ = false;
};

}  // namespace hearsay::drill
