// A workload: which operations clients try, how they ask for them, what an answer means.
//
// One class a workload, in a file of its own (workload_NAME.cpp), made by make_workload. A workload
// knows neither time nor transport. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/network/topology.h"
#include "tools/experiment/time/random.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// An operation before somebody is found to run it.
struct Intent {
  std::string f;
  nlohmann::json value;
};

class Workload {
 public:
  virtual ~Workload() = default;

  virtual std::string_view name() const = 0;
  // The body that every node gets after init and answers with TYPE_ok; null: none.
  virtual nlohmann::json setup_body() const { return nullptr; }
  virtual Intent next(Random& random) = 0;
  // What every client does once after the recovery; nothing: the run ends without recovery.
  virtual std::optional<Intent> final_intent() const { return std::nullopt; }
  // The request's body, without msg_id.
  virtual nlohmann::json request_body(const Operation& invocation) const = 0;
  // The value of the ok operation. `body` has the right type and keys.
  virtual nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const = 0;
  // The one field that the reply has beside type, msg_id and in_reply_to; empty: none.
  virtual std::string_view reply_field(std::string_view f) const = 0;
  // Whether that field must be an array (or null: Maelstrom takes it for an empty one).
  virtual bool reply_is_array(std::string_view /*f*/) const { return false; }
  // Unanswered, it is fail and not info: it changes nothing.
  virtual bool is_idempotent(std::string_view /*f*/) const { return false; }
  // Whether a client is kept after an indeterminate operation (else it gets a new name).
  virtual bool reuses_clients() const { return false; }
  // The checker's verdict, with Maelstrom's keys.
  virtual nlohmann::json check(const History& history) const = 0;
  // What Maelstrom's checker looks away from, as of find_oddities(); {}: nothing.
  virtual nlohmann::json look_closer(const History& /*history*/) const {
    return nlohmann::json::object();
  }
  // When values reached everybody, if the workload has such values.
  virtual std::vector<ValueLatency> value_latencies(const History& /*history*/) const { return {}; }
};

// Names of the workloads, in the order of Maelstrom's challenges.
std::vector<std::string> workload_names();

// `name` is one of workload_names().
std::unique_ptr<Workload> make_workload(std::string_view name, Topology topology,
                                        const std::vector<std::string>& nodes);

// What is wrong with a reply's body, or "": the type is not REQUEST_ok, a key too many or too
// few, a msg_id that is no integer.
std::string malformed_reply(const Workload& workload, const Operation& invocation,
                            const nlohmann::json& request, const nlohmann::json& body);

// The workloads themselves.
std::unique_ptr<Workload> make_echo();
std::unique_ptr<Workload> make_unique_ids();
std::unique_ptr<Workload> make_broadcast(Topology topology, const std::vector<std::string>& nodes);

}  // namespace hearsay::bench
