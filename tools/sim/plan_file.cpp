#include "tools/sim/plan_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "common/base/units.h"
#include "common/options/command_line.h"
#include "common/options/nearest_word.h"
#include "tools/experiment/verdict/judge.h"
#include "tools/sim/plan_values.h"

namespace hearsay::sim {

using bench::Fault;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr int kVersion = 1;

// The options of `hearsay sim` that a file may give, with those names, and no others: what else
// there is concerns the store, or draws what a file spells out.
constexpr const char* kOptionNames[] = {"workload",
                                        "node-count",
                                        "concurrency",
                                        "seed",
                                        "time-limit",
                                        "recovery",
                                        "latency",
                                        "latency-dist",
                                        "lateness",
                                        "lateness-scale",
                                        "topology",
                                        "clock-skew",
                                        "compact-probability",
                                        "loss",
                                        "duplicate",
                                        "reorder",
                                        "no-head-of-line-blocking",
                                        "consistency-models"};
constexpr const char* kNeededOptions[] = {"workload", "node-count", "seed"};

// ---- words for what is wrong

template <typename... Parts>
[[noreturn]] void refuse(const std::string& where, fmt::format_string<Parts...> words,
                         Parts&&... parts) {
  throw BadPlan(where + ": " + fmt::format(words, std::forward<Parts>(parts)...));
}

template <typename Names>
std::string list_of(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

template <typename Names>
void check_keys(const json& object, const std::string& where, const Names& known) {
  if (!object.is_object()) refuse(where, "an object is expected, not {}", object.dump());
  for (const auto& [key, value] : object.items()) {
    if (std::find(std::begin(known), std::end(known), key) != std::end(known)) continue;
    refuse(where, "there is no key \"{}\"; take it out, or choose one of {}", key, list_of(known));
  }
}

void check_keys(const json& object, const std::string& where,
                std::initializer_list<const char*> known) {
  check_keys<std::initializer_list<const char*>>(object, where, known);
}

const json& need(const json& object, const std::string& where, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) refuse(where, "\"{}\" is missing; add it", key);
  return *found;
}

// ---- times: milliseconds in the file, exact to a nanosecond

double to_ms(std::int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(kNsPerMs);
}

std::int64_t read_ms(const json& value, const std::string& where) {
  constexpr double kMostMs = 1e9;
  const bool is_time =
      value.is_number() && value.get<double>() >= 0 && value.get<double>() <= kMostMs;
  if (!is_time) {
    refuse(where, "a number of milliseconds from 0 to {:g} is expected, not {}", kMostMs,
           value.dump());
  }
  return std::llround(value.get<double>() * static_cast<double>(kNsPerMs));
}

// ---- options

ordered_json options_to_json(const Plan& plan) {
  const SimOptions& options = plan.options;
  const bench::TestOptions& test = options.test;
  ordered_json json = {{"workload", test.workload},
                       {"node-count", test.node_count},
                       {"seed", test.given_seed.value_or(0)},
                       {"time-limit", test.time_limit_s},
                       {"recovery", test.recovery_s},
                       {"latency", test.latency_ms},
                       {"latency-dist", test.latency_distribution},
                       {"lateness", test.lateness},
                       {"lateness-scale", test.lateness_scale},
                       {"topology", test.topology},
                       {"clock-skew", options.clock_skew_ms},
                       {"compact-probability", options.compact_probability}};
  for (const auto& [fault, probability] : test.faults.probability) {
    if (probability && strikes(plan, fault)) json[std::string(name_of(fault))] = *probability;
  }
  if (test.no_head_of_line_blocking) json["no-head-of-line-blocking"] = true;
  if (test.concurrency != bench::TestOptions().concurrency) json["concurrency"] = test.concurrency;
  const std::string& models = test.workload_flags.consistency_models;
  if (models != bench::WorkloadFlags().consistency_models) json["consistency-models"] = models;
  return json;
}

// As if they stood on the command line: its checks and its words.
SimOptions read_options(const json& given, const json& node_options) {
  check_keys(given, "options", kOptionNames);
  for (const char* name : kNeededOptions) need(given, "options", name);
  std::vector<std::string> words;
  for (const auto& [name, value] : given.items()) {
    words.push_back("--" + name);
    if (value == true) continue;
    words.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  SimOptions options;
  options.test.no_page = true;
  if (!node_options.is_array()) refuse("node-options", "a list of words is expected");
  for (const json& word : node_options) {
    if (!word.is_string()) refuse("node-options", "a word is expected, not {}", word.dump());
    options.test.node_arguments.push_back(word);
  }
  CommandLine command("");
  add_sim_options(command, options);
  try {
    command.parse(words);
    SimOptions probe = options;
    resolve(probe);
    options.test.thread_count = probe.test.thread_count;
  } catch (const BadCommandLine& problem) {
    refuse("options", "{}", problem.what());
  }
  const auto node_count = static_cast<std::size_t>(options.test.node_count);
  if (options.test.thread_count % node_count != 0) {
    refuse("options.concurrency", "each node has as many clients as any other: 1n, 2n, ..., not {}",
           given.at("concurrency").dump());
  }
  // As many at each node, however many nodes are left when it is shrunk.
  options.test.concurrency = fmt::format("{}n", options.test.thread_count / node_count);
  return options;
}

// ---- nodes

std::size_t read_number(const json& value, const std::string& where, std::size_t count,
                        std::string_view what) {
  if (!value.is_number_unsigned() || value.get<std::size_t>() >= count) {
    refuse(where, "the number of a {} is expected, from 0 to {}, not {}", what, count - 1,
           value.dump());
  }
  return value.get<std::size_t>();
}

std::size_t read_node(const json& value, const std::string& where, std::size_t node_count) {
  return read_number(value, where, node_count, "node");
}

// ---- operations

ordered_json to_json(const bench::PlannedOperation& operation, std::size_t node_count) {
  ordered_json json = {{"at-ms", to_ms(operation.time_ns)},
                       {"node", node_of(operation, node_count)}};
  const std::size_t client = client_of(operation, node_count);
  if (client > 0) json["client"] = client;
  json["f"] = operation.intent.f;
  if (!operation.intent.value.is_null()) json["value"] = operation.intent.value;
  if (!operation.intent.extra.is_null()) json["extra"] = operation.intent.extra;
  return json;
}

// What comes later is not done.
void require_in_load(std::int64_t at_ns, const std::string& where, const SimOptions& options) {
  if (to_ms(at_ns) < options.test.time_limit_s * 1e3) return;
  refuse(where + ".at-ms", "the load is over by then, at {:g} ms (options.time-limit)",
         options.test.time_limit_s * 1e3);
}

bench::PlannedOperation read_operation(const json& given, const std::string& where,
                                       const SimOptions& options) {
  check_keys(given, where, {"at-ms", "node", "client", "f", "value", "extra"});
  const auto node_count = static_cast<std::size_t>(options.test.node_count);
  bench::PlannedOperation operation;
  operation.time_ns = read_ms(need(given, where, "at-ms"), where + ".at-ms");
  require_in_load(operation.time_ns, where, options);
  const std::size_t node = read_node(need(given, where, "node"), where + ".node", node_count);
  const std::size_t client = read_number(given.value("client", json(0U)), where + ".client",
                                         options.test.thread_count / node_count, "client");
  operation.thread = thread_of(node, client, node_count);
  const auto known = bench::functions_of(options.test.workload);
  const json& f = need(given, where, "f");
  if (!f.is_string() || std::find(known.begin(), known.end(), f.get<std::string>()) == known.end())
    refuse(where + ".f", "{} is expected, not {}", list_of(known), f.dump());
  const json value = given.value("value", json());
  const std::string expected =
      expected_value(options.test.workload, f.get_ref<const std::string&>(), value);
  if (!expected.empty()) refuse(where + ".value", "{} is expected, not {}", expected, value.dump());
  operation.intent = {f, value, given.value("extra", json())};
  return operation;
}

// ---- faults

ordered_json to_json(const Strike& strike) {
  ordered_json json = {{"at-ms", to_ms(strike.at_ns)}};
  if (strike.for_ns) json["for-ms"] = to_ms(*strike.for_ns);
  json["fault"] = name_of(strike.fault);
  if (hits_nodes(strike.fault)) json["nodes"] = strike.nodes;
  if (cuts(strike.fault)) json["deaf"] = strike.deaf;
  return json;
}

Fault read_fault(const json& value, const std::string& where) {
  const auto fault =
      value.is_string() ? bench::parse_fault(value.get<std::string>()) : std::nullopt;
  if (fault) return *fault;
  std::vector<std::string_view> names;
  names.reserve(bench::kFaults.size());
  for (const Fault each : bench::kFaults) names.push_back(name_of(each));
  refuse(where, "{} is expected, not {}", list_of(names), value.dump());
}

void read_targets(Strike& strike, const json& given, const std::string& where,
                  std::size_t node_count) {
  const char* key = cuts(strike.fault) ? "deaf" : "nodes";
  const json& targets = need(given, where, key);
  if (!targets.is_array() || targets.empty()) {
    refuse(where + "." + key, "a list is expected, with at least one in it");
  }
  for (const json& target : targets) {
    if (hits_nodes(strike.fault)) {
      strike.nodes.push_back(read_node(target, where + ".nodes", node_count));
      continue;
    }
    if (!target.is_array() || target.size() != 2) {
      refuse(where + ".deaf", "pairs [node, the node that it does not hear] are expected, not {}",
             target.dump());
    }
    strike.deaf.emplace_back(read_node(target[0], where + ".deaf", node_count),
                             read_node(target[1], where + ".deaf", node_count));
  }
  std::sort(strike.nodes.begin(), strike.nodes.end());
}

Strike read_strike(const json& given, const std::string& where, std::size_t node_count) {
  Strike strike;
  if (!given.is_object()) refuse(where, "an object is expected, not {}", given.dump());
  strike.fault = read_fault(need(given, where, "fault"), where + ".fault");
  std::vector<const char*> known = {"at-ms", "fault"};
  if (has_end(strike.fault)) known.push_back("for-ms");
  if (hits_nodes(strike.fault)) known.push_back("nodes");
  if (cuts(strike.fault)) known.push_back("deaf");
  check_keys(given, where, known);
  strike.at_ns = read_ms(need(given, where, "at-ms"), where + ".at-ms");
  if (given.contains("for-ms")) strike.for_ns = read_ms(given["for-ms"], where + ".for-ms");
  if (strike.for_ns == 0) refuse(where + ".for-ms", "must be above 0; or take the fault out");
  if (!is_on_the_wire(strike.fault)) read_targets(strike, given, where, node_count);
  return strike;
}

void check_models(const Plan& plan) {
  for (const std::string& model :
       bench::unknown_models(plan.options.test.workload_flags.consistency_models)) {
    refuse("options.consistency-models", "nobody knows a consistency model \"{}\"{}", model,
           suggest(model, bench::known_models()));
  }
}

void check_overlaps(const std::vector<Strike>& strikes) {
  for (std::size_t i = 0; i < strikes.size(); ++i) {
    if (!has_end(strikes[i].fault)) continue;
    for (std::size_t later = i + 1; later < strikes.size(); ++later) {
      if (strikes[later].fault != strikes[i].fault) continue;
      const auto& lasts = strikes[i].for_ns;
      if (lasts && strikes[i].at_ns + *lasts <= strikes[later].at_ns) break;
      refuse("faults", "{} at {:g} ms begins while the one from {:g} ms on lasts; end that earlier",
             name_of(strikes[i].fault), to_ms(strikes[later].at_ns), to_ms(strikes[i].at_ns));
    }
  }
}

void check_probabilities(const Plan& plan) {
  for (const Fault fault : bench::kFaults) {
    if (!is_on_the_wire(fault)) continue;
    const std::string name(name_of(fault));
    const auto given = plan.options.test.faults.probability.find(fault);
    const bool has = given != plan.options.test.faults.probability.end() && given->second;
    if (has && !strikes(plan, fault)) {
      refuse("options." + name, "does nothing without a fault {}; take it out", name);
    }
    if (strikes(plan, fault) && (!has || *given->second <= 0)) {
      refuse("options." + name, "the fault {} needs a probability above 0; add it", name);
    }
  }
}

// ---- the whole

// A line for each item: files are read and compared by people.
template <typename Items, typename ItemToJson>
std::string lines_of(const Items& items, const ItemToJson& item_to_json) {
  std::string text = "[";
  for (const auto& item : items) {
    text += (text.size() > 1 ? ",\n    " : "\n    ") + item_to_json(item).dump();
  }
  return text + (items.empty() ? "]" : "\n  ]");
}

const json& need_list(const json& given, const char* key) {
  const json& list = need(given, "the file", key);
  if (!list.is_array()) refuse(key, "a list is expected, not {}", list.dump());
  return list;
}

}  // namespace

std::string write_plan(const Plan& plan, const std::string& about) {
  const auto node_count = static_cast<std::size_t>(plan.options.test.node_count);
  const std::string operations = lines_of(
      plan.operations, [&](const auto& operation) { return to_json(operation, node_count); });
  const std::string faults =
      lines_of(plan.strikes, [](const Strike& strike) { return to_json(strike); });
  return fmt::format(
      "{{\n  \"hearsay-scenario\": {},\n  \"about\": {},\n  \"options\": {},\n"
      "  \"node-options\": {},\n  \"operations\": {},\n  \"faults\": {}\n}}\n",
      kVersion, ordered_json(about).dump(), options_to_json(plan).dump(),
      ordered_json(plan.options.test.node_arguments).dump(), operations, faults);
}

Plan read_plan(std::string_view text) {
  json given;
  try {
    given = json::parse(text);
  } catch (const json::parse_error& error) {
    refuse("the file", "this is no JSON: {}", error.what());
  }
  check_keys(given, "the file",
             {"hearsay-scenario", "about", "options", "node-options", "operations", "faults"});
  const json& version = need(given, "the file", "hearsay-scenario");
  if (version != kVersion) {
    refuse("hearsay-scenario", "this program reads version {}, not {}", kVersion, version.dump());
  }
  if (given.contains("about") && !given["about"].is_string()) refuse("about", "a text is expected");
  Plan plan;
  plan.options =
      read_options(need(given, "the file", "options"), given.value("node-options", json::array()));
  std::size_t number = 0;
  for (const json& each : need_list(given, "operations")) {
    plan.operations.push_back(
        read_operation(each, fmt::format("operations[{}]", number++), plan.options));
  }
  number = 0;
  for (const json& each : need_list(given, "faults")) {
    const std::string where = fmt::format("faults[{}]", number++);
    plan.strikes.push_back(
        read_strike(each, where, static_cast<std::size_t>(plan.options.test.node_count)));
    require_in_load(plan.strikes.back().at_ns, where, plan.options);
  }
  std::stable_sort(plan.operations.begin(), plan.operations.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  std::stable_sort(plan.strikes.begin(), plan.strikes.end(),
                   [](const auto& a, const auto& b) { return a.at_ns < b.at_ns; });
  check_overlaps(plan.strikes);
  check_probabilities(plan);
  check_models(plan);
  return plan;
}

Plan read_plan_file(const std::string& path) {
  // No device, and nothing that would have to be waited for.
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    throw BadPlan(path + " is no file: a scenario is read from one");
  }
  std::ifstream file(path);
  if (!file) throw BadPlan(path + " can't be read; is that the name of a scenario's file?");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return read_plan(text);
  } catch (const BadPlan& problem) {
    throw BadPlan(path + ": " + problem.what());
  }
}

}  // namespace hearsay::sim
