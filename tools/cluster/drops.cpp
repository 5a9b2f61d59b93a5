#include "tools/cluster/drops.h"

#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

// The largest power of ten that is not above `count`.
std::uint64_t power_below(std::uint64_t count) {
  std::uint64_t power = 1;
  while (count / 10 >= power) power *= 10;
  return power;
}

}  // namespace

std::string_view name_of(Drop drop) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Drop::count_)> kNames = {
      "no-message", "foreign-source", "no-such-name", "too-long", "bus-away",
      "stranger",   "second-init",    "node-slow",    "node-down"};
  return kNames.at(static_cast<std::size_t>(drop));
}

void Drops::note(Drop drop, std::string_view why) {
  note_total(drop, of(drop) + 1, why);
}

void Drops::note_total(Drop drop, std::uint64_t total, std::string_view why) {
  std::uint64_t& count = counts_.at(static_cast<std::size_t>(drop));
  const bool passes_power = total > count && power_below(total) > count;
  count = total;
  if (!passes_power) return;
  bench::tell("hearsay attach: {}: a line is dropped ({}, {} so far): {}\n", node_, name_of(drop),
              total, why);
}

}  // namespace hearsay::cluster
