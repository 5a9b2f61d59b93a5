#include "tools/bench/contest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hearsay::measure {

double Entry::figure(const std::string& wanted) const {
  std::vector<double> values;
  for (const Figures& round : rounds) {
    const auto found = round.find(wanted);
    if (found != round.end()) values.push_back(found->second);
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

const Entry* find_entry(const Contest& contest, const std::string& name) {
  for (const Entry& entry : contest.entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

double reached(const Contest& contest, const Target& target) {
  const Entry* ours = find_entry(contest, target.ours);
  const Entry* other = find_entry(contest, target.other);
  if (ours == nullptr || (other == nullptr && !target.other.empty())) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return ours->figure(target.figure) / (other == nullptr ? 1 : other->figure(target.figure));
}

bool is_met(const Target& target, double reached) {
  return target.at_least ? reached >= target.limit : reached <= target.limit;
}

}  // namespace hearsay::measure
