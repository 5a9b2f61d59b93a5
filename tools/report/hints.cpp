#include "tools/report/hints.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tools/console/count_text.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/report/silence.h"

namespace hearsay::bench {
namespace {

// Who uses so much of the time is not waiting for a request; less will do if it runs at the end.
constexpr double kVeryBusyShare = 0.5;
constexpr double kBusyShare = 0.1;
constexpr double kLeastBusyS = 2;
constexpr std::int64_t kQuickLatencyMs = 500;
// Messages an operation between each two nodes: far more than any way to spread values takes.
constexpr double kStorm = 100;

bool has_argument(const TestOptions& options, std::string_view name) {
  return std::any_of(options.node_arguments.begin(), options.node_arguments.end(),
                     [&](const std::string& argument) { return argument.starts_with(name); });
}

// How operations ended that never succeeded: of each kind the first that says why.
nlohmann::json first_errors(const History& history) {
  std::map<std::string, std::string> errors;  // "": some succeeded
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    if (operation.type == OperationType::ok) errors[operation.f].clear();
    if (operation.type != OperationType::ok && !operation.error.is_null()) {
      // As a node wrote it: any text, and one that was cut may end within a character.
      errors.emplace(operation.f, shorten_line(operation.error.dump(
                                      -1, ' ', false, nlohmann::json::error_handler_t::replace)));
    }
  }
  nlohmann::json hints = nlohmann::json::array();
  for (const auto& [f, error] : errors) {
    if (!error.empty()) hints.push_back(fmt::format("the first {} ended with {}", f, error));
  }
  return hints;
}

std::vector<std::string> hints_on_error_codes(const Run& run) {
  for (const auto& [node, errors] : run.odd_replies().unknown_errors()) {
    return {fmt::format(
        "{} answered {} with an error whose code is {}, so nobody knows what it means (11 is "
        "\"temporarily unavailable\"); the first: {}",
        node, count_text(errors.count, "request"),
        errors.has_a_number ? "none of Maelstrom's" : "no whole number", errors.first)};
  }
  return {};
}

// Of our own node, if nobody said what its transactions are to be held to.
bool wants_more_than_is_promised(const TestOptions& options, const nlohmann::json& workload) {
  return options.workload == "txn-rw-register" && runs_our_node(options) &&
         options.node_count > 1 && workload.at("valid?") == false &&
         options.workload_flags.consistency_models == WorkloadFlags().consistency_models;
}

// Somebody else's, as far as the bench can know: what is attached may be ours.
bool is_foreign(const TestOptions& options) {
  return !runs_our_node(options) && options.binary != kAttached;
}

// The run as whoever looks for a cause needs it.
struct Evidence {
  const TestOptions& options;
  const Run& run;
  const Network& network;
  const Outcome& outcome;
};

// Of the nodes of a simulation or on a bus nothing is known.
const NodeTalk* talk_of(const Evidence& evidence, std::size_t node) {
  return node < evidence.outcome.talks.size() ? &evidence.outcome.talks[node] : nullptr;
}

// "n0 wrote 12 lines to stderr, the last: ..."; "": none.
std::string hint_on_log(const Evidence& evidence, std::size_t node) {
  const NodeTalk* talk = talk_of(evidence, node);
  if (talk == nullptr || talk->log_lines == 0) return "";
  return fmt::format("{} wrote {} to stderr{}: {}{}", evidence.network.node_name(node),
                     count_text(talk->log_lines, "line"),
                     talk->log_lines == 1 ? ""
                     : talk->complains()  ? ", among them"
                                          : ", the last",
                     talk->telling_line(),
                     talk->log_file.empty() ? "" : fmt::format(" (all: {})", talk->log_file));
}

// Of a node that answers nothing, or nothing more: what it does instead. "": nothing is known.
std::string hint_on_work(const Evidence& evidence, std::size_t node) {
  if (node >= evidence.outcome.usage.size()) return "";
  const double cpu_s = static_cast<double>(evidence.outcome.usage[node].cpu_us) / 1e6;
  const double wall_s = static_cast<double>(evidence.outcome.wall_ns.value_or(0)) / kNsPerSecond;
  const NodeTalk* talk = talk_of(evidence, node);
  const double share = talk != nullptr && talk->is_busy ? kBusyShare : kVeryBusyShare;
  if (cpu_s < share * wall_s || wall_s < kLeastBusyS) return "";
  return fmt::format("{} used {:.1f} s of CPU in {:.1f} s: is it in a loop that does not end?",
                     evidence.network.node_name(node), cpu_s, wall_s);
}

// Of a node that said nothing at all, though it lives.
std::string hint_on_flush(const Evidence& evidence, std::size_t node) {
  const std::string& name = evidence.network.node_name(node);
  const NodeTalk* talk = talk_of(evidence, node);
  const bool speaks = evidence.outcome.findings.count_of(name) > 0 ||
                      evidence.run.odd_replies().strays().contains(name) ||
                      evidence.network.traffic().nodes()[node].sent.messages > 0;
  if (speaks || (talk != nullptr && (talk->complains() || talk->floods()))) return "";
  return fmt::format(
      "{} said nothing after the run had begun: does it flush what it prints (in Python print(..., "
      "flush=True), or python3 -u), and does it know what {} asks?",
      name, evidence.options.workload);
}

// Of a node that waits for a service, as long as nobody reads what it answers: it asks no second
// time. With more latency the answer may still be on its way.
std::string hint_on_waiting(const Evidence& evidence, std::size_t node) {
  const Traffic& traffic = evidence.network.traffic();
  const std::size_t members = traffic.nodes().size();
  std::int64_t asked = 0;
  for (std::size_t i = evidence.network.node_count(); i < members && traffic.has_pairs(); ++i)
    asked += traffic.pair(node, i);
  // It may as well wait for a node, whose message was lost.
  const bool asked_nodes = traffic.nodes()[node].sent.messages > asked;
  const bool is_quick = evidence.options.latency_ms < kQuickLatencyMs;
  if (asked != 1 || asked_nodes || !is_quick || !evidence.outcome.service_words.empty()) return "";
  return fmt::format(
      "{} asked a service once and was answered: does it go on reading its stdin while it waits "
      "for such an answer?",
      evidence.network.node_name(node));
}

// Why a node may have answered nothing, or nothing more.
std::vector<std::string> hints_on_silence(const Evidence& evidence, const Silence& silence) {
  const std::string& name = evidence.network.node_name(silence.node);
  const Traffic& traffic = evidence.network.traffic();
  const bool never_answered = silence.since_ns == 0;
  const std::int64_t to_itself = traffic.has_pairs() ? traffic.pair(silence.node, silence.node) : 0;
  if (never_answered && to_itself > 0) {
    return {
        fmt::format("{} sent {} to itself: is that where its answers go? Their dest must be "
                    "the request's src",
                    name, count_text(to_itself, "message"))};
  }
  if (!is_foreign(evidence.options)) return {};
  const NodeTalk* talk = talk_of(evidence, silence.node);
  if (talk != nullptr && talk->unfinished_bytes > 0) {
    return {
        fmt::format("the stdout of {} holds {} without a line end (print one behind each "
                    "message, and flush): {}",
                    name, count_text(static_cast<std::int64_t>(talk->unfinished_bytes), "byte"),
                    talk->unfinished)};
  }
  if (talk != nullptr && talk->has_closed_stdout) {
    return {fmt::format("{} has closed its stdout: what it prints reaches nobody", name)};
  }
  if (talk != nullptr && talk->answers_on_stderr()) {
    return {fmt::format("{} answers on stderr: messages go to stdout", name)};
  }
  if (talk != nullptr && talk->is_stopped) {
    return {fmt::format("{} {}", name, talk->words_on_standstill())};
  }
  std::vector<std::string> hints;
  if (never_answered || (talk != nullptr && talk->is_busy)) {
    hints.push_back(hint_on_work(evidence, silence.node));
  }
  if (talk != nullptr && !talk->words_on_standstill().empty()) {
    hints.push_back(fmt::format("{} {}", name, talk->words_on_standstill()));
  } else {
    if (never_answered && hints.back().empty()) {
      hints.push_back(hint_on_flush(evidence, silence.node));
    }
    hints.push_back(hint_on_waiting(evidence, silence.node));
  }
  hints.push_back(hint_on_log(evidence, silence.node));
  std::erase(hints, "");
  return hints;
}

// Some kind of operation that clients try never succeeded.
bool something_never_succeeded(const nlohmann::json& results) {
  const nlohmann::json& by_f = results.at("stats").at("by-f");
  return std::any_of(by_f.begin(), by_f.end(),
                     [](const nlohmann::json& counts) { return counts.at("valid?") == false; });
}

// Somebody waited in vain, was refused, or was told something wrong.
bool went_wrong(const Run& run, const nlohmann::json& results) {
  if (results.at("workload").value("valid?", nlohmann::json(true)) != true) return true;
  const auto& operations = run.history().operations();
  return std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    return is_client(operation) && operation.type != OperationType::invoke &&
           operation.type != OperationType::ok;
  });
}

