#include "tools/sim/shrink.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "common/base/units.h"
#include "tools/sim/ddmin.h"
#include "tools/sim/plan_file.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kOtherSeeds = 20;

template <typename T>
std::vector<T> chosen(const std::vector<T>& items, const Kept& kept) {
  std::vector<T> some;
  for (const std::size_t i : kept) some.push_back(items[i]);
  return some;
}

bool is_same(const Plan& a, const Plan& b) {
  return write_plan(a, "") == write_plan(b, "");
}

// ---- fewer nodes

// What becomes of the operations at nodes that go.
enum class Orphans { go, move };

Strike renumbered(const Strike& strike, const std::vector<std::optional<std::size_t>>& numbers) {
  Strike rest = strike;
  rest.nodes.clear();
  rest.deaf.clear();
  for (const std::size_t node : strike.nodes) {
    if (numbers[node]) rest.nodes.push_back(*numbers[node]);
  }
  for (const auto& [node, unheard] : strike.deaf) {
    if (numbers[node] && numbers[unheard])
      rest.deaf.emplace_back(*numbers[node], *numbers[unheard]);
  }
  return rest;
}

Plan with_nodes(const Plan& plan, const Kept& kept, Orphans orphans) {
  const auto node_count = static_cast<std::size_t>(plan.options.test.node_count);
  std::vector<std::optional<std::size_t>> numbers(node_count);
  for (std::size_t i = 0; i < kept.size(); ++i) numbers[kept[i]] = i;
  Plan smaller;
  smaller.options = plan.options;
  smaller.options.test.node_count = static_cast<std::int64_t>(kept.size());
  for (bench::PlannedOperation operation : plan.operations) {
    const std::size_t node = node_of(operation, node_count);
    const auto number = numbers[node];
    if (!number && orphans == Orphans::go) continue;
    operation.thread = thread_of(number.value_or(node % kept.size()),
                                 client_of(operation, node_count), kept.size());
    smaller.operations.push_back(std::move(operation));
  }
  for (const Strike& strike : plan.strikes) {
    Strike rest = renumbered(strike, numbers);
    const bool hits = !rest.nodes.empty() || !rest.deaf.empty();
    if (hits || is_on_the_wire(strike.fault)) smaller.strikes.push_back(std::move(rest));
  }
  return smaller;
}

// ---- simpler options

void drop_node_option(Plan& plan, const std::string& name) {
  auto& words = plan.options.test.node_arguments;
  const auto at = std::find(words.begin(), words.end(), name);
  if (at != words.end()) words.erase(at, at + 2);
}

using Change = void (*)(Plan& plan);
constexpr Change kSimplerOptions[] = {
    [](Plan& plan) { drop_node_option(plan, "--chaos-kill-ms"); },
    [](Plan& plan) { plan.options.compact_probability = 0; },
    [](Plan& plan) { plan.options.clock_skew_ms = 0; },
    [](Plan& plan) {
      plan.options.test.lateness = "none";
      plan.options.test.lateness_scale = 1;
    },
    [](Plan& plan) { plan.options.test.lateness_scale = 1; },
    [](Plan& plan) { plan.options.test.no_head_of_line_blocking = false; },
    [](Plan& plan) { plan.options.test.latency_distribution = "constant"; },
    [](Plan& plan) { plan.options.test.latency_ms = 0; },
    [](Plan& plan) { plan.options.test.topology = "line"; }};

// ---- less time

std::int64_t end_of(const Strike& strike) {
  return strike.at_ns + strike.for_ns.value_or(0);
}

std::set<std::int64_t> times_of(const Plan& plan) {
  std::set<std::int64_t> times;
  for (const bench::PlannedOperation& operation : plan.operations) times.insert(operation.time_ns);
  for (const Strike& strike : plan.strikes) times.insert({strike.at_ns, end_of(strike)});
  return times;
}

// `earlier` keeps the order of times. Nothing if a fault would last no time.
std::optional<Plan> retimed(Plan plan, const std::function<std::int64_t(std::int64_t)>& earlier) {
  for (bench::PlannedOperation& operation : plan.operations) {
    operation.time_ns = earlier(operation.time_ns);
  }
  for (Strike& strike : plan.strikes) {
    const std::int64_t end_ns = earlier(end_of(strike));
    strike.at_ns = earlier(strike.at_ns);
    if (!strike.for_ns) continue;
    strike.for_ns = end_ns - strike.at_ns;
    if (*strike.for_ns == 0) return std::nullopt;
  }
  return plan;
}

