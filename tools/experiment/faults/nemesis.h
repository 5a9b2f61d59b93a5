// What goes wrong on purpose: does the deeds that tools/experiment/faults/deed.h plans.
//
// Each fault comes and goes on its own, with a mean interval of its own. The schedule depends on
// the seed, the options and the number of nodes, and on nothing else. What was really done is in
// the history: like Jepsen's nemesis, a deed leaves two entries there, what was meant and what was
// done; kill-worker leaves one. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/faults/deed.h"
#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/fault.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

struct NemesisOptions {
  // The faults that come and go, and the mean time between two deeds. Those on the wire need a
  // probability in the network's options as well.
  std::map<Fault, std::int64_t> interval_ns;
  // Instead of deeds that the seed draws: these, in the order of their times. Their faults have an
  // interval as well, of whatever length.
  std::optional<std::vector<Deed>> planned;
};

// In the history, in the place of a worker's process id.
inline constexpr const char* kNoWorker = "no worker found";

class NemesisListener {
 public:
  virtual ~NemesisListener() = default;
  virtual void deed_done() = 0;
  virtual void node_killed(std::int64_t now_ns, std::size_t node) = 0;
  virtual void node_started(std::int64_t now_ns, std::size_t node) = 0;
};

class Nemesis {
 public:
  // Everything given by reference outlives the nemesis. The nodes are in the network already; its
  // faults on the wire that come and go are off from now on.
  Nemesis(EventHeap& heap, Network& network, NodeControl& control, History& history,
          NemesisOptions options, std::uint64_t seed, NemesisListener& listener);
  Nemesis(const Nemesis&) = delete;
  Nemesis& operator=(const Nemesis&) = delete;

  // Strikes from `now_ns` until `end_ns`. The history's times count from `now_ns`.
  void start(std::int64_t now_ns, std::int64_t end_ns);
  // The last deeds: ends everything that can be ended.
  void heal(std::int64_t now_ns);

  // The deeds that were due, with the times at which they were due (tools/experiment/faults/deed.h
  // has the form); healing isn't among them. A function of seed, options and time alone.
  const nlohmann::json& schedule() const { return schedule_; }
  // Since when neither the node nor its worker is paused; nothing if one is.
  std::optional<std::int64_t> calm_since_ns(std::size_t node) const;
  bool is_active(Fault fault) const { return active_.count(fault) > 0; }

  // How often it did something to somebody, healing left out. 0 beside an interval: it never came
  // to it, or found nobody.
  std::int64_t strikes(Fault fault) const { return strikes_[index_of(fault)]; }
  const NemesisOptions& options() const { return options_; }
  // Of workers and of whole nodes, by node.
  const std::vector<std::int64_t>& worker_kills() const { return worker_kills_; }
  const std::vector<std::int64_t>& node_kills() const { return node_kills_; }

 private:
  void schedule(Fault fault);
  void do_next(std::int64_t now_ns, Fault fault);
  void do_deed(std::int64_t now_ns, const Deed& deed);
  void begin(std::int64_t now_ns, const Deed& deed);
  void end(std::int64_t now_ns, Fault fault);
  nlohmann::json do_begin(std::int64_t now_ns, const Deed& deed);
  nlohmann::json do_end(std::int64_t now_ns, Fault fault, const std::vector<std::size_t>& nodes);
  std::optional<std::int64_t> hit_worker(std::int64_t now_ns, Fault fault, std::size_t node);
  void begin_at_node(std::int64_t now_ns, Fault fault, std::size_t node);
  void end_at_node(std::int64_t now_ns, Fault fault, std::size_t node);
  void note(std::int64_t now_ns, std::string_view f, nlohmann::json value);

  EventHeap& heap_;
  Network& network_;
  NodeControl& control_;
  History& history_;
  NemesisOptions options_;
  std::uint64_t seed_;
  NemesisListener& listener_;
  std::vector<std::string> names_;
  std::map<Fault, Deeds> deeds_;
  std::map<Fault, std::vector<std::size_t>> active_;  // began and didn't end: the nodes it hit
  nlohmann::json schedule_ = nlohmann::json::array();
  std::int64_t origin_ns_ = 0;
  std::int64_t end_ns_ = 0;
  std::vector<std::int64_t> resumed_ns_;
  std::vector<std::int64_t> worker_kills_;
  std::vector<std::int64_t> node_kills_;
  std::array<std::int64_t, kFaults.size()> strikes_{};
};

}  // namespace hearsay::bench