// Of a node that answers, but not everything: it may have said on stderr what goes wrong.
std::string hint_on_timeouts(const Evidence& evidence, const nlohmann::json& results) {
  if (!is_foreign(evidence.options)) return "";
  for (const Operation& operation : evidence.run.history().operations()) {
    if (!is_client(operation) || !has_timed_out(operation)) continue;
    const std::size_t node = node_of(evidence.options, evidence.network, operation);
    const NodeTalk* talk = talk_of(evidence, node);
    if (talk == nullptr || talk->log_lines == 0) continue;
    if (talk->complains() || something_never_succeeded(results)) {
      return hint_on_log(evidence, node);
    }
  }
  return "";
}

// Nodes that drown in what they tell each other. Where hardly an operation runs, the little that
// goes by the clock is much for each: so it must be much a second too.
std::string hint_on_storm(const Evidence& evidence, const nlohmann::json& results) {
  const nlohmann::json& servers = results.at("net").at("servers");
  const double messages = servers.value("msgs-per-op", 0.0);
  const double a_second = servers.value("msg-count", 0.0) / evidence.options.time_limit_s;
  const auto nodes = static_cast<double>(evidence.network.node_count());
  if (messages < kStorm * nodes * nodes || a_second < kStorm * nodes * nodes) return "";
  return fmt::format(
      "the nodes sent each other, or the services, {:.0f} messages an operation: do they pass on "
      "what they know already, or ask again without a pause?",
      messages);
}

