#include "tools/sim/cluster.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "common/base/check.h"
#include "common/base/units.h"
#include "common/protocol/link.h"
#include "common/protocol/shared_part.h"
#include "common/recording/file.h"
#include "tools/experiment/network/node_output.h"

namespace hearsay::sim {

using protocol::OutputKind;

namespace {

// From a worker's death to its successor's first step (supervisor/README.md, worker/README.md).
constexpr std::int64_t kShortestRestartNs = 2 * kNsPerMs;
constexpr std::int64_t kLongestRestartNs = 8 * kNsPerMs;

}  // namespace

Cluster::Cluster(bench::EventHeap& heap, ClusterOptions options, std::uint64_t seed, EventLog* log)
    : heap_(heap),
      options_(std::move(options)),
      seed_(seed),
      log_(log),
      key_random_(seed, "node keys"),
      skew_random_(seed, "clock skew"),
      crash_random_(seed, "crashes"),
      compact_random_(seed, "compaction") {}

void Cluster::start(std::int64_t now_ns, bench::Network& network) {
  network_ = &network;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < network.node_count(); ++i) names.push_back(network.node_name(i));
  names_ = core::Roster(names);
  slots_.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (options_.care.chaos_kill_ms > 0) {
      chaos_.emplace_back(seed_ ^ options_.care.chaos_seed, "chaos " + names[i]);
    }
    bring_up(now_ns, i);
  }
}

void Cluster::bring_up(std::int64_t now_ns, std::size_t node) {
  SimNode::Setting setting;
  setting.services = options_.services;
  setting.key = {key_random_.below(~std::uint64_t{0}), key_random_.below(~std::uint64_t{0})};
  const double skew = (2 * skew_random_.unit() - 1) * static_cast<double>(options_.max_skew_ns);
  setting.skew_ns = static_cast<std::int64_t>(skew);
  setting.keep_journal = options_.keep_journals;
  setting.nodes = names_;
  setting.record.node = network_->node_name(node);
  setting.record.skew_ns = setting.skew_ns;
  if (!options_.record_folder.empty()) {
    setting.record.path = recording::path_in(options_.record_folder, setting.record.node);
  }
  slots_[node].node = std::make_unique<SimNode>(std::move(setting), desk_);
  slots_[node].node->start_worker(now_ns);
  worker_up(now_ns, node);
  if (options_.care.chaos_kill_ms > 0) plan_chaos(now_ns, node);
}

void Cluster::plan_chaos(std::int64_t now_ns, std::size_t node) {
  const auto mean_ns = static_cast<double>(options_.care.chaos_kill_ms * kNsPerMs);
  const double gap_ns = -mean_ns * std::log1p(-chaos_[node].unit());
  heap_.at(now_ns + static_cast<std::int64_t>(gap_ns),
           [this, node, life = slots_[node].life](std::int64_t later_ns) {
             if (slots_[node].life != life) return;
             if (!slots_[node].paused_since_ns) kill_worker(later_ns, node);
             plan_chaos(later_ns, node);
           });
}

bool Cluster::deliver(std::int64_t now_ns, std::size_t node, std::string_view line) {
  Slot& slot = slots_[node];
  if (!slot.node) return true;
  if (slot.paused_since_ns) {
    slot.pipe.emplace_back(line);
    return true;
  }
  const std::string wrong = slot.node->take_delivered(now_ns, line);
  HEARSAY_CHECK(wrong.empty(), "the network delivers messages only");
  if (log_ != nullptr) {
    const auto body = std::get<protocol::ParsedLine>(parser_.parse(line));
    log_->message(now_ns, node, '<', body.message.src, body.message.dest, body.body);
  }
  schedule(now_ns, node);
  return true;
}

bool Cluster::may_step(const Slot& slot) {
  return slot.node && slot.node->has_worker() && slot.node->has_input() && !slot.worker_paused &&
         !slot.paused_since_ns;
}

void Cluster::schedule(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  watch_for_hang(now_ns, node);
  if (slot.scheduled || !may_step(slot)) return;
  slot.scheduled = true;
  heap_.at(now_ns, [this, node](std::int64_t later_ns) { run(later_ns, node); });
}

void Cluster::run(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  slot.scheduled = false;
  while (may_step(slot)) {
    if (slot.doomed) {
      crash(now_ns, node, true, "its worker is killed in the middle of a step");
      return;
    }
    carry_out(now_ns, node, slot.node->step());
    if (!slot.node->repeats_well()) {
      broken_recoveries_.push_back(network_->node_name(node) +
                                   ": a step that a crash had cut off answered otherwise when it "
                                   "was run again");
    }
    if (options_.compact_probability > 0 && compact_random_.unit() < options_.compact_probability) {
      note_fault(now_ns, node, 'C', "compacts its journal");
      if (!slot.node->compact()) {
        broken_recoveries_.push_back(
            network_->node_name(node) +
            ": a worker made from the snapshot of another is not the same");
      }
    }
  }
}

void Cluster::crash(std::int64_t now_ns, std::size_t node, bool in_step, std::string_view cause) {
  Slot& slot = slots_[node];
  slot.doomed = false;
  slot.worker_paused = false;
  slot.node->crash(in_step);
  ++worker_deaths_;
  if (outages_.size() < bench::kMostOutagesKept) {
    slot.outage = outages_.size();
    outages_.push_back({node, now_ns, std::nullopt, std::string(cause)});
  }
  show_state(node);
  note_fault(now_ns, node, '!', std::string(cause));
  slot.node->start_worker(now_ns);
  const std::int64_t start_ns =
      kShortestRestartNs + static_cast<std::int64_t>(crash_random_.below(
                               static_cast<std::uint64_t>(kLongestRestartNs - kShortestRestartNs)));
  heap_.at(now_ns + start_ns, [this, node, life = slot.life](std::int64_t later_ns) {
    if (slots_[node].life == life) worker_up(later_ns, node);
  });
}

