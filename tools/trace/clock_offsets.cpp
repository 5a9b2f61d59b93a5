#include "tools/trace/clock_offsets.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "common/base/units.h"

namespace hearsay::traces {
namespace {

// No bound. Two of them can be added.
constexpr std::int64_t kNoBound = 4'500'000'000'000'000'000;
// Clocks gain or lose less: the kernel slews by 500 us a second at most.
constexpr double kLargestGain = 2e-3;
constexpr int kRoundsForGain = 80;  // each leaves two thirds

std::int64_t sum(std::int64_t a, std::int64_t b) {
  if (a == kNoBound || b == kNoBound) return kNoBound;
  return std::clamp(a + b, -kNoBound + 1, kNoBound - 1);
}

// at(a, b): b's offset is at most so much more than a's.
class Bounds {
 public:
  explicit Bounds(std::size_t count) : count_(count), most_(count * count, kNoBound) {
    for (std::size_t i = 0; i < count; ++i) at(i, i) = 0;
  }

  std::int64_t& at(std::size_t a, std::size_t b) { return most_[a * count_ + b]; }
  std::int64_t at(std::size_t a, std::size_t b) const { return most_[a * count_ + b]; }
  std::int64_t least() const { return *std::min_element(most_.begin(), most_.end()); }

  void loosen(std::int64_t by_ns) {
    for (std::size_t i = 0; i < most_.size(); ++i) {
      if (i % (count_ + 1) != 0) most_[i] = sum(most_[i], by_ns);
    }
  }

  // Adds what follows by way of others (Floyd and Warshall). False: they contradict each other.
  bool close() {
    for (std::size_t by = 0; by < count_; ++by) {
      for (std::size_t a = 0; a < count_; ++a) {
        if (at(a, by) == kNoBound) continue;
        for (std::size_t b = 0; b < count_; ++b) {
          at(a, b) = std::min(at(a, b), sum(at(a, by), at(by, b)));
        }
      }
    }
    for (std::size_t i = 0; i < count_; ++i) {
      if (at(i, i) < 0) return false;
    }
    return true;
  }

 private:
  std::size_t count_;
  std::vector<std::int64_t> most_;
};

// Whatever arrives arrives 1 ns after it was sent, or later.
Bounds bounds_of(const std::vector<Clock>& clocks, const std::vector<ClockMessage>& messages) {
  Bounds bounds(clocks.size());
  for (const ClockMessage& each : messages) {
    std::int64_t& most = bounds.at(each.from, each.to);
    most = std::min(most, clocks[each.to].steady_ns(each.received_ns) -
                              clocks[each.from].steady_ns(each.sent_ns) - 1);
  }
  return bounds;
}

// Loosens all bounds by as little as makes them fit, and closes them.
void make_fit(Bounds& bounds) {
  std::int64_t too_little = -1;
  std::int64_t enough = std::max<std::int64_t>(0, -bounds.least());
  while (enough - too_little > 1) {
    const std::int64_t tried = too_little + (enough - too_little) / 2;
    Bounds loosened = bounds;
    loosened.loosen(tried);
    (loosened.close() ? enough : too_little) = tried;
  }
  bounds.loosen(enough);
  bounds.close();
}

// The difference of two clocks over the time on the first: `most` lies above it, `least` below.
struct Difference {
  struct Point {
    double at;
    double ns;
  };
  std::vector<Point> most;
  std::vector<Point> least;

  // Between what lies above a line with this slope and what lies below.
  double room(double slope) const {
    double above = std::numeric_limits<double>::max();
    double below = std::numeric_limits<double>::lowest();
    for (const Point& each : most) above = std::min(above, each.ns - slope * each.at);
    for (const Point& each : least) below = std::max(below, each.ns - slope * each.at);
    return above - below;
  }

