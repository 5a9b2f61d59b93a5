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
#include "tools/report/blind_spots.h"
#include "tools/report/hints.h"
#include "tools/report/refusals.h"
#include "tools/report/silence.h"

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

bool stops_nodes(const Nemesis& nemesis) {
  return nemesis.strikes(Fault::kill) + nemesis.strikes(Fault::pause) +
             nemesis.strikes(Fault::pause_worker) >
         0;
}

std::string remark_on_rate(const TestOptions& options, const Run& run, const nlohmann::json& rate) {
  const double count = rate.at("count");
  const double expected = rate.at("expected-count");
  if (count == 0)
    return "no operation ran: this says nothing about the nodes (--rate, --time-limit)";
  if (count >= kReachedShare * expected - kReachedSlack) return "";
  return fmt::format(
      "the rate was not reached: {:g} operations a second instead of {:g}. {} waited for "
      "answers (--concurrency){}, or the machine was busy",
      rate.at("reached").get<double>(), options.rate_hz,
      count_text(static_cast<std::int64_t>(options.thread_count), "client"),
      stops_nodes(run.nemesis()) ? ", of nodes that the nemesis had stopped or killed" : "");
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

struct Malformed {
  std::int64_t count = 0;
  std::int64_t ok = 0;
  const Operation* first = nullptr;
};

// Of operations some of which succeeded: else the first error is a hint.
std::vector<std::string> remarks_on_replies(const TestOptions& options, const Run& run,
                                            const Network& network) {
  std::map<std::string, Malformed> by_f;
  for (const Operation& operation : run.history().operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    Malformed& malformed = by_f[operation.f];
    if (operation.type == OperationType::ok) ++malformed.ok;
    if (!has_malformed_reply(operation)) continue;
    if (malformed.count++ == 0) malformed.first = &operation;
  }
  std::vector<std::string> remarks;
  for (const auto& [f, malformed] : by_f) {
    if (malformed.count == 0 || malformed.ok == 0) continue;
    const std::string& node = network.node_name(node_of(options, network, *malformed.first));
    remarks.push_back(fmt::format("{} got a malformed reply, the first from {}: {}",
                                  count_text(malformed.count, f + " operation"), node,
                                  shorten_line(malformed.first->exception)));
  }
  return remarks;
}

bool hits_messages(Fault fault) {
  return is_on_the_wire(fault) || fault == Fault::partition || fault == Fault::one_way;
}

// "": nothing is known of it.
std::string why_nothing_was_hit(const Network& network) {
  if (network.server_messages().sent == 0) return ": the nodes sent each other none";
  const Traffic& traffic = network.traffic();
  if (!traffic.has_pairs()) return "";
  for (std::size_t from = 0; from < network.node_count(); ++from) {
    for (std::size_t to = 0; to < network.node_count(); ++to) {
      if (from != to && traffic.pair(from, to) > 0) return "";
    }
  }
  return ": the nodes spoke with services only, which no fault hits";
}

std::string hit_nothing(const std::string& option, const Network& network) {
  return fmt::format("{} hit no message{}", option, why_nothing_was_hit(network));
}

// Of few nodes some kinds of partition cut off nobody.
bool cut_nobody(Fault fault, const Run& run) {
  const auto& operations = run.history().operations();
  return std::none_of(operations.begin(), operations.end(), [&](const Operation& deed) {
    const bool begins = !is_client(deed) && deed.f == word_for_begin(fault);
    return begins && deed.value.is_array() && deed.value.size() == 2 && !deed.value[1].empty();
  });
}

// Of those that hold all the time: "" if it did what it should.
std::string remark_on_constant_fault(Fault fault, const TestOptions& options,
                                     const Network& network) {
  const auto found = options.faults.probability.find(fault);
  const bool holds = found != options.faults.probability.end() && found->second.value_or(0) > 0;
  if (!holds || network.hit_by(fault) > 0) return "";
  return hit_nothing("--" + std::string(name_of(fault)), network);
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
    if (network.server_messages().sent > 0 && fault == Fault::partition && cut_nobody(fault, run)) {
      return fmt::format(
          "--nemesis {} cut off nobody: of so few nodes some kinds do not (another --seed, or a "
          "shorter --nemesis-interval)",
          name);
    }
    return hit_nothing("--nemesis " + name, network);
  }
  if (nemesis.strikes(fault) > 0) return "";
  return fmt::format(
      "--nemesis {} did nothing: no node has a child process (a worker), as far as /proc tells",
      name);
}

bool has_faults(const TestOptions& options, const Run& run) {
  const auto& probabilities = options.faults.probability;
  return !run.nemesis().options().interval_ns.empty() ||
         std::any_of(probabilities.begin(), probabilities.end(),
                     [](const auto& fault) { return fault.second.value_or(0) > 0; });
}

nlohmann::json find_remarks(const TestOptions& options, const Run& run, const Network& network,
                            const nlohmann::json& rate, const nlohmann::json& deaths) {
  nlohmann::json remarks = nlohmann::json::array();
  const auto add = [&](std::string remark) {
    if (!remark.empty()) remarks.push_back(std::move(remark));
  };
  for (std::string& remark : remarks_on_silence(options, run, network)) add(std::move(remark));
  add(remark_on_rate(options, run, rate));
  for (std::string& remark : remarks_on_replies(options, run, network)) add(std::move(remark));
  for (std::string& remark : find_blind_spots(options.workload, run.history())) {
    add(std::move(remark));
  }
  for (std::string& remark : remarks_on_refusals(run.history(), has_faults(options, run)))
    add(std::move(remark));
  for (std::string& remark : remarks_on_deaths(deaths)) add(std::move(remark));
  for (const auto& [fault, interval_ns] : run.nemesis().options().interval_ns) {
    add(remark_on_fault(fault, run, network));
  }
  for (const Fault fault : kFaults) {
    const bool is_told = run.nemesis().options().interval_ns.contains(fault);
    if (!is_told) add(remark_on_constant_fault(fault, options, network));
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

}  // namespace

void add_remarks(nlohmann::json& results, const TestOptions& options, const Run& run,
                 const Network& network, const Outcome& outcome) {
  nlohmann::json& section = results.at("hearsay");
  section["rate"] = describe_rate(options, run);
  section["remarks"] =
      find_remarks(options, run, network, section.at("rate"), section.at("deaths"));
  nlohmann::json lacking = results.at("workload").value("lost", nlohmann::json::array());
  for (const auto& value : section.at("oddities").value("missing", nlohmann::json::array())) {
    lacking.push_back(value);
  }
  section["missing"] = find_missing(lacking, last_reads(options, run, network));
  section["hints"] = find_hints(results, options, run, network, outcome);
}

}  // namespace hearsay::bench
