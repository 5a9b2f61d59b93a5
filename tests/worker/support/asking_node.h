// A node whose service asks one of Maelstrom's, without a network: what it asks is answered at
// once, or lost, as the test says; the store is the bench's. Between any two inputs the worker may
// be made to die.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/worker/support/core_harness.h"
#include "tools/experiment/services/service.h"

namespace hearsay::test {

class AskingNode {
 public:
  // `store` answers to `store_name`, whatever the node asks others; it outlives the node.
  AskingNode(const std::string& workload, bench::ServicePort& store, std::string store_name,
             bool dies_always, const std::vector<std::string>& nodes = {"n0", "n1", "n2"},
             const std::string& self = "n0", core::NodeKey key = {7, 42});

  // A client's request, and all that it leads to without a timer. The body of the answer; null:
  // there is none yet.
  Json ask(Json body);
  // The same, but what goes to the store stays in `under_way`.
  void only_send(Json body);
  // What is under way arrives, and what that leads to.
  void arrive();
  // As of CoreHarness; what is under way stays so.
  CoreHarness::State state() const { return core_.state(); }
  void go_back_to(const CoreHarness::State& state);
  // Time passes, and what timers lead to; what clients were told meanwhile.
  std::vector<Json> wait(std::int64_t ns);

  // Nothing: it is lost. Else what goes on instead of it.
  using Filter = std::function<std::optional<Json>(const Json& line)>;
  Filter on_the_way_there = [](const Json& line) { return line; };
  Filter on_the_way_back = [](const Json& line) { return line; };

  std::deque<Json> under_way;
  std::vector<Json> asked;  // all that went to the store, lost or not
  std::vector<Json> told;   // bodies of all answers to clients

 private:
  void between();
  void take(const std::vector<Json>& lines);

  bench::ServicePort& store_;
  std::string store_name_;
  bool dies_always_;
  std::string self_;
  CoreHarness core_;
  std::uint64_t generation_ = 1;
  std::int64_t next_msg_id_ = 100;
};

// Loses the next `count` lines.
AskingNode::Filter losing(int count);

}  // namespace hearsay::test
