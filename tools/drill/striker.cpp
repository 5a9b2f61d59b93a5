#include "tools/drill/striker.h"

#include <utility>

#include "common/base/units.h"

namespace hearsay::drill {
namespace {

constexpr std::int64_t kTryAgainNs = 200'000;
// One kill of a worker in so many is followed by another one of the same node, within this time.
constexpr std::uint64_t kAgainOneIn = 8;
constexpr std::uint64_t kAgainWithinNs = 4'000'000;
constexpr std::int64_t kPatienceNs = 5 * kNsPerSecond;

}  // namespace

Striker::Striker(bench::EventHeap& heap, bench::Network& network, bench::NodeControl& control,
                 const DrillOptions& options, Strikes& strikes, StrikeListener& listener)
    : heap_(heap),
      network_(network),
      control_(control),
      options_(options),
      strikes_(strikes),
      listener_(listener),
      random_(options.test.seed, "strikes"),
      stagger_(options.every_ns, 0, bench::Random(options.test.seed, "strike gaps")),
      stops_(network.node_count(), 0),
      resumed_ns_(network.node_count(), 0) {}

void Striker::start(std::int64_t now_ns) {
  plan(now_ns);
}

void Striker::plan(std::int64_t now_ns) {
  if (strikes_.size() >= static_cast<std::size_t>(options_.kills)) {
    listener_.strikes_done(now_ns);
    return;
  }
  std::int64_t gap_ns = 0;
  const Strike next = draw(gap_ns);
  heap_.at(now_ns + gap_ns,
           [this, next](std::int64_t later_ns) { strike(later_ns, next, later_ns + kPatienceNs); });
}

Strike Striker::draw(std::int64_t& gap_ns) {
  Strike next;
  if (const auto node = std::exchange(again_, std::nullopt)) {
    next.node = *node;
    gap_ns = static_cast<std::int64_t>(random_.below(kAgainWithinNs));
    return next;
  }
  next.node = random_.below(network_.node_count());
  gap_ns = stagger_.draw_gap_ns();
  const bool coin = random_.below(2) == 0;
  next.whole_node = options_.target == Target::node || (options_.target == Target::both && coin);
  next.stop = options_.stops && random_.below(2) == 0;
  const bool of_worker = !next.whole_node && !next.stop;
  if (of_worker && random_.below(kAgainOneIn) == 0) again_ = next.node;
  return next;
}

void Striker::strike(std::int64_t now_ns, const Strike& planned, std::int64_t tries_until_ns) {
  if (planned.whole_node) {
    hit_node(now_ns, planned);
  } else if (!hit_worker(now_ns, planned)) {
    if (now_ns > tries_until_ns) {
      listener_.strikes_done(now_ns);
      return;
    }
    heap_.at(now_ns + kTryAgainNs, [this, planned, tries_until_ns](std::int64_t later_ns) {
      strike(later_ns, planned, tries_until_ns);
    });
    return;
  }
  plan(now_ns);
}

bool Striker::hit_worker(std::int64_t now_ns, Strike strike) {
  const auto pid = strike.stop ? control_.pause_worker(now_ns, strike.node)
                               : control_.kill_worker(now_ns, strike.node);
  if (!pid) return false;
  strike.pid = *pid;
  note(now_ns, strike);
  return true;
}

void Striker::hit_node(std::int64_t now_ns, const Strike& strike) {
  const std::size_t node = strike.node;
  if (strike.stop) {
    control_.pause_node(now_ns, node);
    note(now_ns, strike);
    return;
  }
  note(now_ns, strike);
  network_.take_down(now_ns, node);
  control_.kill_node(now_ns, node);
  listener_.node_killed(node);
  heap_.at(now_ns, [this, node](std::int64_t later_ns) {
    control_.start_node(later_ns, node);
    network_.bring_up(node);
    listener_.node_started(later_ns, node);
  });
}

void Striker::note(std::int64_t now_ns, Strike strike) {
  strike.time_ns = now_ns;
  strikes_.push_back(strike);
  listener_.struck(now_ns);
  if (!strike.stop) return;
  ++stops_[strike.node];
  const auto longest_ns = static_cast<std::uint64_t>(2 * options_.stop_for_ns);
  heap_.at(now_ns + static_cast<std::int64_t>(random_.below(longest_ns)),
           [this, node = strike.node](std::int64_t later_ns) { resume(later_ns, node); });
}

// Of several stops of one node the first end ends all.
void Striker::resume(std::int64_t now_ns, std::size_t node) {
  if (stops_[node] == 0) return;
  stops_[node] = 0;
  control_.resume_node(now_ns, node);
  control_.resume_worker(now_ns, node);
  resumed_ns_[node] = now_ns;
}

void Striker::heal(std::int64_t now_ns) {
  for (std::size_t node = 0; node < stops_.size(); ++node) resume(now_ns, node);
}

std::optional<std::int64_t> Striker::calm_since_ns(std::size_t node) const {
  if (stops_[node] > 0) return std::nullopt;
  return resumed_ns_[node];
}

}  // namespace hearsay::drill
