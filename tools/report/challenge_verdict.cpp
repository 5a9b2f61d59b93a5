#include "tools/report/challenge_verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

namespace hearsay::bench {
namespace {

struct FigureName {
  std::string_view figure;
  const char* place;    // in results.json
  const char* pattern;  // with its value, for people
};
constexpr FigureName kFigures[] = {
    {"messages-per-op", "/net/servers/msgs-per-op", "{} messages an operation"},
    {"stable-latency-median", "/workload/stable-latencies/0.5", "median stable latency {} ms"},
    {"stable-latency-maximum", "/workload/stable-latencies/1", "maximum stable latency {} ms"}};

std::string in_words(const nlohmann::json& figure) {
  const auto* name = std::find_if(std::begin(kFigures), std::end(kFigures), [&](const auto& each) {
    return each.figure == figure.at("figure").template get<std::string>();
  });
  return fmt::format(fmt::runtime(name->pattern), short_figure(figure.at("value")));
}

bool is_kept(const nlohmann::json& figure) {
  if (figure.at("below").is_null()) return true;
  return !figure.at("value").is_null() && figure.at("value") < figure.at("below");
}

nlohmann::json limit_of(const Challenge& challenge, std::string_view figure) {
  for (const Limit& limit : challenge.limits) {
    if (limit.figure == figure) return limit.below;
  }
  return nullptr;
}

}  // namespace

std::string short_figure(const nlohmann::json& value) {
  if (value.is_null()) return "no";
  const double number = value;
  return number >= 100 ? fmt::format("{:.0f}", number) : fmt::format("{:.3g}", number);
}

nlohmann::json judge_challenge(const Challenge& challenge, const nlohmann::json& results) {
  nlohmann::json figures = nlohmann::json::array();
  bool passed = results.at("valid?") == true;
  for (const FigureName& name : kFigures) {
    const nlohmann::json::json_pointer place(name.place);
    figures.push_back({{"figure", name.figure},
                       {"value", results.contains(place) ? results.at(place) : nlohmann::json()},
                       {"below", limit_of(challenge, name.figure)}});
    passed = passed && is_kept(figures.back());
  }
  return {{"name", challenge.name},
          {"title", challenge.title},
          {"passed", passed},
          {"figures", std::move(figures)}};
}

std::vector<std::string> missed_limits(const nlohmann::json& challenge) {
  std::vector<std::string> missed;
  for (const nlohmann::json& figure : challenge.at("figures")) {
    if (is_kept(figure)) continue;
    missed.push_back(
        fmt::format("{}: must be below {:g}", in_words(figure), figure.at("below").get<double>()));
  }
  return missed;
}

std::string describe(const nlohmann::json& challenge) {
  std::string text = challenge.at("passed") == true ? "passed" : "not passed";
  const char* separator = ": ";
  for (const nlohmann::json& figure : challenge.at("figures")) {
    if (figure.at("below").is_null()) continue;
    text += fmt::format("{}{} (below {:g})", separator, in_words(figure),
                        figure.at("below").get<double>());
    separator = ", ";
  }
  return text;
}

}  // namespace hearsay::bench
