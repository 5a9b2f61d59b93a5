#include "tools/experiment/verdict/elle/cases.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/elle/cycle_exists.h"

namespace hearsay::bench::elle {
namespace {

// Where a cycle, or anything else, shows that a model does not hold, it says nothing more that
// there is some cycle that the model excludes.
Names redundant_existences(const Names& types) {
  Names concrete;
  std::copy_if(types.begin(), types.end(), std::inserter(concrete, concrete.end()),
               [](const std::string& type) { return !is_existence(type); });
  Names redundant;
  for (const std::string& model : ruled_out_by(concrete)) redundant.insert(existence_of(model));
  return redundant;
}

}  // namespace

Cases::Cases(const std::vector<std::string>& models) {
  for (const std::string& model : models) {
    if (all_models().count(model) != 0) continue;
    throw CheckerFailed(
        fmt::format("\"{}\" is no consistency model; in a list of several, put blanks around the "
                    "commas. Known are: {}",
                    model, fmt::join(all_models(), ", ")));
  }
  prohibited_ = prohibited_anomalies(models);
  reportable_ = prohibited_;
  reportable_.insert({kEmptyGraph, kSearchTimeout});
}

bool Cases::shows_any_of(const Names& types) const {
  return std::any_of(types.begin(), types.end(),
                     [this](const std::string& type) { return shows(type); });
}

nlohmann::json Cases::result() const {
  Names types;
  Names shown;
  bool bad = false;
  for (const auto& [type, cases] : found_) {
    types.insert(type);
    if (shows(type)) shown.insert(type);
    bad = bad || prohibited_.count(type) != 0;
  }
  for (const std::string& type : redundant_existences(shown)) shown.erase(type);
  if (shown.empty()) return {{"valid?", true}};
  nlohmann::json anomalies = nlohmann::json::object();
  for (const std::string& type : shown) {
    anomalies[type] = type == kEmptyGraph ? nlohmann::json(true) : found_.at(type);
  }
  const Boundary models = boundary(types);
  return {{"valid?", bad ? nlohmann::json(false) : nlohmann::json("unknown")},
          {"anomaly-types", shown},
          {"anomalies", std::move(anomalies)},
          {"not", models.weakest},
          {"also-not", models.stronger}};
}

}  // namespace hearsay::bench::elle
