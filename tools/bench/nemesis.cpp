#include "tools/bench/nemesis.h"

#include <iterator>
#include <numeric>
#include <string>
#include <utility>

namespace hearsay::bench {
namespace {

// Jepsen's form: the node, and the nodes it doesn't hear.
nlohmann::json describe(const Grudge& grudge, const Network& network) {
  nlohmann::json deaf = nlohmann::json::object();
  for (std::size_t a = 0; a < grudge.size(); ++a) {
    nlohmann::json unheard = nlohmann::json::array();
    for (std::size_t b = 0; b < grudge.size(); ++b) {
      if (grudge[a][b]) unheard.push_back(network.node_name(b));
    }
    if (!unheard.empty()) deaf[network.node_name(a)] = std::move(unheard);
  }
  return {"isolated", deaf};
}

}  // namespace

Nemesis::Nemesis(EventHeap& heap, Network& network, NodeControl& control, History& history,
                 const NemesisOptions& options, std::uint64_t seed, OnDeed on_deed)
    : heap_(heap),
      network_(network),
      control_(control),
      history_(history),
      options_(options),
      on_deed_(std::move(on_deed)),
      partition_random_(seed, "partition"),
      kill_random_(seed, "kill-worker"),
      partition_stagger_(options.partition_interval_ns, 0, Random(seed, "partition gaps")),
      kill_stagger_(options.kill_interval_ns, 0, Random(seed, "kill-worker gaps")),
      kills_(network.node_count(), 0) {}

void Nemesis::start(std::int64_t now_ns, std::int64_t end_ns) {
  origin_ns_ = now_ns;
  end_ns_ = end_ns;
  if (options_.partition) flip_partition(now_ns);
  if (options_.kill_worker) {
    kill_stagger_.started(now_ns);
    schedule(kill_stagger_, &Nemesis::kill_a_worker);
  }
}

void Nemesis::schedule(Stagger& stagger, void (Nemesis::*deed)(std::int64_t)) {
  if (stagger.next_ns() >= end_ns_) return;
  heap_.at(stagger.next_ns(), [this, deed](std::int64_t now_ns) {
    if (now_ns < end_ns_) (this->*deed)(now_ns);
  });
}

void Nemesis::flip_partition(std::int64_t now_ns) {
  if (std::exchange(partition_is_next_, !partition_is_next_)) {
    start_partition(now_ns);
  } else {
    stop_partition(now_ns);
  }
  partition_stagger_.started(now_ns);
  schedule(partition_stagger_, &Nemesis::flip_partition);
}

void Nemesis::start_partition(std::int64_t now_ns) {
  const auto kind = kPartitionKinds[partition_random_.below(std::size(kPartitionKinds))];
  Grudge grudge = make_grudge(kind, network_.node_count(), partition_random_);
  note(now_ns, "start-partition", name_of(kind));
  note(now_ns, "start-partition", describe(grudge, network_));
  network_.cut(std::move(grudge));
  on_deed_();
}

void Nemesis::stop_partition(std::int64_t now_ns) {
  note(now_ns, "stop-partition", nullptr);
  network_.heal();
  note(now_ns, "stop-partition", "network-healed");
  on_deed_();
}

void Nemesis::heal(std::int64_t now_ns) {
  end_ns_ = now_ns;
  if (options_.partition) stop_partition(now_ns);
}

void Nemesis::kill_a_worker(std::int64_t now_ns) {
  const std::size_t node = kill_random_.below(network_.node_count());
  const auto killed = control_.kill_worker(now_ns, node);
  if (killed) ++kills_[node];
  const nlohmann::json what = killed ? nlohmann::json(*killed) : nlohmann::json("no worker found");
  note(now_ns, "kill-worker", {{network_.node_name(node), what}});
  on_deed_();
  kill_stagger_.started(now_ns);
  schedule(kill_stagger_, &Nemesis::kill_a_worker);
}

void Nemesis::note(std::int64_t now_ns, const char* f, nlohmann::json value) {
  Operation operation;
  operation.type = OperationType::info;
  operation.process = kNemesisProcess;
  operation.time_ns = now_ns - origin_ns_;
  operation.f = f;
  operation.value = std::move(value);
  history_.append(std::move(operation));
}

std::int64_t Nemesis::total_kills() const {
  return std::accumulate(kills_.begin(), kills_.end(), std::int64_t{0});
}

}  // namespace hearsay::bench
