// A cluster with the logs of kafka, for its tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {

inline constexpr std::int64_t kLongestTalkNs = 60 * kNsPerSecond;

class Logs {
 public:
  explicit Logs(std::size_t nodes, const GossipOptions& gossip = {})
      : cluster(gossip, nodes, 0, nullptr, "kafka") {
    cluster.to_client = [this](std::size_t, const Json& line) {
      answers[line["body"]["in_reply_to"].get<int>()].push_back(line["body"]);
    };
    cluster.run_for(2 * kNsPerSecond);  // they meet
  }

  // Returns the msg_id.
  int send(std::size_t node, const std::string& log, const Json& message) {
    cluster.ask(node, {{"type", "send"}, {"key", log}, {"msg", message}, {"msg_id", ++msg_id_}});
    return msg_id_;
  }
  // The only answer; null: there is none yet.
  Json answer(int msg_id) {
    const auto& all = answers[msg_id];
    EXPECT_LE(all.size(), 1U) << "answered twice";
    return all.empty() ? Json() : all.front();
  }
  Json poll(std::size_t node, const Json& offsets) {
    return cluster.ask(node, {{"type", "poll"}, {"offsets", offsets}})["msgs"];
  }
  Json whole_log(std::size_t node, const std::string& log) {
    const Json messages = poll(node, {{log, 0}});
    return messages.contains(log) ? messages[log] : Json::array();
  }
  // The messages of the log from an offset on, in order, as a node shows them.
  std::vector<Json> messages_from(std::size_t node, const std::string& log, std::size_t offset) {
    std::vector<Json> found;
    const Json messages = whole_log(node, log);
    for (; offset < messages.size(); ++offset) {
      EXPECT_EQ(messages[offset][0], offset);
      found.push_back(messages[offset][1]);
    }
    return found;
  }
  // A log that the node owns.
  std::string log_of(std::size_t owner) {
    if (owned_.empty()) {
      for (int i = 0; owned_.size() < cluster.size(); ++i) {
        const std::string log = "log" + std::to_string(i);
        for (std::size_t node = 0; node < cluster.size(); ++node) {
          if (!answer(send(node, log, "first")).is_null()) owned_.try_emplace(node, log);
        }
      }
      cluster.run_for(kNsPerSecond / 2);
    }
    return owned_.at(owner);
  }

  GossipCluster cluster;
  std::map<int, std::vector<Json>> answers;  // by msg_id

 private:
  int msg_id_ = 100;
  std::map<std::size_t, std::string> owned_;
};

}  // namespace hearsay::test
