#include "tools/console/fault_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/units.h"
#include "common/options/command_line.h"
#include "tools/console/number_range.h"

namespace hearsay::bench {
namespace {

constexpr double kUsualProbability = 0.1;
constexpr std::int64_t kShortestLongestDelayMs = 100;

std::vector<std::string> fault_names() {
  std::vector<std::string> names;
  names.reserve(kFaults.size());
  for (const Fault fault : kFaults) names.emplace_back(name_of(fault));
  return names;
}

bool comes_and_goes(const FaultOptions& options, Fault fault) {
  return std::find(options.nemeses.begin(), options.nemeses.end(), name_of(fault)) !=
         options.nemeses.end();
}

double interval_s(const FaultOptions& options, Fault fault) {
  const auto own = options.own_interval_s.find(fault);
  const bool given = own != options.own_interval_s.end() && own->second;
  return given ? *own->second : options.interval_s;
}

double probability(const FaultOptions& options, Fault fault) {
  const auto found = options.probability.find(fault);
  if (found != options.probability.end() && found->second) return *found->second;
  return comes_and_goes(options, fault) ? kUsualProbability : 0;
}

void add_interval(CommandLine& command, FaultOptions& options, Fault fault) {
  command
      .add(fmt::format("--{}-interval", name_of(fault)), options.own_interval_s[fault],
           fmt::format("The same for --nemesis {} alone", name_of(fault)))
      .between(kSmallest, kLargest)
      .value_name("S");
}

void add_probability(CommandLine& command, FaultOptions& options, Fault fault, const char* what) {
  command
      .add(fmt::format("--{}", name_of(fault)), options.probability[fault],
           fmt::format("Probability that a message between nodes {}: in turns with "
                       "--nemesis {} (then {} by default), else always",
                       what, name_of(fault), kUsualProbability))
      .between(kNothing, 1)
      .value_name("P");
}

}  // namespace

void add_fault_options(CommandLine& command, FaultOptions& options) {
  command
      .add("--nemesis", options.nemeses,
           "Faults that come and go, separated by commas. Of the network: partition, "
           "one-way, loss, duplicate, reorder. Of a child process of a random node: "
           "kill-worker, pause-worker. Of whole nodes: kill, pause")
      .separated_by_commas()
      .one_of(fault_names())
      .value_name("FAULTS");
  command
      .add("--nemesis-interval", options.interval_s,
           "Mean time between two deeds of a nemesis, in seconds")
      .between(kSmallest, kLargest)
      .value_name("S");
  for (const Fault fault : kFaults) add_interval(command, options, fault);
  add_probability(command, options, Fault::loss, "gets lost");
  add_probability(command, options, Fault::duplicate, "arrives twice");
  add_probability(command, options, Fault::reorder, "is delayed, so that later ones overtake it");
}

NemesisOptions resolve_nemesis(const FaultOptions& options) {
  NemesisOptions nemesis;
  for (const Fault fault : kFaults) {
    const std::string name(name_of(fault));
    if (comes_and_goes(options, fault)) {
      nemesis.interval_ns[fault] =
          static_cast<std::int64_t>(interval_s(options, fault) * static_cast<double>(kNsPerSecond));
      if (is_on_the_wire(fault) && probability(options, fault) == 0) {
        throw BadCommandLine("--" + name, "must be above 0 with --nemesis " + name);
      }
      continue;
    }
    const auto own = options.own_interval_s.find(fault);
    if (own != options.own_interval_s.end() && own->second) {
      throw BadCommandLine(fmt::format("--{}-interval", name),
                           "does nothing without --nemesis " + name);
    }
  }
  return nemesis;
}

WireOptions resolve_wire(const FaultOptions& options, std::int64_t latency_ms) {
  WireOptions wire;
  wire.loss = probability(options, Fault::loss);
  wire.duplicate = probability(options, Fault::duplicate);
  wire.reorder = probability(options, Fault::reorder);
  wire.longest_delay_ms = std::max(kShortestLongestDelayMs, 2 * latency_ms);
  return wire;
}

void add_to_json(nlohmann::json& json, const FaultOptions& options) {
  json["nemesis"] = options.nemeses;
  json["nemesis-interval"] = options.interval_s;
  for (const Fault fault : kFaults) {
    const std::string name(name_of(fault));
    if (comes_and_goes(options, fault)) json[name + "-interval"] = interval_s(options, fault);
    if (is_on_the_wire(fault)) json[name] = probability(options, fault);
  }
}

}  // namespace hearsay::bench
