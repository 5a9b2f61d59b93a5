// The checker of g-counter and pn-counter: the final reads are the sum of all adds that certainly
// happened and of any of those that perhaps did.
//
// The sums that may be read are kept as closed ranges that neither touch nor overlap, so a thousand
// unknown adds of small numbers are one range. An add without a completion does not count, as in
// Maelstrom.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

// More of them, and the sums of unknown adds are not followed further.
constexpr std::size_t kMostRanges = 1'000'000;

using Range = std::pair<std::int64_t, std::int64_t>;  // both ends belong to it

// Whether nothing lies between them; `a` begins first.
bool touches(const Range& a, const Range& b) {
  return b.first <= a.second || b.first - 1 == a.second;
}

std::int64_t sum_of(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw CheckerFailed("sums go beyond 64 bits");
  return sum;
}

// Of both, which are sorted: one sorted list in which nothing touches.
std::vector<Range> united(const std::vector<Range>& a, const std::vector<Range>& b) {
  std::vector<Range> all;
  all.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  std::vector<Range> result;
  for (const Range& range : all) {
    if (!result.empty() && touches(result.back(), range)) {
      result.back().second = std::max(result.back().second, range.second);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

std::int64_t delta_of(const Operation& add) {
  if (!is_whole_number(add.value)) {
    throw CheckerFailed("an add of " + add.value.dump() + ", which is no whole number");
  }
  if (const auto delta = int64_of(add.value)) return *delta;
  throw CheckerFailed("sums go beyond 64 bits");
}

std::vector<Range> acceptable_sums(const History& history) {
  std::int64_t certain = 0;
  std::vector<std::int64_t> perhaps;
  for (const Operation& operation : history.operations()) {
    if (operation.f != "add") continue;
    if (operation.type == OperationType::ok) certain = sum_of(certain, delta_of(operation));
    if (operation.type == OperationType::info) perhaps.push_back(delta_of(operation));
  }
  std::vector<Range> sums = {{certain, certain}};
  for (const std::int64_t delta : perhaps) {
    std::vector<Range> with = sums;
    for (Range& range : with) range = {sum_of(range.first, delta), sum_of(range.second, delta)};
    sums = united(sums, with);
    if (sums.size() > kMostRanges) {
      throw CheckerFailed("the unknown adds have more sums than can be told apart");
    }
  }
  return sums;
}

// What 64 bits do not hold is no sum: those that go beyond are refused above.
bool is_in(const std::vector<Range>& sums, const std::optional<std::int64_t>& value) {
  if (!value) return false;
  const auto above = std::upper_bound(
      sums.begin(), sums.end(), *value,
      [](std::int64_t wanted, const Range& range) { return wanted < range.first; });
  return above != sums.begin() && *value <= std::prev(above)->second;
}

}  // namespace

nlohmann::json check_counter(const History& history) {
  const std::vector<Range> sums = acceptable_sums(history);
  nlohmann::json reads = nlohmann::json::array();
  nlohmann::json errors;
  for (const Operation& operation : history.operations()) {
    if (!operation.final_read || operation.type != OperationType::ok) continue;
    if (!is_whole_number(operation.value)) {
      throw CheckerFailed("a final read of " + operation.value.dump() +
                          ", which is no whole number");
    }
    reads.push_back(operation.value);
    if (!is_in(sums, int64_of(operation.value))) errors.push_back(to_json(operation));
  }
  return {{"valid?", errors.is_null()},
          {"errors", errors},
          {"final-reads", reads},
          {"acceptable", sums}};
}

}  // namespace hearsay::bench
