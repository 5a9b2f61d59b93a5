#include "tools/report/remarks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/base/units.h"
#include "tools/console/count_text.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

// So much less than the rate asks for is no chance any more: gaps are uniform, so the number of
// operations has a standard deviation of 0.58 times its root.
constexpr double kReachedShare = 0.8;
constexpr double kReachedSlack = 5;

// Of the load, final reads left out.
std::int64_t count_load_operations(const History& history) {
  const auto& operations = history.operations();
  return std::count_if(operations.begin(), operations.end(), [](const Operation& operation) {
    return is_client(operation) && operation.type == OperationType::invoke && !operation.final_read;
  });
}

nlohmann::json describe_rate(const TestOptions& options, const Run& run) {
  const auto count = static_cast<double>(count_load_operations(run.history()));
  const double gap_s =
      options.rate_hz > 0 ? 1 / options.rate_hz + options.dispatch_delay_us / 1'000'000 : 0;
  return {{"wanted", options.rate_hz},
          {"reached", std::round(100 * count / options.time_limit_s) / 100},
          {"expected-count", gap_s > 0 ? std::round(options.time_limit_s / gap_s) : 0},
          {"count", count}};
}

std::string remark_on_rate(const TestOptions& options, const nlohmann::json& rate) {
  const double count = rate.at("count");
  const double expected = rate.at("expected-count");
  if (count == 0)
    return "no operation ran: this says nothing about the nodes (--rate, --time-limit)";
  if (count >= kReachedShare * expected - kReachedSlack) return "";
  return fmt::format(
      "the rate was not reached: {:g} operations a second instead of {:g}. {} waited for "
      "answers (--concurrency), or the machine was busy",
      rate.at("reached").get<double>(), options.rate_hz,
      count_text(static_cast<std::int64_t>(options.thread_count), "client"));
}

std::size_t node_of(const TestOptions& options, const Network& network,
                    const Operation& operation) {
  const std::size_t thread =
      static_cast<std::size_t>(operation.process) % std::max<std::size_t>(1, options.thread_count);
  return thread % network.node_count();
}

struct Silence {
  std::size_t node = 0;
  std::int64_t since_ns = 0;  // 0: it never answered
  int unanswered = 0;
};

// Of nodes that nothing was done to: those that answered no request of the last ones.
std::vector<Silence> silent_nodes(const TestOptions& options, const Run& run,
                                  const Network& network) {
  const Nemesis& nemesis = run.nemesis();
  if (nemesis.strikes(Fault::kill) + nemesis.strikes(Fault::pause) > 0) return {};
  std::vector<Silence> silences(network.node_count());
  for (std::size_t node = 0; node < silences.size(); ++node) silences[node].node = node;
  for (const Operation& operation : run.history().operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    Silence& silence = silences[node_of(options, network, operation)];
    if (operation.error == "net-timeout") {
      ++silence.unanswered;
    } else if (operation.f != "crash") {  // a client's, of which no node hears
      silence.since_ns = operation.time_ns;
      silence.unanswered = 0;
    }
  }
  std::erase_if(silences, [](const Silence& silence) { return silence.unanswered == 0; });
  return silences;
}

std::vector<std::string> remarks_on_silence(const TestOptions& options, const Run& run,
                                            const Network& network) {
  std::vector<std::string> remarks;
  for (const Silence& silence : silent_nodes(options, run, network)) {
    const std::string& name = network.node_name(silence.node);
    const bool strays = run.odd_replies().strays().contains(name);
    remarks.push_back(fmt::format("{} answered nothing{} after {:.2f} s; unanswered requests: {}",
                                  name, strays ? " that fits a request" : "",
                                  static_cast<double>(silence.since_ns) / kNsPerSecond,
                                  silence.unanswered));
  }
  return remarks;
}

bool hits_messages(Fault fault) {
  return is_on_the_wire(fault) || fault == Fault::partition || fault == Fault::one_way;
}

// "" if it did what it should.
std::string remark_on_fault(Fault fault, const Run& run, const Network& network) {
  const Nemesis& nemesis = run.nemesis();
  const std::string name(name_of(fault));
  std::size_t due = 0;
  for (const nlohmann::json& deed : nemesis.schedule()) {
    if (deed.at("f") == word_for_begin(fault)) ++due;
  }
  if (due == 0) {
    return fmt::format("--nemesis {} never struck: its interval is long for this --time-limit",
                       name);
  }
  if (hits_messages(fault)) {
    if (network.hit_by(fault) > 0) return "";
    return fmt::format(
        "--nemesis {} hit no message{}", name,
        network.server_messages().sent == 0 ? ": the nodes sent each other none" : "");
  }
  if (nemesis.strikes(fault) > 0) return "";
  return fmt::format("--nemesis {} did nothing: no node has a child process (a worker)", name);
}

