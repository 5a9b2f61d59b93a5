#include "worker/gossip/loss_rate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "worker/gossip/batch_header.h"

namespace hearsay::gossip {
namespace {

constexpr double kMostAdded = 1000;  // counts, by one peer at once
constexpr double kKept = 15.0 / 16;  // of older counts, with each batch
constexpr std::uint64_t kLossyPermille = 4;
constexpr double kHeardWeight = 100;
constexpr double kGuessWeight = 20;  // of one lost in so many, while nothing is known
constexpr double kEnough = 80;       // counts that are kept however old they are
constexpr double kFewest = 40;       // counts that say anything
constexpr double kFewestLost = 1.5;  // one is not a rate

}  // namespace

void LossRate::add(const ArrivalCount::Counts& counts) {
  const auto came = static_cast<double>(counts.came);
  const double lost = static_cast<double>(counts.lost) - static_cast<double>(counts.after_all);
  // Nobody outweighs all others for long, whatever it says.
  const double weight = std::min(1.0, kMostAdded / std::max(1.0, came + std::abs(lost)));
  came_ += weight * came;
  lost_ = std::max(0.0, lost_ + weight * lost);
}

void LossRate::on_batch() {
  const double all = came_ + lost_;
  permille_ = all >= kFewest && lost_ >= kFewestLost
                  ? static_cast<std::uint64_t>(lost_ / all * double{kPermille})
                  : 0;
  if (all <= kEnough) return;  // of few nodes come few counts
  came_ *= kKept;
  lost_ *= kKept;
}

void LossRate::hear(std::uint64_t permille) {
  permille_ = std::min(permille, kPermille);
  lost_ = kHeardWeight * static_cast<double>(permille_) / double{kPermille};
  came_ = kHeardWeight - lost_;
}

bool LossRate::is_lossy() const {
  return permille_ >= kLossyPermille;
}

std::size_t LossRate::repeats() const {
  const double guess = (lost_ + 1) / (came_ + lost_ + kGuessWeight);
  const auto permille = static_cast<std::uint64_t>(guess * double{kPermille});
  // Up to these rates so many copies (one more than the repeats) miss less than 1 in 10,000.
  constexpr std::array<std::uint64_t, kRepeatedBatches - 1> kMost = {10,  46,  100, 158,
                                                                     215, 268, 316};
  const auto* enough = std::lower_bound(kMost.begin(), kMost.end(), permille);
  return static_cast<std::size_t>(enough - kMost.begin()) + 1;
}

int LossRate::tells() const {
  if (permille_ < 30) return 1;
  return permille_ < 150 ? 2 : 4;
}

std::int64_t LossRate::period_percent() const {
  if (permille_ < 50) return 100;
  return permille_ < 200 ? 67 : 50;
}

int LossRate::questions() const {
  if (permille_ < 60) return 1;
  return permille_ < 200 ? 3 : 5;
}

}  // namespace hearsay::gossip
