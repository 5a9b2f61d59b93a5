// Which anomalies a consistency model prohibits, which anomalies imply others, which models imply
// others: Elle's tables, after Adya, Bailis, Cerone and others (see the README).
//
// Models have a canonical name (Adya's "PL-3") and may have friendly ones ("serializable"); each
// function here takes both. Pure functions over constant tables.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench::elle {

using Names = std::set<std::string, std::less<>>;

const Names& all_models();
std::string canonical_model(std::string_view name);
std::string friendly_model(std::string_view name);

// What may not be in a history that obeys all `models`, what implies it included.
Names prohibited_anomalies(const std::vector<std::string>& models);
// These and all that they imply.
Names implied_anomalies(const Names& anomalies);
// The models (canonical) that are ruled out if these are.
Names ruled_out_with(const Names& models);
// The models (canonical) that these anomalies rule out.
Names ruled_out_by(const Names& anomalies);

// The weakest models (friendly names) that the anomalies rule out, and the others.
struct Boundary {
  Names weakest;
  Names stronger;
};
Boundary boundary(const Names& anomalies);

// Whether `a` is to be looked for before `b`: the worse and the simpler first.
bool is_looked_for_before(std::string_view a, std::string_view b);

}  // namespace hearsay::bench::elle