void Cluster::worker_up(std::int64_t now_ns, std::size_t node) {
  if (slots_[node].outage) outages_[*slots_[node].outage].end_ns = now_ns;
  slots_[node].outage.reset();
  SimNode& sim = *slots_[node].node;
  if (!sim.worker_up()) {
    broken_recoveries_.push_back(
        fmt::format("{}: worker {} is not what worker {} was at its last commit",
                    network_->node_name(node), sim.generation(), sim.generation() - 1));
  }
  show_state(node);
  if (sim.generation() > 1) {
    note_fault(now_ns, node, '+',
               fmt::format("worker {} takes over, {} inputs wait", sim.generation(),
                           sim.waiting_inputs()));
  }
  schedule(now_ns, node);
}

void Cluster::carry_out(std::int64_t now_ns, std::size_t node, std::string_view outputs) {
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    std::string_view payload = record->payload;
    if (record->kind == static_cast<std::uint16_t>(OutputKind::wake)) {
      arm_timer(now_ns, node, take<protocol::WakeRequest>(payload));
    } else {
      take_line_record(now_ns, node, *record);
    }
  }
}

void Cluster::arm_timer(std::int64_t now_ns, std::size_t node, protocol::WakeRequest wake) {
  Slot& slot = slots_[node];
  heap_.at(std::max(now_ns, slot.node->global_ns(wake.at_ns)),
           [this, node, token = wake.token, life = slot.life](std::int64_t later_ns) {
             Slot& later = slots_[node];
             if (later.life != life) return;
             if (later.paused_since_ns) {
               later.due_timers.push_back(token);
               return;
             }
             later.node->fire_timer(later_ns, token);
             schedule(later_ns, node);
           });
}

void Cluster::take_line_record(std::int64_t now_ns, std::size_t node, const Record& record) {
  Slot& slot = slots_[node];
  std::string_view text = record.payload;
  const auto header = take<protocol::LineHeader>(text);
  const bool first = (record.flags & protocol::kFirstPart) != 0;
  const bool last = (record.flags & protocol::kLastPart) != 0;
  if (first && last) {
    const bool to_client = (record.flags & protocol::kToClient) != 0;
    const std::int64_t age_ns = slot.node->local_ns(now_ns) - header.taken_ns;
    if (to_client && age_ns > options_.care.reply_deadline_ms * kNsPerMs) return;
    send_line(now_ns, node, text);
    return;
  }
  protocol::append_part(slot.line, record, slot.node->shelf());
  if (last) {
    const std::string whole = std::exchange(slot.line, {});
    const std::int64_t age_ns = slot.node->local_ns(now_ns) - header.taken_ns;
    const bool to_client = (record.flags & protocol::kToClient) != 0;
    if (to_client && age_ns > options_.care.reply_deadline_ms * kNsPerMs) return;
    send_line(now_ns, node, whole);
  }
}

void Cluster::send_line(std::int64_t now_ns, std::size_t node, std::string_view line) {
  if (slots_[node].silenced) return;
  line.remove_suffix(1);
  const std::string& name = network_->node_name(node);
  const auto parsed = output_parser_.parse(line);
  bool good = false;
  if (const auto* envelope = std::get_if<bench::Envelope>(&parsed)) {
    if (log_ != nullptr) {
      log_->message(now_ns, node, '>', envelope->src, envelope->dest, envelope->body);
    }
    auto refusal =
        network_->send(now_ns, envelope->src, envelope->dest, envelope->body, envelope->type);
    good = !refusal;
    if (refusal) findings_.add_refusal(now_ns, name, std::move(*refusal), envelope->dest, line);
  } else {
    findings_.add_bad_line(now_ns, name, std::get<std::string>(parsed), line);
  }
  if (!good && options_.strict) slots_[node].silenced = true;
}

void Cluster::note_fault(std::int64_t now_ns, std::size_t node, char mark, std::string text) {
  if (log_ == nullptr) return;
  log_->event(now_ns, node, mark, network_->node_name(node) + ": " + std::move(text));
}

void Cluster::show_state(std::size_t node) {
  if (log_ == nullptr) return;
  const Slot& slot = slots_[node];
  log_->set_state(node, !slot.node                 ? NodeState::dead
                        : slot.paused_since_ns     ? NodeState::paused
                        : !slot.node->has_worker() ? NodeState::no_worker
                        : slot.worker_paused       ? NodeState::paused_worker
                                                   : NodeState::up);
}

std::vector<std::string> Cluster::recording_problems() const {
  std::vector<std::string> problems = old_recording_problems_;
  for (const Slot& slot : slots_) {
    std::string problem = slot.node ? slot.node->recording_problem() : "";
    if (!problem.empty()) problems.push_back(std::move(problem));
  }
  return problems;
}

void Cluster::check_journals(std::int64_t now_ns) {
  if (!options_.keep_journals) return;
  log_ = nullptr;  // this is no fault
  for (std::size_t node = 0; node < slots_.size(); ++node) {
    SimNode* sim = slots_[node].node.get();
    if (sim == nullptr || !sim->has_worker()) continue;
    sim->crash(false);
    sim->start_worker(now_ns);
    worker_up(now_ns, node);
  }
}

}  // namespace hearsay::sim