// ---- the search

class Shrinker {
 public:
  Shrinker(Plan failing, const FirstFailingPlan& first_failing, const ShrinkLimits& limits)
      : plan_(std::move(failing)), first_failing_(first_failing), limits_(limits) {}

  Shrunk run() {
    for (bool smaller = true; smaller;) {
      const Plan before = plan_;
      simplify_options();
      drop_nodes();
      drop_from(&Plan::strikes);
      drop_from(&Plan::operations);
      for (std::size_t i = 0; i < plan_.strikes.size(); ++i) drop_targets(i);
      for (std::size_t i = 0; i < plan_.strikes.size(); ++i) shorten_strike(i);
      close_gaps();
      shorten_run();
      round_times();
      smaller = !is_same(before, plan_) || drop_node_with_luck() || begin_early_with_luck();
      if (stopped_) break;
    }
    return {plan_, runs_, !stopped_};
  }

 private:
  // Counts, and ends the search where a limit is.
  std::optional<std::size_t> find(std::size_t count,
                                  const std::function<Plan(std::size_t)>& candidate) {
    const std::size_t may = stopped_ || !limits_.go_on() ? 0 : limits_.most_runs - runs_;
    if (count > may) stopped_ = true;
    count = std::min(count, may);
    if (count == 0) return std::nullopt;
    const auto found = first_failing_(count, candidate);
    runs_ += found ? *found + 1 : count;
    return found;
  }

  // The first that fails takes the place of the plan.
  bool take_first(std::vector<Plan> candidates) {
    if (stopped_) return false;
    std::erase_if(candidates, [this](const Plan& each) { return is_same(each, plan_); });
    const auto found = find(candidates.size(), [&](std::size_t i) { return candidates[i]; });
    if (found) plan_ = std::move(candidates[*found]);
    return found.has_value();
  }

  void simplify_options() {
    for (const Change change : kSimplerOptions) {
      Plan candidate = plan_;
      change(candidate);
      take_first({std::move(candidate)});
    }
  }

  void drop_nodes() {
    const Plan all = plan_;
    ddmin(static_cast<std::size_t>(all.options.test.node_count),
          [&](std::size_t count,
              const std::function<Kept(std::size_t)>& candidate) -> std::optional<std::size_t> {
            if (candidate(0).empty()) return std::nullopt;
            const auto make = [&](std::size_t i) {
              return with_nodes(all, candidate(i / 2), i % 2 == 0 ? Orphans::go : Orphans::move);
            };
            const auto found = find(2 * count, make);
            if (!found) return std::nullopt;
            plan_ = make(*found);
            return *found / 2;
          });
  }

  // Where nothing can go, something may with other latencies and crashes.
  bool drop_node_with_luck() {
    const auto count = static_cast<std::size_t>(plan_.options.test.node_count);
    if (count == 1) return false;
    const auto make = [&](std::size_t i) {
      Kept kept;
      for (std::size_t node = 0; node < count; ++node) {
        if (node != i / 2 % count) kept.push_back(node);
      }
      Plan candidate = with_nodes(plan_, kept, i % 2 == 0 ? Orphans::go : Orphans::move);
      candidate.options.test.given_seed = i / (2 * count);
      return candidate;
    };
    const auto found = find(2 * count * kOtherSeeds, make);
    if (found) plan_ = make(*found);
    return found.has_value();
  }

  bool begin_early_with_luck() {
    const std::set<std::int64_t> times = times_of(plan_);
    if (times.empty() || *times.begin() < kNsPerSecond) return false;
    const Plan earlier =
        *retimed(plan_, [&](std::int64_t time_ns) { return time_ns - *times.begin(); });
    std::vector<Plan> candidates(kOtherSeeds, earlier);
    for (std::size_t i = 0; i < kOtherSeeds; ++i) candidates[i].options.test.given_seed = i;
    return take_first(std::move(candidates));
  }

  template <typename Part>
  void drop_from(std::vector<Part> Plan::*parts) {
    const std::vector<Part> all = plan_.*parts;
    const auto with = [&](const Kept& kept) {
      Plan candidate = plan_;
      candidate.*parts = chosen(all, kept);
      return candidate;
    };
    plan_ = with(ddmin(all.size(), [&](std::size_t count, const auto& candidate) {
      return find(count, [&](std::size_t i) { return with(candidate(i)); });
    }));
  }

