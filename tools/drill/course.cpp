#include "tools/drill/course.h"

#include <algorithm>
#include <utility>

#include "common/base/units.h"

namespace hearsay::drill {
namespace {

// A cluster is at rest when its nodes have sent each other nothing for so long; some never are.
constexpr std::int64_t kRestNs = 500 * kNsPerMs;
constexpr std::int64_t kLongestSettlingNs = 10 * kNsPerSecond;
constexpr std::int64_t kLookEveryNs = kNsPerMs;
// After this, nobody waits for an answer any more.
constexpr std::int64_t kLongestDrainNs = 2 * bench::kClientTimeoutNs;

}  // namespace

Course::Course(bench::EventHeap& heap, bench::Network& network, bench::Workload& workload,
               bench::NodeControl& control, const DrillOptions& options, Events events)
    : heap_(heap),
      network_(network),
      workload_(workload),
      options_(options),
      events_(std::move(events)),
      striker_(heap, network, control, options, strikes_, *this),
      restarts_(
          heap, network, odd_replies_, setup_requests(workload),
          [this](std::size_t node) { return striker_.calm_since_ns(node); },
          [this](std::int64_t now_ns) {
            if (phase_ == Phase::starting) fill(now_ns);
          },
          [this](std::int64_t now_ns, std::size_t node, const std::string& failure) {
            end(now_ns, failure, node);
          }),
      random_(options.test.seed, "operations"),
      acknowledged_(network.node_count()) {}

std::size_t Course::node_of(std::int64_t process) const {
  const std::size_t thread = static_cast<std::size_t>(process) % options_.test.thread_count;
  return thread % network_.node_count();
}

void Course::start(std::int64_t now_ns) {
  origin_ns_ = now_ns;
  pool_.emplace(heap_, network_, workload_, history_, odd_replies_, options_.test.thread_count,
                now_ns, [this](std::int64_t later_ns, std::size_t) { thread_freed(later_ns); });
  for (std::size_t node = 0; node < network_.node_count(); ++node) {
    restarts_.node_started(now_ns, node);
    probes_.push_back(std::make_unique<Probe>(
        heap_, network_, odd_replies_, node, [this](std::size_t of) { return probe_body(of); },
        strikes_, probe_counts_));
  }
}

// Each client does one operation at least, so that each node has something to be asked for.
void Course::fill(std::int64_t now_ns) {
  phase_ = Phase::filling;
  const auto threads = static_cast<std::int64_t>(pool_->concurrency());
  to_fill_ = std::max(options_.values, threads) - threads;
  for (std::size_t thread = 0; thread < pool_->concurrency(); ++thread) {
    pool_->invoke(now_ns, thread, next_write(), false);
  }
}

// The load has no reads: what a large one costs would be what the outages show.
bench::Intent Course::next_write() {
  bench::Intent intent = workload_.next(random_);
  while (intent.f == "read") intent = workload_.next(random_);
  return intent;
}

void Course::settle(std::int64_t now_ns, std::int64_t messages, std::int64_t until_ns) {
  const std::int64_t sent = network_.server_messages().sent;
  if (sent == messages || now_ns >= until_ns) {
    begin_strikes(now_ns);
    return;
  }
  heap_.at(now_ns + kRestNs,
           [this, sent, until_ns](std::int64_t later_ns) { settle(later_ns, sent, until_ns); });
}

void Course::begin_strikes(std::int64_t now_ns) {
  if (phase_ != Phase::settling) return;
  events_.before_strikes(now_ns);
  phase_ = Phase::striking;
  strikes_begin_ns_ = now_ns;
  for (const auto& probe : probes_) probe->start(now_ns);
  striker_.start(now_ns);
  if (options_.test.rate_hz <= 0) return;
  stagger_.emplace(bench::mean_gap_ns(options_.test.rate_hz), now_ns,
                   bench::Random(options_.test.seed, "gaps"));
  issue(now_ns);
}

// Starts the operations that are due. The next one waits in the heap, or for a free client.
void Course::issue(std::int64_t now_ns) {
  while (phase_ == Phase::striking && stagger_) {
    if (stagger_->next_ns() > now_ns) {
      if (std::exchange(alarm_set_, true)) return;
      heap_.at(stagger_->next_ns(), [this](std::int64_t later_ns) {
        alarm_set_ = false;
        issue(later_ns);
      });
      return;
    }
    const auto thread = pool_->next_free();
    if (!thread) return;
    stagger_->started(now_ns);
    pool_->invoke(now_ns, *thread, next_write(), false);
  }
}

void Course::thread_freed(std::int64_t now_ns) {
  learn_acknowledged();
  if (phase_ == Phase::filling) {
    if (to_fill_ > 0) {
      --to_fill_;
      pool_->invoke(now_ns, *pool_->next_free(), next_write(), false);
    } else if (pool_->all_free()) {
      phase_ = Phase::settling;
      settle(now_ns, -1, now_ns + kLongestSettlingNs);
    }
  } else if (phase_ == Phase::striking) {
    issue(now_ns);
  } else if (phase_ == Phase::reading && pool_->all_free()) {
    heap_.at(now_ns, [this](std::int64_t later_ns) { end(later_ns, "", std::nullopt); });
  }
}

void Course::learn_acknowledged() {
  const bench::Operation& last = history_.operations().back();
  if (last.type != bench::OperationType::ok || last.f != "broadcast") return;
  acknowledged_[node_of(last.process)] = last.value;
}

nlohmann::json Course::probe_body(std::size_t node) const {
  if (workload_.name() == "echo") return {{"type", "echo"}, {"echo", "Are you there?"}};
  if (workload_.name() == "unique-ids") return {{"type", "generate"}};
  return {{"type", "broadcast"}, {"message", acknowledged_[node]}};
}

void Course::drain(std::int64_t now_ns, std::int64_t until_ns) {
  if (phase_ != Phase::draining) return;
  const bool calm = restarts_.all_are_back() && pool_->all_free() &&
                    std::all_of(probes_.begin(), probes_.end(),
                                [](const auto& probe) { return probe->saw_all_outages(); });
  if (calm || now_ns >= until_ns) {
    recover(now_ns);
    return;
  }
  heap_.at(now_ns + kLookEveryNs,
           [this, until_ns](std::int64_t later_ns) { drain(later_ns, until_ns); });
}

void Course::recover(std::int64_t now_ns) {
  phase_ = Phase::recovery;
  for (const auto& probe : probes_) probe->stop();
  const auto recovery_ns = static_cast<std::int64_t>(options_.test.recovery_s * 1e9);
  heap_.at(now_ns + (workload_.final_intent() ? recovery_ns : kRestNs),
           [this](std::int64_t later_ns) { read_finally(later_ns); });
}

// By one client of each node: a client more would read the same.
void Course::read_finally(std::int64_t now_ns) {
  if (phase_ != Phase::recovery) return;
  phase_ = Phase::reading;
  if (!workload_.final_intent() || !pool_->all_free()) {
    end(now_ns, "", std::nullopt);
    return;
  }
  for (std::size_t node = 0; node < network_.node_count(); ++node) {
    pool_->invoke(now_ns, node, *workload_.final_intent(), true);
  }
}

void Course::end(std::int64_t now_ns, const std::string& failure, std::optional<std::size_t> node) {
  if (std::exchange(phase_, Phase::over) != Phase::over) events_.over(now_ns, failure, node);
}

void Course::struck(std::int64_t now_ns) {
  probes_[strikes_.back().node]->struck(now_ns, strikes_.size() - 1);
}

void Course::node_killed(std::size_t node) {
  restarts_.node_killed(node);
}

void Course::node_started(std::int64_t now_ns, std::size_t node) {
  restarts_.node_started(now_ns, node);
  probes_[node]->node_started(now_ns);
}

void Course::strikes_done(std::int64_t now_ns) {
  if (phase_ != Phase::striking) return;
  phase_ = Phase::draining;
  striker_.heal(now_ns);
  drain(now_ns, now_ns + kLongestDrainNs);
}

}  // namespace hearsay::drill
