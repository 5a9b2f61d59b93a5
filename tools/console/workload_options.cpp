#include "tools/console/workload_options.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/options/nearest_word.h"
#include "tools/console/number_range.h"
#include "tools/console/tell.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {
namespace {

constexpr const char* kTransactions =
    "Keys come from a pool of --key-count, the last of which has half of all steps; the values of "
    "a "
    "key are 1, 2, 3, ..., and after --max-writes-per-key of them another key takes its place.\n"
    "Errors 30 (conflict), 14 (aborted), 11, 20 and the like: it did not happen. Error 13 or no "
    "answer in 5 s: it may have.\n"
    "Invalid: an anomaly that --consistency-models prohibit, as Elle finds them.\n";

struct Explanation {
  const char* workload;
  const char* text;
  bool has_transactions = false;
};

constexpr Explanation kExplanations[] = {
    {"echo",
     "{\"type\":\"echo\",\"echo\":X} is answered with echo_ok and the same echo.\n"
     "Invalid: another echo, or a definite error.\n"},
    {"unique-ids",
     "{\"type\":\"generate\"} is answered with generate_ok and an id, any JSON.\n"
     "Invalid: an id twice.\n"},
    {"broadcast",
     "topology first; then half {\"type\":\"broadcast\",\"message\":N} and half "
     "{\"type\":\"read\"}, "
     "answered with read_ok and messages, a list. After --recovery one read of every client.\n"
     "Invalid: an acknowledged value that the last reads miss.\n"},
    {"g-set",
     "A set that only grows. Half {\"type\":\"add\",\"element\":N} and half {\"type\":\"read\"}, "
     "answered with read_ok and value, a list. After --recovery one read of every client.\n"
     "Any error, or no answer in 5 s: the element may be in.\n"
     "Invalid: an acknowledged element that the last reads miss.\n"},
    {"g-counter",
     "A counter that only grows. {\"type\":\"add\",\"delta\":0 to 4} and, twice as often, "
     "{\"type\":\"read\"}, answered with read_ok and value, a whole number. After --recovery one "
     "read of every client.\n"
     "Any error, or no answer in 5 s: the delta may count.\n"
     "Invalid: a final read that is no sum of the acknowledged deltas and some of those. What "
     "reads "
     "show before that is not looked at.\n"},
    {"pn-counter", "As g-counter, with deltas of -5 to 4 and as many reads as adds.\n"},
    {"kafka",
     "Logs by key, a string. {\"type\":\"send\",\"key\":K,\"msg\":N} is answered with send_ok and "
     "an "
     "offset; {\"type\":\"poll\",\"offsets\":{K:OFFSET}} with poll_ok and msgs, {K:[[offset,msg], "
     "...]} from there on, as many as you like. A client that got messages sends commit_offsets "
     "{offsets}; one that takes keys asks list_committed_offsets {keys}, and is answered with "
     "offsets {K:OFFSET}.\n"
     "Half sends, half polls; now and then clients take other keys, or crash: a new one begins "
     "with "
     "none. After --recovery all take all keys from the beginning and poll for up to 10 s.\n"
     "Keys and values as in the transactions: --key-count, --max-writes-per-key.\n"
     "Invalid: a message lost, at two offsets, or never seen; an offset with two messages; polls "
     "that skip or go back; sends of a client that do not go up; a failed send that is polled.\n"},
    {"txn-rw-register",
     "{\"type\":\"txn\",\"txn\":[[\"r\",key,null],[\"w\",key,value], ...]}, 1 to --max-txn-length "
     "steps, is answered with txn_ok and the same txn with the reads filled in; a key that nobody "
     "wrote reads null.\n",
     true},
    {"txn-list-append",
     "{\"type\":\"txn\",\"txn\":[[\"r\",key,null],[\"append\",key,value], ...]}, 1 to "
     "--max-txn-length steps, is answered with txn_ok and the same txn with the reads filled in: "
     "lists; a key that nobody wrote reads null.\n",
     true},
    {"lin-kv",
     "{\"type\":\"read\",\"key\":K} is answered with read_ok and a value, or error 20; "
     "{\"type\":\"write\",\"key\":K,\"value\":V} with write_ok; "
     "{\"type\":\"cas\",\"key\":K,\"from\":A,"
     "\"to\":B} with cas_ok, error 20 (no such key) or 22 (it has another value).\n"
     "Groups of twice as many clients as nodes work on a key each: give --concurrency 2n, 4n, ... "
     "A request has 1 s, or ten times --latency if that is more.\n"
     "Invalid: a key whose operations have no order in which each takes effect at once, between "
     "its "
     "request and its answer.\n"},
};

// What our node has beside those that 'auto' stands for.
constexpr std::string_view kNotInAuto[] = {
    "g-set", "g-counter", "pn-counter", "txn-rw-register", "kafka", "lin-kv", "txn-list-append"};

}  // namespace

void switch_on_workload(const std::string& workload, std::vector<std::string>& node_arguments) {
  const auto* known = std::find(std::begin(kNotInAuto), std::end(kNotInAuto), workload);
  if (known == std::end(kNotInAuto)) return;
  for (const std::string& argument : node_arguments) {
    const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
    if (name == "--workload" || name == "--worker") return;
  }
  node_arguments.insert(node_arguments.end(), {"--workload", workload});
}

void add_workload_options(CommandLine& command, WorkloadFlags& flags) {
  command.add("--key-count", flags.key_count, "How many keys at once (transactions, kafka)")
      .between(1, 1e6)
      .value_name("N");
  command.add("--max-txn-length", flags.max_txn_length, "The most steps of a transaction")
      .between(1, 1e4)
      .value_name("N");
  command
      .add("--max-writes-per-key", flags.max_writes_per_key,
           "How often a key is written before another takes its place (transactions, kafka)")
      .between(1, kLargest)
      .value_name("N");
  command
      .add("--consistency-models", flags.consistency_models,
           "What transactions are held to: read-uncommitted, read-committed, snapshot-isolation, "
           "serializable, ...; several as Maelstrom takes them, 'a , b'")
      .value_name("MODELS");
}

void add_to_json(nlohmann::json& json, const WorkloadFlags& flags) {
  json["key-count"] = flags.key_count;
  json["max-txn-length"] = flags.max_txn_length;
  json["max-writes-per-key"] = flags.max_writes_per_key;
  json["consistency-models"] = flags.consistency_models;
}

void tell_of_unknown_models(const std::string& command, const std::string& workload,
                            const std::string& models) {
  const auto* known =
      std::find_if(std::begin(kExplanations), std::end(kExplanations),
                   [&](const Explanation& each) { return each.workload == workload; });
  if (known == std::end(kExplanations) || !known->has_transactions) return;
  for (const std::string& model : unknown_models(models)) {
    tell("{}: nobody knows a consistency model \"{}\"{}: the verdict will be unknown\n", command,
         model, suggest(model, known_models()));
  }
}

std::string explain_workload(const std::string& workload) {
  for (const Explanation& each : kExplanations) {
    if (each.workload != workload) continue;
    return workload + ": " + each.text + (each.has_transactions ? kTransactions : "") +
           "Services that nodes may ask: lin-kv, seq-kv, lww-kv, lin-tso, as Maelstrom's.\n";
  }
  return "-w NAME --help explains a workload.\n";
}

}  // namespace hearsay::bench