  void drop_targets(std::size_t number) {
    const Strike all = plan_.strikes[number];
    const auto with = [&](const Kept& kept) {
      Plan candidate = plan_;
      Strike& strike = candidate.strikes[number];
      (cuts(all.fault) ? strike.deaf.clear() : strike.nodes.clear());
      if (cuts(all.fault)) {
        strike.deaf = chosen(all.deaf, kept);
      } else {
        strike.nodes = chosen(all.nodes, kept);
      }
      return candidate;
    };
    const std::size_t count = std::max(all.nodes.size(), all.deaf.size());
    if (count < 2) return;
    plan_ = with(ddmin(count, [&](std::size_t some, const auto& candidate) {
      if (candidate(0).empty()) return std::optional<std::size_t>();
      return find(some, [&](std::size_t i) { return with(candidate(i)); });
    }));
  }

  void shorten_strike(std::size_t number) {
    if (!has_end(plan_.strikes[number].fault)) return;
    for (bool shorter = true; shorter;) {
      const std::int64_t limit_ns = time_limit_ns() - plan_.strikes[number].at_ns;
      const std::int64_t lasts_ns = plan_.strikes[number].for_ns.value_or(limit_ns);
      std::vector<Plan> candidates;
      for (const std::int64_t part : {16, 4, 2}) {
        if (lasts_ns / part < kNsPerMs) continue;
        candidates.push_back(plan_);
        candidates.back().strikes[number].for_ns = lasts_ns / part;
      }
      shorter = take_first(std::move(candidates));
    }
  }

  // Between two things that happen, and before the first.
  void close_gaps() {
    const std::set<std::int64_t> times = times_of(plan_);
    std::int64_t closed_ns = 0;  // so far
    std::int64_t last_ns = 0;
    for (const std::int64_t time_ns : times) {
      if (stopped_) return;
      const std::int64_t begin_ns = time_ns - closed_ns;  // of what comes after the gap, now
      for (const std::int64_t part : {1, 2}) {
        const std::int64_t less_ns = (begin_ns - last_ns - kNsPerMs) / part;
        if (less_ns < kNsPerMs) break;
        const auto candidate = retimed(plan_, [&](std::int64_t each_ns) {
          return each_ns >= begin_ns ? each_ns - less_ns : each_ns;
        });
        if (!candidate || !take_first({*candidate})) continue;
        closed_ns += less_ns;
        break;
      }
      last_ns = time_ns - closed_ns;
    }
  }

  std::int64_t time_limit_ns() const {
    return static_cast<std::int64_t>(plan_.options.test.time_limit_s *
                                     static_cast<double>(kNsPerSecond));
  }

  void shorten_run() {
    const std::set<std::int64_t> times = times_of(plan_);
    const std::int64_t last_ns = times.empty() ? 0 : *times.rbegin();
    const double needed_s =
        std::ceil(static_cast<double>(last_ns + kNsPerMs) / (100.0 * kNsPerMs)) / 10;
    Plan candidate = plan_;
    candidate.options.test.time_limit_s = std::min(candidate.options.test.time_limit_s, needed_s);
    take_first({std::move(candidate)});
    if (!limits_.shorter_recovery) return;
    for (const double recovery_s : {0.0, 0.1, 1.0}) {
      if (recovery_s >= plan_.options.test.recovery_s) break;
      candidate = plan_;
      candidate.options.test.recovery_s = recovery_s;
      if (take_first({std::move(candidate)})) break;
    }
  }

  // For those who read it.
  void round_times() {
    for (const std::int64_t step_ms : {100, 10, 1}) {
      const std::int64_t step_ns = step_ms * kNsPerMs;
      const auto candidate =
          retimed(plan_, [step_ns](std::int64_t time_ns) { return time_ns / step_ns * step_ns; });
      if (candidate && (is_same(*candidate, plan_) || take_first({*candidate}))) return;
    }
  }

  Plan plan_;
  const FirstFailingPlan& first_failing_;
  const ShrinkLimits& limits_;
  std::size_t runs_ = 0;
  bool stopped_ = false;
};

}  // namespace

Shrunk shrink(Plan failing, const FirstFailingPlan& first_failing, const ShrinkLimits& limits) {
  return Shrinker(std::move(failing), first_failing, limits).run();
}

}  // namespace hearsay::sim
