#include "tools/experiment/network/lateness.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/base/check.h"
#include "common/base/units.h"

namespace hearsay::bench {
namespace {

constexpr double kOwnMeanMs = 1.4;
constexpr double kSharedMeanMs = 3;
constexpr double kSharedProbability = 0.8;
constexpr std::int64_t kSharedSlotNs = 4 * kNsPerMs;

// In each second the machine stands still once with this probability, for so long.
constexpr double kStandstillProbability = 0.4;
constexpr double kShortestStandstillMs = 20;
constexpr double kLongestStandstillMs = 40;
constexpr double kMsPerSecond = 1000;

// What a time slot draws.
enum Purpose : std::uint64_t {
  is_shared,
  shared_size,
  stands_still,
  standstill_start,
  standstill_size
};

double exponential(double mean, double unit) {
  return -mean * std::log1p(-unit);
}

}  // namespace

Lateness::Lateness(LatenessOptions options, std::uint64_t seed)
    : options_(std::move(options)), random_(seed, "lateness") {
  slot_seed_ = random_.below(UINT64_MAX);
  if (options_.kind != LatenessKind::recorded) return;
  HEARSAY_CHECK(!options_.recorded_ns.empty(), "recorded lateness needs a recording");
  next_ = random_.below(options_.recorded_ns.size());
}

std::int64_t Lateness::wake_ns(std::int64_t now_ns, std::int64_t due_ns) {
  if (options_.kind == LatenessKind::recorded) {
    const auto late_ns = static_cast<double>(next_recorded_ns()) * options_.scale;
    return std::max(now_ns, due_ns + static_cast<std::int64_t>(late_ns));
  }
  const std::int64_t asleep_ns = (due_ns - now_ns) / kNsPerMs * kNsPerMs;
  std::int64_t late_ns = 0;
  if (options_.kind == LatenessKind::maelstrom) {
    late_ns = static_cast<std::int64_t>(modelled_ms(due_ns) * options_.scale * kNsPerMs);
  }
  return now_ns + std::max<std::int64_t>(0, asleep_ns) + late_ns;
}

std::int64_t Lateness::next_recorded_ns() {
  const std::int64_t late_ns = options_.recorded_ns[next_];
  next_ = (next_ + 1) % options_.recorded_ns.size();
  return late_ns;
}

double Lateness::modelled_ms(std::int64_t due_ns) {
  const std::int64_t slot = due_ns / kSharedSlotNs;
  double late_ms = exponential(kOwnMeanMs, random_.unit());
  if (slot_unit(is_shared, slot) < kSharedProbability) {
    late_ms += exponential(kSharedMeanMs, slot_unit(shared_size, slot));
  }
  return late_ms + standstill_ms(static_cast<double>(due_ns) / kNsPerMs);
}

// What is left of the standstill in which the moment falls.
double Lateness::standstill_ms(double due_ms) const {
  const auto second = static_cast<std::int64_t>(std::floor(due_ms / kMsPerSecond));
  double left_ms = 0;
  for (std::int64_t at = second - 1; at <= second; ++at) {
    if (slot_unit(stands_still, at) >= kStandstillProbability) continue;
    const double start_ms =
        (static_cast<double>(at) + slot_unit(standstill_start, at)) * kMsPerSecond;
    const double size_ms = kShortestStandstillMs + (kLongestStandstillMs - kShortestStandstillMs) *
                                                       slot_unit(standstill_size, at);
    if (start_ms <= due_ms) left_ms = std::max(left_ms, start_ms + size_ms - due_ms);
  }
  return left_ms;
}

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
// 2014).
double Lateness::slot_unit(std::uint64_t purpose, std::int64_t slot) const {
  std::uint64_t bits =
      slot_seed_ + 0x9e3779b97f4a7c15U * (8 * static_cast<std::uint64_t>(slot) + purpose);
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  bits ^= bits >> 31U;
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

}  // namespace hearsay::bench
