// A node that has been initialised as n1, and everything that it has said.
//
// Every line that comes out of the node is checked to be one that Maelstrom would take; the test
// fails at once otherwise. Not thread-safe.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/node_runner.h"

namespace hearsay::test {

class Conversation {
 public:
  // Starts the node and waits for init_ok. The nodes of the cluster; the first is this one.
  explicit Conversation(const NodeSetup& setup = {},
                        const std::vector<std::string>& nodes = {"n1", "n2"});

  NodeRunner& node() { return node_; }
  void say(std::string_view line);
  // The answer to msg_id, waited for if it has not come yet; null when it does not come in time.
  nlohmann::json answer_to(std::int64_t msg_id, std::chrono::milliseconds patience = kPatience);
  // say() and answer_to() of an echo request with a fresh id: whether it comes back as it must.
  // What was said before is handled then, as a node handles its input in order.
  bool still_echoes();

  // All that has come out so far and was read.
  const std::vector<nlohmann::json>& heard() const { return heard_; }
  std::size_t count_answers(std::int64_t msg_id) const;

  // Asks for an echo, closes stdin and reads to the end; expects the echo, exit code 0, and that no
  // worker died on the way. For the end of a test.
  void expect_good_end();
  // Closes stdin, reads to the end; expects exit code 0.
  void expect_end();

 private:
  void hear(const std::string& line);

  NodeRunner node_;
  std::vector<nlohmann::json> heard_;
  std::int64_t next_echo_ = 1'000'000'000;
};

}  // namespace hearsay::test