bool something_was_answered(const Run& run) {
  const auto& operations = run.history().operations();
  return std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    return is_client(operation) && operation.type == OperationType::ok;
  });
}

bool something_was_told(const Run& run) {
  const auto& operations = run.history().operations();
  return std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    return is_client(operation) && operation.type == OperationType::ok && operation.f != "read";
  });
}

// Of a transaction that failed, or was not over: whoever is told nothing does not see it.
bool shows_what_silence_cannot(const nlohmann::json& workload) {
  const nlohmann::json types = workload.value("anomaly-types", nlohmann::json::array());
  return std::any_of(types.begin(), types.end(), [](const nlohmann::json& type) {
    return type == "G1a" || type == "G1b" || type == "internal" || type == "dirty-update";
  });
}

// Whether a node shows a value that others lack: else it was not lost on the way.
bool somebody_has_what_is_lost(std::size_t node_count, const nlohmann::json& results) {
  if (results.at("workload").value("lost-count", 0) == 0) return false;
  const nlohmann::json missing = results.at("hearsay").value("missing", nlohmann::json::object());
  return std::any_of(missing.begin(), missing.end(),
                     [&](const nlohmann::json& nodes) { return nodes.size() < node_count; });
}

// What is late only counts as lost once the final reads are over.
std::string hint_on_recovery(const Evidence& evidence, const nlohmann::json& results) {
  constexpr double kShortS = 1;
  constexpr double kMomentsS = 2;
  if (evidence.options.recovery_s >= kShortS) return "";
  if (!somebody_has_what_is_lost(evidence.network.node_count(), results)) return "";
  const nlohmann::json& lost = results.at("workload").at("lost");
  const double since_ns = (evidence.options.time_limit_s - kMomentsS) * 1e9;
  for (const Operation& operation : evidence.run.history().operations()) {
    if (operation.type != OperationType::ok || operation.f == "read") continue;
    const bool is_lost = std::find(lost.begin(), lost.end(), operation.value) != lost.end();
    if (is_lost && static_cast<double>(operation.time_ns) < since_ns) return "";
  }
  return fmt::format(
      "the final reads began {:g} s after the load (--recovery): values of its last moments may "
      "only be late",
      evidence.options.recovery_s);
}

// What one node alone was told stays there.
std::string hint_on_no_gossip(const Evidence& evidence, const nlohmann::json& results) {
  const std::string& workload = evidence.options.workload;
  const bool spreads = workload != "echo" && workload != "unique-ids";
  const bool is_good = results.at("workload").value("valid?", nlohmann::json(true)) == true;
  if (!spreads || is_good || evidence.network.node_count() < 2) return "";
  if (shows_what_silence_cannot(results.at("workload"))) return "";
  if (evidence.network.server_messages().sent > 0) return "";
  if (evidence.run.nemesis().strikes(Fault::kill) > 0 || !something_was_told(evidence.run))
    return "";
  return "the nodes sent each other nothing: who passes on what a client told one of them?";
}

