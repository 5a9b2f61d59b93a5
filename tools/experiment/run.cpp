#include "tools/experiment/run.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/base/units.h"

namespace hearsay::bench {

Run::Run(EventHeap& heap, Network& network, Workload& workload, NodeControl& control,
         const RunOptions& options, OnEnd on_end)
    : heap_(heap),
      network_(network),
      workload_(workload),
      options_(options),
      on_end_(std::move(on_end)),
      nemesis_(heap, network, control, history_, options.nemesis, options.seed, *this),
      restarts_(
          heap, network, odd_replies_, setup_requests(workload),
          [this](std::size_t node) { return nemesis_.calm_since_ns(node); },
          [this](std::int64_t now_ns) {
            if (phase_ == Phase::healing) recover(now_ns);
          },
          [this](std::int64_t now_ns, std::size_t node, const std::string& failure) {
            if (phase_ != Phase::over) failed_node_ = node;
            end(now_ns, failure);
          }),
      operations_random_(options.seed, "operations") {}

std::int64_t Run::planned_ns() const {
  return options_.time_limit_ns + (workload_.final_intent() ? options_.recovery_ns : 0);
}

void Run::start(std::int64_t now_ns) {
  ask_all(
      now_ns,
      [this, names = node_ids(network_)](std::size_t node) {
        return init_request(network_.node_name(node), names);
      },
      kInitTimeoutNs, &Run::set_up);
}

// One node after the other, though at the same moment: a simulated node is done with its question
// before the next one is made, so that thousands of large ones don't wait in memory at once.
void Run::ask_all(std::int64_t now_ns, RequestFor request_for, std::int64_t timeout_ns,
                  OnAllAnswered next) {
  unanswered_ = network_.node_count();
  for (std::size_t node = 0; node < network_.node_count(); ++node) {
    setup_clients_.push_back(std::make_unique<Client>(heap_, network_, odd_replies_));
  }
  ask_from(now_ns, 0, std::make_shared<const RequestFor>(std::move(request_for)), timeout_ns, next);
}

void Run::ask_from(std::int64_t now_ns, std::size_t node,
                   std::shared_ptr<const RequestFor> request_for, std::int64_t timeout_ns,
                   OnAllAnswered next) {
  if (phase_ == Phase::over) return;
  const Request request = (*request_for)(node);
  setup_clients_[node]->request(
      now_ns, network_.node_name(node), request, timeout_ns,
      [this, node, type = request.type, next](std::int64_t later_ns, const nlohmann::json& reply) {
        take_answer(later_ns, node, type, reply, next);
      });
  if (node + 1 == network_.node_count()) return;
  heap_.at(now_ns, [this, node, request_for = std::move(request_for), timeout_ns,
                    next](std::int64_t later_ns) {
    ask_from(later_ns, node + 1, request_for, timeout_ns, next);
  });
}

void Run::take_answer(std::int64_t now_ns, std::size_t node, const std::string& asked,
                      const nlohmann::json& reply, OnAllAnswered next) {
  if (phase_ == Phase::over) return;
  const std::string failure = wrong_answer(network_.node_name(node), asked, reply, odd_replies_);
  if (!failure.empty()) {
    failed_node_ = node;
    end(now_ns, failure);
    return;
  }
  if (--unanswered_ > 0) return;
  // From the heap, so that no client dies while it is still speaking.
  heap_.at(now_ns, [this, next](std::int64_t later_ns) {
    setup_clients_.clear();
    (this->*next)(later_ns);
  });
}

void Run::set_up(std::int64_t now_ns) {
  if (!restarts_.setup()) {
    begin_load(now_ns);
    return;
  }
  ask_all(now_ns, restarts_.setup(), kClientTimeoutNs, &Run::begin_load);
}

void Run::begin_load(std::int64_t now_ns) {
  phase_ = Phase::load;
  load_start_ns_ = now_ns;
  load_end_ns_ = now_ns + options_.time_limit_ns;
  pool_.emplace(
      heap_, network_, workload_, history_, odd_replies_, options_.concurrency, now_ns,
      [this](std::int64_t later_ns, std::size_t thread) { thread_freed(later_ns, thread); });
  nemesis_.start(now_ns, load_end_ns_);
  if (options_.operations) {
    plan_operations(now_ns);
  } else if (options_.rate_hz > 0) {
    stagger_.emplace(mean_gap_ns(options_.rate_hz), now_ns, Random(options_.seed, "gaps"));
    issue(now_ns);
  }
  heap_.at(load_end_ns_, [this](std::int64_t later_ns) { end_load(later_ns); });
}

// Starts the operation that is due. Afterwards the next one waits in the heap, or, when all threads
// are busy, for the next thread to become free.
void Run::issue(std::int64_t now_ns) {
  while (phase_ == Phase::load && now_ns < load_end_ns_) {
    if (stagger_->next_ns() > now_ns) {
      if (std::exchange(alarm_set_, true)) return;
      heap_.at(stagger_->next_ns(), [this](std::int64_t later_ns) {
        alarm_set_ = false;
        issue(later_ns);
      });
      return;
    }
    auto choice = workload_.choose(now_ns, *pool_, operations_random_);
    if (!choice) return;
    // If we are late ourselves, that is the delay.
    stagger_->started(std::max(now_ns, stagger_->next_ns() + options_.dispatch_delay_ns));
    pool_->invoke(now_ns, choice->thread, std::move(choice->intent), false);
  }
}

void Run::plan_operations(std::int64_t now_ns) {
  for (const PlannedOperation& operation : *options_.operations) {
    heap_.at(now_ns + operation.time_ns, [this, &operation](std::int64_t later_ns) {
      due_.push_back(&operation);
      issue_planned(later_ns);
    });
  }
}

void Run::issue_planned(std::int64_t now_ns) {
  for (auto next = due_.begin(); phase_ == Phase::load && next != due_.end();) {
    const PlannedOperation& operation = **next;
    if (!pool_->is_free(operation.thread)) {
      ++next;
      continue;
    }
    next = due_.erase(next);
    pool_->invoke(now_ns, operation.thread, operation.intent, false);
  }
}

void Run::thread_freed(std::int64_t now_ns, std::size_t thread) {
  issue_planned(now_ns);
  // Nobody who could run the operation was free when it came due.
  if (phase_ == Phase::load && stagger_ && stagger_->next_ns() <= now_ns) issue(now_ns);
  if (phase_ == Phase::final_operations) {
    ++final_done_[thread];
    go_on_finally(now_ns, thread);
  } else if (phase_ == Phase::draining && pool_->all_free()) {
    heap_.at(now_ns, [this](std::int64_t later_ns) { heal(later_ns); });
  }
}

void Run::end_load(std::int64_t now_ns) {
  if (phase_ != Phase::load) return;  // failed meanwhile
  phase_ = Phase::draining;
  if (pool_->all_free()) heal(now_ns);
}

void Run::heal(std::int64_t now_ns) {
  if (phase_ != Phase::draining) return;
  if (!workload_.final_intent()) {
    end(now_ns, "");
    return;
  }
  phase_ = Phase::healing;
  nemesis_.heal(now_ns);
  if (restarts_.all_are_back()) recover(now_ns);
}

void Run::recover(std::int64_t now_ns) {
  phase_ = Phase::recovery;
  heap_.at(now_ns + options_.recovery_ns, [this](std::int64_t later_ns) { begin_final(later_ns); });
}

void Run::begin_final(std::int64_t now_ns) {
  if (phase_ != Phase::recovery) return;
  phase_ = Phase::final_operations;
  final_threads_ = pool_->concurrency();
  final_done_.assign(final_threads_, 0);
  // Whose read is the last one decides which values count as lost; Jepsen draws that too.
  std::vector<std::size_t> order(final_threads_);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(options_.seed, "final order").shuffle(order);
  for (const std::size_t thread : order) go_on_finally(now_ns, thread);
}

void Run::go_on_finally(std::int64_t now_ns, std::size_t thread) {
  auto next = workload_.next_final(now_ns, thread, final_done_[thread], operations_random_);
  if (!next) {
    if (--final_threads_ > 0) return;
    heap_.at(now_ns + options_.linger_ns, [this](std::int64_t later_ns) { end(later_ns, ""); });
    return;
  }
  if (next->due_ns <= now_ns) {
    pool_->invoke(now_ns, thread, std::move(next->intent), true);
    return;
  }
  heap_.at(next->due_ns, [this, thread, intent = std::move(next->intent)](std::int64_t later_ns) {
    if (phase_ == Phase::final_operations) pool_->invoke(later_ns, thread, intent, true);
  });
}

void Run::end(std::int64_t now_ns, const std::string& failure) {
  if (std::exchange(phase_, Phase::over) != Phase::over) on_end_(now_ns, failure);
}

void Run::deed_done() {
  if (pool_) pool_->pass_turn();
}

void Run::node_killed(std::int64_t /*now_ns*/, std::size_t node) {
  restarts_.node_killed(node);
}

void Run::node_started(std::int64_t now_ns, std::size_t node) {
  restarts_.node_started(now_ns, node);
}

}  // namespace hearsay::bench
