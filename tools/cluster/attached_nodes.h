// The nodes of `hearsay test --bus`: attached somewhere, reached over the bus.
//
// The bench hears every line that nodes print, in the order in which the server took them. Those
// between nodes have been carried when it hears them: the network counts and keeps them, and
// delivers nothing (NetworkOptions::carried_elsewhere). What clients and services say goes to the
// nodes as the operator's lines. The only clock is the bench's own: a message is taken for sent
// when the bench hears it.
//
// Faults of the network are done by what has attached the nodes (network_faults.h), which is told
// of each that comes or goes. What becomes of a message there is a function of its number, so it is
// known here: the network counts what was lost without being told.
//
// One thread, the loop's. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/conditions.h"
#include "tools/cluster/options.h"
#include "tools/cluster/presence.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/node_lines.h"
#include "tools/processes/tested_nodes.h"

namespace hearsay::cluster {

class AttachedNodes : public bench::TestedNodes {
 public:
  // `nodes`: in the order of their numbers. Throws bus::BusError.
  // `usual`: the network without faults; what comes and goes the bench's network says.
  AttachedNodes(bench::EventLoop& loop, const BusOptions& options, std::vector<Presence> nodes,
                Conditions usual, bool strict, OnDeath on_death);

  // Throws bus::BusError if the bus does not let us listen.
  void start(bench::Network& network) override;
  void look_for_deaths(std::int64_t /*now_ns*/) override {}
  // Takes what the nodes say of themselves at the end. They go on.
  std::vector<std::string> stop() override;
  bool end_with_run() const override { return false; }

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override;
  bench::Passage carry(std::size_t from, std::size_t to) override;

  // Each asks what has attached the node, and waits for the answer: the history says what was hit.
  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override;
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override;
  void resume_worker(std::int64_t now_ns, std::size_t node) override;
  void kill_node(std::int64_t now_ns, std::size_t node) override;
  void start_node(std::int64_t now_ns, std::size_t node) override;
  void pause_node(std::int64_t now_ns, std::size_t node) override;
  void resume_node(std::int64_t now_ns, std::size_t node) override;

  const bench::Findings& findings() const override { return lines_.findings(); }
  // Nothing is known of them: what nodes write to stderr stays where they are.
  const bench::Deaths& deaths() const override { return deaths_; }
  std::optional<int> exit_status(std::size_t /*node*/) const override { return std::nullopt; }
  // Of a node on this machine.
  pid_t pid(std::size_t node) const override;
  std::string last_words(std::size_t node, bool was_silent) const override;
  void add_to(bench::Outcome& outcome) const override;

 private:
  std::optional<std::size_t> number_of(std::string_view name) const;
  // Throws bus::BusError if another test has one of them.
  void claim_nodes();
  // Each second: so that the nodes know that there is a test, and what was not heard is asked
  // again.
  void beat(std::int64_t now_ns);
  void ask_again();
  void compare_clocks();
  // The conditions, to whom they have changed for. Those who don't say that they have them.
  std::vector<std::string> tell_conditions();
  // The nodes are free again, and without faults.
  void let_go();
  Conditions conditions_of(std::size_t node) const;
  // The answer, which has `key`; null: none came, and that was told.
  nlohmann::json ask(std::size_t node, const nlohmann::json& request, const char* key);
  // What was hit.
  std::optional<std::int64_t> strike(std::size_t node, std::string_view ask_for);
  // The same for what ends a fault: asked again until somebody answers.
  void mend(std::size_t node, std::string_view ask_for);
  void read_bus(std::int64_t now_ns);
  void take_event(const bus::Event& event);
  void take_message(std::int64_t now_ns, const bus::Message& message);
  void take_line(std::int64_t now_ns, const bus::Message& message);
  bool is_for_stranger(std::size_t node, std::string_view receiver, const std::string& text);
  void take_presence(std::int64_t now_ns, const bus::Message& message);
  void look_at_drops(std::int64_t now_ns, const Presence& before, const Presence& now);
  // Since the start: what has attached a node may have seen runs before.
  std::map<std::string, std::uint64_t> dropped(std::size_t node) const;
  std::vector<std::string> find_remarks() const;

  bench::EventLoop& loop_;
  bus::Subjects subjects_;
  std::string cluster_;
  OnDeath on_death_;
  bench::NodeLines lines_;
  bench::Deaths deaths_;
  bench::Network* network_ = nullptr;
  std::vector<Presence> nodes_;         // the last that each said of itself
  const std::vector<Presence> before_;  // the first
  std::map<std::string, std::size_t, std::less<>> numbers_;
  Conditions usual_;
  // How far its clock is ahead of the bench's; the truth is no further away than the error.
  struct ClockOffset {
    std::int64_t ns;
    std::int64_t error_ns;
  };
  std::map<std::size_t, ClockOffset> clocks_;     // of those that said
  std::vector<Conditions> told_;                  // by node
  std::vector<std::vector<std::uint64_t>> said_;  // lines by sender and receiver
  std::uint64_t line_number_ = 0;                 // of the line that is being taken
  std::set<std::string, std::less<>> strangers_;  // who spoke to nodes and is none of us
  std::int64_t stranger_lines_ = 0;
  std::set<std::size_t> answered_;  // a client of ours, more than its init
  std::int64_t losses_ = 0;         // how often the bus was away
  std::int64_t unsent_ = 0;         // lines to nodes that the bus did not take
  std::int64_t unstruck_ = 0;       // faults that nobody answered for
  std::set<std::size_t> down_;      // killed, not started again yet
  std::set<std::size_t> unheard_;   // after the end
  std::set<std::pair<std::size_t, std::string_view>> unmended_;  // whom to ask again for what
  std::int64_t beats_ = 0;
  bool tells_ = true;  // when nobody answers
  bool over_ = false;
  bool heard_to_the_end_ = true;
  std::string host_;
  bus::Connection bus_;
};

}  // namespace hearsay::cluster