  // Zero if there is room for that, or for none; else the slope with the most room: that has one
  // peak.
  double slope() const {
    if (room(0) >= 0) return 0;
    double low = -kLargestGain;
    double high = kLargestGain;
    for (int i = 0; i < kRoundsForGain; ++i) {
      const double third = (high - low) / 3;
      if (room(low + third) < room(high - third)) {
        low += third;
      } else {
        high -= third;
      }
    }
    const double best = (low + high) / 2;
    return room(best) >= 0 ? best : 0;
  }
};

// Rates, from clock to clock along those pairs that tell each other most.
class Rates {
 public:
  Rates(Clocks& clocks, const std::vector<ClockMessage>& messages)
      : clocks_(clocks), known_(clocks.all.size()) {
    for (const ClockMessage& each : messages) by_way_[{each.from, each.to}].push_back(each);
  }

  void estimate() {
    known_[clocks_.reference] = true;
    while (const auto pair = best_pair()) {
      const auto [from, to] = *pair;
      const double slope = difference(from, to).slope();
      clocks_.all[to].gain = slope / (1 + slope);
      known_[to] = true;
    }
  }

 private:
  using Way = std::pair<std::size_t, std::size_t>;

  // From a clock that is known to one that is not.
  std::optional<Way> best_pair() const {
    std::optional<Way> best;
    std::size_t most = 0;
    for (const auto& [way, messages] : by_way_) {
      const auto back = by_way_.find({way.second, way.first});
      if (!known_[way.first] || known_[way.second] || back == by_way_.end()) continue;
      const std::size_t both = std::min(messages.size(), back->second.size());
      if (both > most) best = way;
      most = std::max(most, both);
    }
    return best;
  }

  // Relative to the first message: a double holds nanoseconds of some days.
  Difference difference(std::size_t from, std::size_t to) const {
    const Clock& known = clocks_.all[from];
    const auto& there = by_way_.at({from, to});
    const auto& back = by_way_.at({to, from});
    const std::int64_t zero_ns = known.steady_ns(there.front().sent_ns);
    const std::int64_t ahead_ns = there.front().received_ns - zero_ns;
    const auto point = [&](std::int64_t at_ns, std::int64_t other_ns) {
      return Difference::Point{static_cast<double>(at_ns - zero_ns),
                               static_cast<double>(other_ns - at_ns - ahead_ns)};
    };
    Difference difference;
    for (const ClockMessage& each : there) {
      difference.most.push_back(point(known.steady_ns(each.sent_ns), each.received_ns));
    }
    for (const ClockMessage& each : back) {
      difference.least.push_back(point(known.steady_ns(each.received_ns), each.sent_ns));
    }
    return difference;
  }

  Clocks& clocks_;
  std::map<Way, std::vector<ClockMessage>> by_way_;
  std::vector<bool> known_;
};

// One after the other: whatever is chosen within closed bounds leaves a choice for all others.
void choose_offsets(std::vector<Clock>& clocks, const Bounds& bounds, std::size_t reference) {
  std::vector<std::size_t> chosen{reference};
  for (std::size_t i = 0; i < clocks.size(); ++i) {
    if (i == reference) continue;
    std::int64_t least = -kNoBound;
    std::int64_t most = kNoBound;
    for (const std::size_t other : chosen) {
      const std::int64_t offset = clocks[other].offset_ns;
      most = std::min(most, sum(offset, bounds.at(other, i)));
      least = std::max(least, -sum(-offset, bounds.at(i, other)));
    }
    if (least > 0 || most < 0) {
      clocks[i].offset_ns = least == -kNoBound ? most
                            : most == kNoBound ? least
                                               : least + (most - least) / 2;
    }
    chosen.push_back(i);
  }
}

// What is in order stays; each jump may bring others out of it.
class Jumps {
 public:
  Jumps(std::vector<Clock>& clocks, const std::vector<ClockMessage>& messages)
      : clocks_(clocks), messages_(messages) {}

  // False: there is no end of it.
  bool make_order() {
    for (int round = 0; round < kMostRounds; ++round) {
      std::sort(
          messages_.begin(), messages_.end(),
          [&](const ClockMessage& a, const ClockMessage& b) { return order_of(a) < order_of(b); });
      bool jumped = false;
      for (const ClockMessage& each : messages_) {
        const std::int64_t early_ns = sent_ns(each) + 1 - received_ns(each);
        if (early_ns <= 0) continue;
        if (clocks_[each.to].jumped_ns() > kFarthestJumpNs - early_ns) return false;
        jump(clocks_[each.to].jumps, each.received_ns, early_ns);
        jumped = true;
      }
      if (!jumped) return true;
    }
    return false;
  }

