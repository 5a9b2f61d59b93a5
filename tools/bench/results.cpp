#include "tools/bench/results.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace hearsay::measure {
namespace {

using nlohmann::json;

json number_or_null(double number) {
  return std::isfinite(number) ? json(number) : json(nullptr);
}

json entry_json(const Contest& contest, const Entry& entry) {
  json median = json::object();
  for (const Column& column : contest.columns) {
    median[column.figure] = number_or_null(entry.figure(column.figure));
  }
  return {{"name", entry.name},
          {"ours", entry.ours},
          {"median", median},
          {"rounds", entry.rounds},
          {"why-not", entry.why_not}};
}

json target_json(const Contest& contest, const Target& target) {
  const double ratio = reached(contest, target);
  return {{"figure", target.figure},
          {"ours", target.ours},
          {"other", target.other},
          {"wanted", target.at_least ? "at least" : "at most"},
          {"limit", target.limit},
          {"reached", number_or_null(ratio)},
          {"met", std::isfinite(ratio) ? json(is_met(target, ratio)) : json(nullptr)}};
}

json contest_json(const Contest& contest) {
  json made = {{"room", contest.room},
               {"title", contest.title},
               {"columns", json::array()},
               {"entries", json::array()},
               {"targets", json::array()}};
  for (const Column& column : contest.columns) {
    made["columns"].push_back(
        {{"figure", column.figure}, {"heading", column.heading}, {"decimals", column.decimals}});
  }
  for (const Entry& entry : contest.entries) {
    made["entries"].push_back(entry_json(contest, entry));
  }
  for (const Target& target : contest.targets) {
    made["targets"].push_back(target_json(contest, target));
  }
  return made;
}

}  // namespace

json make_results(const std::vector<Contest>& contests) {
  json results = {{"contests", json::array()}};
  for (const Contest& contest : contests) results["contests"].push_back(contest_json(contest));
  return results;
}

}  // namespace hearsay::measure
