// A workload: which operations clients try, how they ask for them, what an answer means.
//
// One class a workload, in a file of its own (workload_NAME.cpp), made by make_workload. Most
// operations are one request: they need what begins with request_body(). An operation of more
// requests, or of none, overrides begin() and go_on(). A workload knows no transport, and of the
// time only what it is told. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
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

// How long a client waits for the answer to a request, unless its workload says otherwise.
inline constexpr std::int64_t kClientTimeoutNs = 5'000'000'000;

// An operation before somebody is found to run it.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Intent {
  std::string f;
  nlohmann::json value;
  nlohmann::json extra = nullptr;  // what else the history shows of it, an object; null: nothing
};

// Who could run an operation now.
class Threads {
 public:
  virtual ~Threads() = default;
  virtual std::size_t concurrency() const = 0;
  // Of those from `first` to before `end`, the free one whose turn it is.
  virtual std::optional<std::size_t> next_free(std::size_t first, std::size_t end) const = 0;
  virtual std::int64_t process(std::size_t thread) const = 0;
};

// What an operation does next: it asks, or it is over.
struct Step {
  nlohmann::json request;  // a body without msg_id; null: it is over
  OperationType outcome = OperationType::ok;
  nlohmann::json value = nullptr;  // of the completion
};

struct Choice {
  std::size_t thread = 0;
  Intent intent;
};

// An operation after the recovery, due at a time.
struct FinalOperation {
  Intent intent;
  std::int64_t due_ns = 0;
};

class Workload {
 public:
  virtual ~Workload() = default;

  virtual std::string_view name() const = 0;
  // The body that a node gets after init and answers with TYPE_ok; null: none.
  virtual nlohmann::json setup_body(std::size_t /*node*/) const { return nullptr; }
  // Whether all nodes get the same.
  virtual bool has_one_setup() const { return true; }

  virtual Intent next(Random& random) = 0;
  // The next operation with somebody to run it; nothing: nobody who could is free.
  virtual std::optional<Choice> choose(std::int64_t now_ns, const Threads& threads, Random& random);

  // What every client does once after the recovery; nothing: the run ends without recovery.
  virtual std::optional<Intent> final_intent() const { return std::nullopt; }
  // What a thread does after it has done `done` operations since the recovery; nothing: no more.
  virtual std::optional<FinalOperation> next_final(std::int64_t now_ns, std::size_t thread,
                                                   std::size_t done, Random& random);

  // The request's body, without msg_id.
  virtual nlohmann::json request_body(const Operation& invocation) const = 0;
  // The value of the ok operation. `body` has the right type and fields.
  virtual nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const = 0;
  virtual Step begin(const Operation& invocation);
  // `body` answers `request` and has the right type and fields.
  virtual Step go_on(const Operation& invocation, const nlohmann::json& request,
                     const nlohmann::json& body);
  // Told of each completion, of whatever type.
  virtual void completed(const Operation& /*completion*/) {}

  // The one field that the reply to a request has beside type, msg_id and in_reply_to; empty: none.
  virtual std::string_view reply_field(std::string_view request_type) const = 0;
  // What is wrong with the value of that field, in words that follow its name; empty: nothing.
  virtual std::string wrong_field(std::string_view /*request_type*/,
                                  const nlohmann::json& /*value*/) const {
    return "";
  }
  virtual std::int64_t timeout_ns() const { return kClientTimeoutNs; }
  // Unanswered, it is fail and not info: it changes nothing.
  virtual bool is_idempotent(std::string_view /*f*/) const { return false; }
  // Whether error bodies and time-outs have a meaning; if not, each is info and an exception.
  virtual bool handles_errors() const { return true; }
  // Whether a client is kept after an indeterminate operation (else it gets a new name).
  virtual bool reuses_clients() const { return false; }

  // The checker's verdict, with Maelstrom's keys.
  virtual nlohmann::json check(const History& history) const;
  // What Maelstrom's checker looks away from, as of find_oddities(); {}: nothing.
  virtual nlohmann::json look_closer(const History& /*history*/) const {
    return nlohmann::json::object();
  }
  // Whether clients give each value once, so that one can follow how it spreads.
  virtual bool has_values() const { return true; }
  // When values reached everybody, if the workload has such values.
  virtual std::vector<ValueLatency> value_latencies(const History& /*history*/) const { return {}; }
};

struct WorkloadOptions {
  Topology topology = Topology::grid;
  std::vector<std::string> nodes = {};
  std::size_t concurrency = 1;
  std::int64_t latency_ms = 0;  // mean
  // Of keys that are written a few times and then replaced by new ones:
  std::size_t key_count = 10;  // at once
  std::size_t max_txn_length = 4;
  std::int64_t max_writes_per_key = 16;
  // As of JudgeOptions.
  std::string consistency_models = "strict-serializable";
};

// Names of the workloads, in the order of Maelstrom's challenges.
std::vector<std::string> workload_names();

// `name` is one of workload_names().
std::unique_ptr<Workload> make_workload(std::string_view name, const WorkloadOptions& options);

// Why the workload can't run so, in words; empty: it can.
std::string why_not_run(std::string_view name, const WorkloadOptions& options);

// What is wrong with a reply's body, or "": the type is not REQUEST_ok, a field too many or too
// few, or of another kind, a msg_id that is no integer.
std::string malformed_reply(const Workload& workload, std::string_view request_type,
                            const nlohmann::json& body);
// The same where the reply has the field `wanted` (""), whatever that is, beside the usual ones.
std::string malformed_reply(std::string_view request_type, std::string_view wanted,
                            const nlohmann::json& body);

// For wrong_field().
std::string no_array(const nlohmann::json& value);  // null passes for an empty one, as in Maelstrom
std::string no_integer(const nlohmann::json& value);

// The workloads themselves.
std::unique_ptr<Workload> make_echo();
std::unique_ptr<Workload> make_unique_ids();
std::unique_ptr<Workload> make_broadcast(const WorkloadOptions& options);
std::unique_ptr<Workload> make_g_set();
std::unique_ptr<Workload> make_g_counter();
std::unique_ptr<Workload> make_pn_counter();
std::unique_ptr<Workload> make_kafka(const WorkloadOptions& options);
std::unique_ptr<Workload> make_txn_rw_register(const WorkloadOptions& options);
std::unique_ptr<Workload> make_txn_list_append(const WorkloadOptions& options);
std::unique_ptr<Workload> make_lin_kv(const WorkloadOptions& options);
std::string why_not_run_lin_kv(const WorkloadOptions& options);

}  // namespace hearsay::bench