 private:
  static constexpr int kMostRounds = 1'000;
  static constexpr std::int64_t kFarthestJumpNs = 24 * 3600 * kNsPerSecond;

  std::int64_t sent_ns(const ClockMessage& message) const {
    return clocks_[message.from].shared_ns(message.sent_ns);
  }
  std::int64_t received_ns(const ClockMessage& message) const {
    return clocks_[message.to].shared_ns(message.received_ns);
  }
  std::tuple<std::int64_t, std::size_t, std::size_t, std::int64_t> order_of(
      const ClockMessage& message) const {
    return {sent_ns(message), message.from, message.to, message.received_ns};
  }

  static void jump(std::vector<Clock::Jump>& jumps, std::int64_t from_ns, std::int64_t by_ns) {
    auto at = std::lower_bound(
        jumps.begin(), jumps.end(), from_ns,
        [](const Clock::Jump& each, std::int64_t wanted_ns) { return each.from_ns < wanted_ns; });
    if (at == jumps.end() || at->from_ns != from_ns) {
      const std::int64_t before_ns = at == jumps.begin() ? 0 : std::prev(at)->by_ns;
      at = jumps.insert(at, {from_ns, before_ns});
    }
    for (; at != jumps.end(); ++at) at->by_ns += by_ns;
  }

  std::vector<Clock>& clocks_;
  std::vector<ClockMessage> messages_;
};

void note_messages(Clocks& clocks, const std::vector<ClockMessage>& messages) {
  for (const ClockMessage& each : messages) {
    for (const auto& [clock, time_ns] :
         {std::pair(each.from, each.sent_ns), std::pair(each.to, each.received_ns)}) {
      Clock& its = clocks.all[clock];
      if (its.messages++ == 0 || time_ns < its.zero_ns) its.zero_ns = time_ns;
    }
  }
  const auto first = std::find_if(clocks.all.begin(), clocks.all.end(),
                                  [](const Clock& each) { return each.messages > 0; });
  if (first != clocks.all.end()) {
    clocks.reference = static_cast<std::size_t>(first - clocks.all.begin());
  }
}

}  // namespace

std::int64_t Clock::steady_ns(std::int64_t own_ns) const {
  if (gain == 0) return own_ns;
  return own_ns - std::llround(gain * static_cast<double>(own_ns - zero_ns));
}

std::int64_t Clock::shared_ns(std::int64_t own_ns) const {
  const auto after = std::upper_bound(
      jumps.begin(), jumps.end(), own_ns,
      [](std::int64_t wanted_ns, const Jump& each) { return wanted_ns < each.from_ns; });
  const std::int64_t jumped = after == jumps.begin() ? 0 : std::prev(after)->by_ns;
  return steady_ns(own_ns) - offset_ns + jumped;
}

bool Clocks::differ() const {
  return std::any_of(all.begin(), all.end(), [](const Clock& each) { return each.differs(); });
}

Clocks compare_clocks(std::size_t count, const std::vector<ClockMessage>& messages) {
  Clocks clocks;
  clocks.all.resize(count);
  if (messages.empty()) return clocks;
  note_messages(clocks, messages);
  Bounds bounds = bounds_of(clocks.all, messages);
  if (!bounds.close()) {
    Rates(clocks, messages).estimate();
    bounds = bounds_of(clocks.all, messages);
    make_fit(bounds);
  }
  choose_offsets(clocks.all, bounds, clocks.reference);
  clocks.in_order = Jumps(clocks.all, messages).make_order();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t most = bounds.at(clocks.reference, i);
    const std::int64_t least = bounds.at(i, clocks.reference);
    if (most != kNoBound) clocks.all[i].most_ns = most;
    if (least != kNoBound) clocks.all[i].least_ns = -least;
  }
  return clocks;
}

}  // namespace hearsay::traces
