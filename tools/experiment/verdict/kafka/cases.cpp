#include "tools/experiment/verdict/kafka/cases.h"

#include <algorithm>
#include <numeric>

namespace hearsay::bench::kafka {

nlohmann::json Cases::json(std::size_t most, Shown shown) const {
  std::vector<std::size_t> order(cases_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return cases_[a].rank < cases_[b].rank; });
  const std::size_t count = std::min(most, order.size());
  const auto begin =
      shown == Shown::first ? order.begin() : order.end() - static_cast<std::ptrdiff_t>(count);
  nlohmann::json described = nlohmann::json::array();
  std::for_each(begin, begin + static_cast<std::ptrdiff_t>(count),
                [&](std::size_t i) { described.push_back(cases_[i].describe()); });
  return {{"count", cases_.size()}, {"errs", std::move(described)}};
}

void add_section(Errors& errors, const char* type, const Cases& cases, std::size_t most,
                 Shown shown) {
  if (!cases.empty()) errors[type] = cases.json(most, shown);
}

}  // namespace hearsay::bench::kafka
