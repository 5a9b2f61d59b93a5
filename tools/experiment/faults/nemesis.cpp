#include "tools/experiment/faults/nemesis.h"

#include <algorithm>
#include <utility>

namespace hearsay::bench {

Nemesis::Nemesis(EventHeap& heap, Network& network, NodeControl& control, History& history,
                 NemesisOptions options, std::uint64_t seed, NemesisListener& listener)
    : heap_(heap),
      network_(network),
      control_(control),
      history_(history),
      options_(std::move(options)),
      seed_(seed),
      listener_(listener),
      resumed_ns_(network.node_count(), 0),
      worker_kills_(network.node_count(), 0),
      node_kills_(network.node_count(), 0) {
  for (std::size_t node = 0; node < network.node_count(); ++node) {
    names_.push_back(network.node_name(node));
  }
  for (const auto& [fault, interval_ns] : options_.interval_ns) {
    if (is_on_the_wire(fault)) network_.turn(fault, false);
  }
}

void Nemesis::start(std::int64_t now_ns, std::int64_t end_ns) {
  origin_ns_ = now_ns;
  end_ns_ = end_ns;
  if (options_.planned) {
    for (const Deed& deed : *options_.planned) {
      if (deed.time_ns >= end_ns - now_ns) continue;
      if (deed.time_ns == 0) {
        do_deed(now_ns, deed);
        continue;
      }
      heap_.at(now_ns + deed.time_ns,
               [this, &deed](std::int64_t later_ns) { do_deed(later_ns, deed); });
    }
    return;
  }
  for (const auto& [fault, interval_ns] : options_.interval_ns) {
    const auto added =
        deeds_.emplace(fault, Deeds(fault, interval_ns, network_.node_count(), seed_)).first;
    if (added->second.next().time_ns == 0) {
      do_next(now_ns, fault);
    } else {
      schedule(fault);
    }
  }
}

void Nemesis::schedule(Fault fault) {
  const std::int64_t due_ns = origin_ns_ + deeds_.at(fault).next().time_ns;
  if (due_ns >= end_ns_) return;
  heap_.at(due_ns, [this, fault](std::int64_t now_ns) { do_next(now_ns, fault); });
}

void Nemesis::do_next(std::int64_t now_ns, Fault fault) {
  Deeds& deeds = deeds_.at(fault);
  do_deed(now_ns, deeds.next());
  deeds.advance();
  schedule(fault);
}

void Nemesis::do_deed(std::int64_t now_ns, const Deed& deed) {
  schedule_.push_back(to_json(deed, names_));
  if (deed.begins) {
    begin(now_ns, deed);
  } else {
    end(now_ns, deed.fault);
  }
}

void Nemesis::heal(std::int64_t now_ns) {
  for (const auto& [fault, interval_ns] : options_.interval_ns) {
    if (!word_for_end(fault).empty()) end(now_ns, fault);
  }
}

void Nemesis::begin(std::int64_t now_ns, const Deed& deed) {
  const std::string_view word = word_for_begin(deed.fault);
  const bool of_worker = deed.fault == Fault::kill_worker || deed.fault == Fault::pause_worker;
  if (!of_worker) ++strikes_[index_of(deed.fault)];
  if (!word_for_end(deed.fault).empty()) {
    note(now_ns, word, deed.kind.empty() ? nlohmann::json() : nlohmann::json(deed.kind));
    active_[deed.fault] = deed.nodes;
  }
  note(now_ns, word, do_begin(now_ns, deed));
  listener_.deed_done();
}

void Nemesis::end(std::int64_t now_ns, Fault fault) {
  const std::string_view word = word_for_end(fault);
  note(now_ns, word, nullptr);
  const auto active = active_.extract(fault);
  note(now_ns, word, do_end(now_ns, fault, active ? active.mapped() : std::vector<std::size_t>()));
  listener_.deed_done();
}

// Returns what was done, in the history's words.
nlohmann::json Nemesis::do_begin(std::int64_t now_ns, const Deed& deed) {
  if (is_on_the_wire(deed.fault)) {
    network_.turn(deed.fault, true);
    return "on";
  }
  if (!deed.grudge.empty()) {
    network_.cut(deed.fault, deed.grudge);
    return {"isolated", to_json(deed.grudge, names_)};
  }
  nlohmann::json done = nlohmann::json::object();
  for (const std::size_t node : deed.nodes) {
    if (deed.fault == Fault::kill_worker || deed.fault == Fault::pause_worker) {
      const auto worker = hit_worker(now_ns, deed.fault, node);
      done[names_[node]] = worker ? nlohmann::json(*worker) : nlohmann::json(kNoWorker);
    } else {
      begin_at_node(now_ns, deed.fault, node);
      done[names_[node]] = deed.fault == Fault::kill ? "killed" : "paused";
    }
  }
  return done;
}

nlohmann::json Nemesis::do_end(std::int64_t now_ns, Fault fault,
                               const std::vector<std::size_t>& nodes) {
  if (is_on_the_wire(fault)) {
    network_.turn(fault, false);
    return "off";
  }
  if (fault == Fault::partition || fault == Fault::one_way) {
    network_.heal(fault);
    return "network-healed";
  }
  nlohmann::json done = nlohmann::json::object();
  for (const std::size_t node : nodes) {
    end_at_node(now_ns, fault, node);
    done[names_[node]] = fault == Fault::kill ? "started" : "resumed";
  }
  return done;
}

std::optional<std::int64_t> Nemesis::hit_worker(std::int64_t now_ns, Fault fault,
                                                std::size_t node) {
  const bool kills = fault == Fault::kill_worker;
  const auto hit = kills ? control_.kill_worker(now_ns, node) : control_.pause_worker(now_ns, node);
  if (!hit) return hit;
  ++strikes_[index_of(fault)];
  if (kills) ++worker_kills_[node];
  return hit;
}

void Nemesis::begin_at_node(std::int64_t now_ns, Fault fault, std::size_t node) {
  if (fault == Fault::pause) {
    control_.pause_node(now_ns, node);
    return;
  }
  ++node_kills_[node];
  network_.take_down(now_ns, node);
  control_.kill_node(now_ns, node);
  listener_.node_killed(now_ns, node);
}

void Nemesis::end_at_node(std::int64_t now_ns, Fault fault, std::size_t node) {
  if (fault == Fault::kill) {
    control_.start_node(now_ns, node);
    network_.bring_up(node);
    listener_.node_started(now_ns, node);
    return;
  }
  if (fault == Fault::pause) {
    control_.resume_node(now_ns, node);
  } else {
    control_.resume_worker(now_ns, node);
  }
  resumed_ns_[node] = now_ns;
}

std::optional<std::int64_t> Nemesis::calm_since_ns(std::size_t node) const {
  for (const Fault fault : {Fault::pause, Fault::pause_worker}) {
    const auto active = active_.find(fault);
    if (active == active_.end()) continue;
    if (std::binary_search(active->second.begin(), active->second.end(), node)) return std::nullopt;
  }
  return resumed_ns_[node];
}

void Nemesis::note(std::int64_t now_ns, std::string_view f, nlohmann::json value) {
  Operation operation;
  operation.type = OperationType::info;
  operation.process = kNemesisProcess;
  operation.time_ns = now_ns - origin_ns_;
  operation.f = f;
  operation.value = std::move(value);
  history_.append(std::move(operation));
}

}  // namespace hearsay::bench