// What a message had that got lost is nowhere else, unless somebody says it again.
std::string hint_on_loss(const Evidence& evidence, const nlohmann::json& results) {
  if (evidence.network.lost() == 0 ||
      !somebody_has_what_is_lost(evidence.network.node_count(), results))
    return "";
  const auto& arguments = evidence.options.node_arguments;
  const bool floods =
      std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
        return argument == "flood" || argument.ends_with("=flood");
      });
  const bool is_ours = !is_foreign(evidence.options);
  if (is_ours && !floods) return "";  // the others say it again
  return count_text(evidence.network.lost(), "message") +
         " between nodes got lost: does a node say again what nobody has confirmed?" +
         (is_ours ? " --gossip flood does not" : "");
}

void add_hints_on_traffic(nlohmann::json& hints, const Evidence& evidence,
                          const nlohmann::json& results) {
  for (std::string hint : {hint_on_loss(evidence, results), hint_on_recovery(evidence, results)}) {
    if (!hint.empty()) hints.push_back(std::move(hint));
  }
  if (!is_foreign(evidence.options)) return;
  for (std::string hint :
       {hint_on_storm(evidence, results), hint_on_no_gossip(evidence, results)}) {
    if (!hint.empty()) hints.push_back(std::move(hint));
  }
}

void add_hints_on_silence(nlohmann::json& hints, const Evidence& evidence,
                          const nlohmann::json& results) {
  const std::size_t before = hints.size();
  for (const Silence& silence : silent_nodes(evidence.options, evidence.run, evidence.network)) {
    if (hints.size() > before) return;  // one node will do
    for (std::string& hint : hints_on_silence(evidence, silence)) hints.push_back(std::move(hint));
  }
  if (hints.size() > before) return;
  if (const std::string hint = hint_on_timeouts(evidence, results); !hint.empty())
    hints.push_back(hint);
}

void add_hints_on_state(nlohmann::json& hints, const TestOptions& options, const Run& run,
                        const nlohmann::json& results) {
  constexpr const char* kStateDir = "--state-dir";
  const nlohmann::json& section = results.at("hearsay");
  const bool lost = results.at("workload").value("lost-count", 0) > 0;
  const bool is_wrong = results.at("workload").value("valid?", nlohmann::json(true)) == false;
  const bool is_simulated = section.contains("simulator");  // such nodes have no files
  const bool keeps_nothing = options.workload == "echo";
  const bool is_kept =
      somebody_has_what_is_lost(static_cast<std::size_t>(options.node_count), results);
  if ((lost || is_wrong) && !keeps_nothing && !is_kept && run.nemesis().strikes(Fault::kill) > 0 &&
      something_was_told(run) && !has_argument(options, kStateDir)) {
    hints.push_back(
        std::string("whole nodes were killed, and what they hold in memory only is gone then") +
        (is_simulated          ? ", as all that simulated nodes have"
         : is_foreign(options) ? "; what a node has acknowledged it must have on disk"
                               : "; hearsay-node keeps it with -- --state-dir DIR"));
  }
  if (section.at("oddities").value("unexpected-count", 0) > 0 && has_argument(options, kStateDir)) {
    hints.push_back(
        "do the values that nobody sent come from an earlier run? Give each run a --state-dir of "
        "its own");
  } else if (has_argument(options, kStateDir) && !lost && something_was_answered(run) &&
             !wants_more_than_is_promised(options, results.at("workload")) &&
             (results.at("workload").value("valid?", nlohmann::json(true)) == false ||
              results.at("workload").contains("error"))) {
    hints.push_back(
        "did the nodes begin with the state of an earlier run? Give each run a --state-dir of its "
        "own");
  }
}

}  // namespace

nlohmann::json find_hints(const nlohmann::json& results, const TestOptions& options, const Run& run,
                          const Network& network, const Outcome& outcome) {
  nlohmann::json hints = first_errors(run.history());
  for (std::string& hint : hints_on_error_codes(run)) hints.push_back(std::move(hint));
  const Evidence evidence = {options, run, network, outcome};
  if (is_foreign(options) && went_wrong(run, results)) {
    for (const std::string& words : outcome.service_words) hints.push_back(words);
  }
  add_hints_on_traffic(hints, evidence, results);
  add_hints_on_silence(hints, evidence, results);
  add_hints_on_state(hints, options, run, results);
  if (wants_more_than_is_promised(options, results.at("workload"))) {
    hints.push_back(
        "hearsay-node answers in any partition, and so promises less than strict-serializable: on "
        "several nodes transactions are held to --consistency-models 'causal-cerone , "
        "strong-session-read-committed' (worker/services/README.md)");
  }
  return hints;
}

}  // namespace hearsay::bench