nlohmann::json find_remarks(const TestOptions& options, const Run& run, const Network& network,
                            const nlohmann::json& rate) {
  nlohmann::json remarks = nlohmann::json::array();
  const auto add = [&](std::string remark) {
    if (!remark.empty()) remarks.push_back(std::move(remark));
  };
  for (std::string& remark : remarks_on_silence(options, run, network)) add(std::move(remark));
  add(remark_on_rate(options, rate));
  for (const auto& [fault, interval_ns] : run.nemesis().options().interval_ns) {
    add(remark_on_fault(fault, run, network));
  }
  return remarks;
}

// What each node showed in its last read that was answered.
std::map<std::string, const nlohmann::json*> last_reads(const TestOptions& options, const Run& run,
                                                        const Network& network) {
  std::map<std::string, const nlohmann::json*> reads;
  for (const Operation& operation : run.history().operations()) {
    if (!is_client(operation) || operation.f != "read") continue;
    if (operation.type != OperationType::ok) continue;
    reads[network.node_name(node_of(options, network, operation))] = &operation.value;
  }
  return reads;
}

// As the verdict compares: 1.0 is not 1, though the library calls them equal.
bool shows(const nlohmann::json& values, const nlohmann::json& value) {
  return std::any_of(values.begin(), values.end(), [&](const nlohmann::json& shown) {
    return shown.is_number_float() == value.is_number_float() && shown == value;
  });
}

nlohmann::json find_missing(const nlohmann::json& lost,
                            const std::map<std::string, const nlohmann::json*>& reads) {
  nlohmann::json missing = nlohmann::json::object();
  for (const nlohmann::json& value : lost) {
    if (missing.size() == kMostMissing) break;
    nlohmann::json& nodes = missing[value.dump()] = nlohmann::json::array();
    for (const auto& [node, values] : reads) {
      if (!shows(*values, value)) nodes.push_back(node);
    }
  }
  return missing;
}

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

// "" or why a node that answered no request may have done so.
std::string hint_on_silence(const TestOptions& options, const Run& run, const Network& network,
                            std::size_t node) {
  const std::string& name = network.node_name(node);
  const Traffic& traffic = network.traffic();
  const std::int64_t to_itself = traffic.has_pairs() ? traffic.pair(node, node) : 0;
  if (to_itself > 0) {
    return fmt::format(
        "{} sent {} to itself: is that where its answers go? Their dest must be the request's src",
        name, count_text(to_itself, "message"));
  }
  if (!is_foreign(options) || run.odd_replies().strays().contains(name)) return "";
  if (traffic.nodes()[node].sent.messages > 0) return "";
  return fmt::format(
      "{} said nothing after the run had begun: does it flush what it prints (in Python print(..., "
      "flush=True), or python3 -u)?",
      name);
}

nlohmann::json find_hints(const TestOptions& options, const Run& run, const Network& network,
                          const nlohmann::json& results) {
  constexpr const char* kStateDir = "--state-dir";
  nlohmann::json hints = first_errors(run.history());
  for (const Silence& silence : silent_nodes(options, run, network)) {
    if (silence.since_ns > 0) continue;  // it can answer
    std::string hint = hint_on_silence(options, run, network, silence.node);
    if (hint.empty()) continue;
    hints.push_back(std::move(hint));
    break;  // one will do
  }
  const nlohmann::json& section = results.at("hearsay");
  const bool lost = results.at("workload").value("lost-count", 0) > 0;
  if (lost && run.nemesis().strikes(Fault::kill) > 0 && !has_argument(options, kStateDir)) {
    hints.push_back(
        std::string("whole nodes were killed, and what they hold in memory only is gone then; ") +
        (is_foreign(options) ? "what a node has acknowledged it must have on disk"
                             : "hearsay-node keeps it with -- --state-dir DIR"));
  }
  if (section.at("oddities").value("unexpected-count", 0) > 0 && has_argument(options, kStateDir)) {
    hints.push_back(
        "do the values that nobody sent come from an earlier run? Give each run a --state-dir of "
        "its own");
  }
  if (wants_more_than_is_promised(options, results.at("workload"))) {
    hints.push_back(
        "hearsay-node answers in any partition, and so promises less than strict-serializable: on "
        "several nodes transactions are held to --consistency-models 'causal-cerone , "
        "strong-session-read-committed' (worker/services/README.md)");
  }
  return hints;
}

}  // namespace

void add_remarks(nlohmann::json& results, const TestOptions& options, const Run& run,
                 const Network& network) {
  nlohmann::json& section = results.at("hearsay");
  section["rate"] = describe_rate(options, run);
  section["remarks"] = find_remarks(options, run, network, section.at("rate"));
  section["hints"] = find_hints(options, run, network, results);
  const nlohmann::json lost = results.at("workload").value("lost", nlohmann::json::array());
  section["missing"] = find_missing(lost, last_reads(options, run, network));
}

}  // namespace hearsay::bench
