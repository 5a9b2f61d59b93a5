// The client of a kafka run: what it asks for in an operation, and from where it polls.
//
// It polls the keys that it was assigned, each at the offset behind the last it got; a client that
// dies forgets all that. After a poll that showed anything it commits how far it is. As in
// Maelstrom, the committed offsets are asked for and then not used: a key that is new to a client
// begins at 0. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {

inline constexpr const char* kSeekToBeginning = "seek-to-beginning?";

// All the clients of a run; a process has one.
class KafkaClients {
 public:
  Step begin(const Operation& invocation);
  Step go_on(const Operation& invocation, const nlohmann::json& request,
             const nlohmann::json& body);
  void died(std::int64_t process) { clients_.erase(process); }

 private:
  // NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
  struct Client {
    std::map<std::string, std::int64_t> positions;  // by assigned key: the offset wanted next
    nlohmann::json polled;                          // what a poll showed, while it commits
  };

  static Step take_poll(Client& client, const nlohmann::json& messages);

  std::unordered_map<std::int64_t, Client> clients_;  // by process
};

// What is wrong with the one field of a reply, as Workload::wrong_field().
std::string wrong_kafka_field(std::string_view request_type, const nlohmann::json& value);

}  // namespace hearsay::bench
