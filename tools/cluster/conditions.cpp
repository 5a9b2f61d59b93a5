#include "tools/cluster/conditions.h"

#include <fmt/core.h>

#include <algorithm>

#include "tools/bus/subjects.h"
#include "tools/cluster/roster.h"

namespace hearsay::cluster {
namespace {

constexpr std::int64_t kLongestMs = 86'400'000;  // a day

bool is_probability(double value) {
  return value >= 0 && value <= 1;
}

bool are_names(const std::set<std::string, std::less<>>& names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return bus::complain_about_name(name).empty();
  });
}

// get_to() takes any number for any other, and true for 1.
bool are_numbers(const nlohmann::json& json) {
  return json["seed"].is_number_unsigned() && json["latency-ms"].is_number_integer() &&
         json["longest-delay-ms"].is_number_integer() && json["loss"].is_number() &&
         json["duplicate"].is_number() && json["reorder"].is_number();
}

bool is_sane(const bench::Link& link) {
  return link.latency.mean_ms >= 0 && link.latency.mean_ms <= kLongestMs &&
         is_probability(link.wire.loss) && is_probability(link.wire.duplicate) &&
         is_probability(link.wire.reorder) && link.wire.longest_delay_ms > 0 &&
         link.wire.longest_delay_ms <= kLongestMs;
}

}  // namespace

nlohmann::json to_json(const Conditions& conditions) {
  const auto& [latency, wire] = conditions.link;
  return {{"run", conditions.run},
          {"seed", conditions.seed},
          {"nodes", conditions.nodes},
          {"latency-ms", latency.mean_ms},
          {"latency-dist", bench::name_of(latency.distribution)},
          {"loss", wire.loss},
          {"duplicate", wire.duplicate},
          {"reorder", wire.reorder},
          {"longest-delay-ms", wire.longest_delay_ms},
          {"deaf-to", conditions.deaf_to}};
}

std::optional<Conditions> conditions_from(const nlohmann::json& json) {
  try {
    Conditions conditions;
    auto& [latency, wire] = conditions.link;
    json.at("run").get_to(conditions.run);
    json.at("seed").get_to(conditions.seed);
    json.at("nodes").get_to(conditions.nodes);
    json.at("latency-ms").get_to(latency.mean_ms);
    const auto distribution = bench::parse_distribution(json.at("latency-dist").get<std::string>());
    json.at("loss").get_to(wire.loss);
    json.at("duplicate").get_to(wire.duplicate);
    json.at("reorder").get_to(wire.reorder);
    json.at("longest-delay-ms").get_to(wire.longest_delay_ms);
    json.at("deaf-to").get_to(conditions.deaf_to);
    if (!distribution || !are_numbers(json) || !is_sane(conditions.link)) return std::nullopt;
    if (!are_names(conditions.nodes) || !are_names(conditions.deaf_to)) return std::nullopt;
    latency.distribution = *distribution;
    return conditions;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string in_words(const bench::Link& link) {
  const auto& [latency, wire] = link;
  std::vector<std::string> words;
  if (latency.mean_ms > 0) {
    words.push_back(fmt::format("{} ms ({})", latency.mean_ms, name_of(latency.distribution)));
  }
  if (wire.loss > 0) words.push_back(fmt::format("loss {}", wire.loss));
  if (wire.duplicate > 0) words.push_back(fmt::format("duplicate {}", wire.duplicate));
  if (wire.reorder > 0) words.push_back(fmt::format("reorder {}", wire.reorder));
  return in_words(words);
}

std::string in_words(const Conditions& conditions) {
  std::string words = in_words(conditions.link);
  if (conditions.deaf_to.empty()) return words;
  const std::vector<std::string> unheard(conditions.deaf_to.begin(), conditions.deaf_to.end());
  return words + (words.empty() ? "" : ", ") + "deaf to " + in_words(unheard);
}

}  // namespace hearsay::cluster
