#include "tools/sim/ddmin.h"

#include <algorithm>
#include <numeric>

namespace hearsay::sim {
namespace {

// The bounds of one of `parts` parts, as equal as can be.
std::size_t bound(std::size_t size, std::size_t parts, std::size_t part) {
  return size * part / parts;
}

Kept subset(const Kept& kept, std::size_t parts, std::size_t part) {
  const auto at = [&](std::size_t which) {
    return kept.begin() + static_cast<std::ptrdiff_t>(bound(kept.size(), parts, which));
  };
  return {at(part), at(part + 1)};
}

Kept complement(const Kept& kept, std::size_t parts, std::size_t part) {
  Kept rest;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const bool inside =
        i >= bound(kept.size(), parts, part) && i < bound(kept.size(), parts, part + 1);
    if (!inside) rest.push_back(kept[i]);
  }
  return rest;
}

}  // namespace

Kept ddmin(std::size_t count, const FirstFailing& first_failing) {
  Kept kept(count);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  if (count == 0) return kept;
  if (first_failing(1, [](std::size_t) { return Kept(); })) return {};
  std::size_t parts = 2;
  std::size_t first = 0;  // the complement to begin with
  while (kept.size() >= 2) {
    parts = std::min(parts, kept.size());
    const auto which = [&](std::size_t i) { return (first + i) % parts; };
    if (first == 0 || parts == 2) {
      if (const auto found =
              first_failing(parts, [&](std::size_t i) { return subset(kept, parts, i); })) {
        kept = subset(kept, parts, *found);
        parts = 2;
        continue;
      }
    }
    // Of two parts, the complements were the subsets.
    const auto found = parts == 2 ? std::nullopt : first_failing(parts, [&](std::size_t i) {
      return complement(kept, parts, which(i));
    });
    if (found) {
      kept = complement(kept, parts, which(*found));
      first = which(*found) % --parts;
      continue;
    }
    if (parts == kept.size()) break;
    parts *= 2;
    first = 0;
  }
  return kept;
}

}  // namespace hearsay::sim
