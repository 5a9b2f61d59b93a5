#include "tools/bench/contest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hearsay::measure {

namespace {

// nan of none.
double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> figures_of(const Entry& entry, const std::string& name) {
  std::vector<double> values;
  for (const Figures& round : entry.rounds) {
    const auto found = round.find(name);
    if (found != round.end()) values.push_back(found->second);
  }
  return values;
}

}  // namespace

double Entry::figure(const std::string& wanted) const {
  return median(figures_of(*this, wanted));
}

const Entry* find_entry(const Contest& contest, const std::string& name) {
  for (const Entry& entry : contest.entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

double reached(const Contest& contest, const Target& target) {
  const Entry* ours = find_entry(contest, target.ours);
  if (ours == nullptr) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> ratios = figures_of(*ours, target.figure);
  if (target.other.empty()) return median(ratios);
  const Entry* other = find_entry(contest, target.other);
  if (other == nullptr) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> others = figures_of(*other, target.figure);
  ratios.resize(std::min(ratios.size(), others.size()));
  for (std::size_t round = 0; round < ratios.size(); ++round) ratios[round] /= others[round];
  return median(ratios);
}

bool is_met(const Target& target, double reached) {
  return target.at_least ? reached >= target.limit : reached <= target.limit;
}

}  // namespace hearsay::measure
