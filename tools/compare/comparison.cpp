#include "tools/compare/comparison.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/check.h"

namespace hearsay::compare {
namespace {

bool is_good(const Cell& cell) {
  return std::all_of(cell.runs.begin(), cell.runs.end(), [&](const RunOutcome& run) {
    return !run.done || run.verdict.valid || (cell.may_lose_values && run.verdict.only_lost_values);
  });
}

bool is_measured(const Cell& cell) {
  return cell.typical.messages_per_op && cell.typical.maximum_ms;
}

// Lower in one of the two, and no higher in the other.
bool beats(const Cell& one, const Cell& other) {
  if (!one.good || one.typical.lost > 0 || !is_measured(one)) return false;
  const Figures& a = one.typical;
  const Figures& b = other.typical;
  return *a.messages_per_op <= *b.messages_per_op && *a.maximum_ms <= *b.maximum_ms &&
         (*a.messages_per_op < *b.messages_per_op || *a.maximum_ms < *b.maximum_ms);
}

void find_unbeaten(std::vector<Cell>& cells) {
  for (Cell& cell : cells) {
    if (!cell.good || cell.typical.lost > 0 || !is_measured(cell)) continue;
    cell.unbeaten = std::none_of(cells.begin(), cells.end(), [&](const Cell& other) {
      return other.condition == cell.condition && beats(other, cell);
    });
  }
}

// What is wrong in a run that is done stays wrong; what is not done says nothing.
nlohmann::json verdict_of(const Cell& cell) {
  if (!cell.good) return false;
  return count_done(cell) == cell.runs.size() ? nlohmann::json(true) : nlohmann::json("unknown");
}

nlohmann::json verdict_of(const RunOutcome& run) {
  return run.done ? nlohmann::json(run.verdict.valid) : nlohmann::json("unknown");
}

// As an interrupted test's.
nlohmann::json verdict_of(const Comparison& comparison) {
  const bool all_done = count_done(comparison) == count_runs(comparison.options);
  return all_done ? nlohmann::json(all_good(comparison)) : nlohmann::json("unknown");
}

nlohmann::json describe(const Contestant& contestant) {
  nlohmann::json json = {{"contestant", name_of(contestant)},
                         {"strategy", contestant.strategy},
                         {"latency-budget", nullptr},
                         {"args", node_arguments(contestant)}};
  if (has_budget(contestant.strategy)) json["latency-budget"] = budget_ms(contestant);
  return json;
}

nlohmann::json describe(const Comparison& comparison, const Cell& cell) {
  const CompareOptions& options = comparison.options;
  nlohmann::json json = describe(options.contestants[cell.contestant]);
  json["condition"] = options.conditions[cell.condition].name;
  json.update(to_json(cell.typical));
  json["valid?"] = verdict_of(cell);
  json["may-lose-values"] = cell.may_lose_values;
  json["unbeaten"] = cell.unbeaten;
  for (const RunOutcome& run : cell.runs) {
    nlohmann::json details = to_json(run.figures);
    details["seed"] = run.seed;
    details["valid?"] = verdict_of(run);
    if (!run.verdict.valid) details["why"] = run.done ? run.verdict.why : "interrupted";
    details["results"] = run.results;
    json["runs"].push_back(std::move(details));
  }
  return json;
}

}  // namespace

Comparison compare_runs(const CompareOptions& options, std::vector<RunOutcome> runs) {
  HEARSAY_CHECK(runs.size() == count_runs(options), "each planned run has its outcome");
  Comparison comparison{options, {}};
  const auto seeds = static_cast<std::size_t>(options.seeds);
  for (std::size_t first = 0; first < runs.size(); first += seeds) {
    const Plan plan = plan_of(options, first);
    Cell cell;
    cell.contestant = plan.contestant;
    cell.condition = plan.condition;
    std::vector<Figures> figures;
    for (std::size_t i = first; i < first + seeds; ++i) {
      if (runs[i].done) figures.push_back(runs[i].figures);
      cell.runs.push_back(std::move(runs[i]));
    }
    cell.typical = typical(figures);
    cell.may_lose_values = options.conditions[plan.condition].loses_messages &&
                           !survives_loss(options.contestants[plan.contestant].strategy);
    cell.good = is_good(cell);
    comparison.cells.push_back(std::move(cell));
  }
  find_unbeaten(comparison.cells);
  return comparison;
}

bool all_good(const Comparison& comparison) {
  return std::all_of(comparison.cells.begin(), comparison.cells.end(),
                     [](const Cell& cell) { return cell.good; });
}

std::size_t count_done(const Cell& cell) {
  return static_cast<std::size_t>(std::count_if(cell.runs.begin(), cell.runs.end(),
                                                [](const RunOutcome& run) { return run.done; }));
}

std::size_t count_done(const Comparison& comparison) {
  std::size_t count = 0;
  for (const Cell& cell : comparison.cells) count += count_done(cell);
  return count;
}

nlohmann::json to_json(const Comparison& comparison) {
  const bench::TestOptions& test = comparison.options.test;
  nlohmann::json json = {{"valid?", verdict_of(comparison)},
                         {"command", test.command},
                         {"real", comparison.options.real},
                         {"seed", comparison.options.seed},
                         {"seeds", comparison.options.seeds},
                         {"node-count", test.node_count},
                         {"rate", test.rate_hz},
                         {"latency", test.latency_ms},
                         {"latency-dist", test.latency_distribution},
                         {"topology", test.topology},
                         {"time-limit", test.time_limit_s},
                         {"recovery", test.recovery_s},
                         {"head-of-line-blocking", !test.no_head_of_line_blocking},
                         {"conditions", nlohmann::json::object()},
                         {"rows", nlohmann::json::array()}};
  for (const Condition& condition : comparison.options.conditions) {
    json["conditions"][std::string(condition.name)] = condition.what;
  }
  for (const Cell& cell : comparison.cells) json["rows"].push_back(describe(comparison, cell));
  return json;
}

}  // namespace hearsay::compare
