// What nemeses do to simulated nodes.
#include <fmt/core.h>

#include <utility>

#include "common/base/units.h"
#include "tools/sim/cluster.h"

namespace hearsay::sim {
namespace {

// How much later than the limit the supervisor may notice a hang: it looks so often.
constexpr std::int64_t kHangLookNs = 100 * kNsPerMs;

}  // namespace

// A stopped supervisor notices nothing: then the worker's death comes to light when it goes on.
std::optional<std::int64_t> Cluster::kill_worker(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || !slot.node->has_worker() || slot.doomed) return std::nullopt;
  const auto hit = static_cast<std::int64_t>(slot.node->generation());
  const bool in_step = crash_random_.below(2) == 0;
  if (slot.paused_since_ns || (in_step && !slot.worker_paused)) {
    slot.doomed = true;
  } else {
    crash(now_ns, node, false, "its worker is killed between two commits");
  }
  return hit;
}

std::optional<std::int64_t> Cluster::pause_worker(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || !slot.node->has_worker()) return std::nullopt;
  slot.worker_paused = true;
  show_state(node);
  note_fault(now_ns, node, '!', "its worker is paused");
  watch_for_hang(now_ns, node);
  return static_cast<std::int64_t>(slot.node->generation());
}

void Cluster::resume_worker(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || !std::exchange(slot.worker_paused, false)) return;
  show_state(node);
  note_fault(now_ns, node, '+', "its worker goes on");
  schedule(now_ns, node);
}

// A worker that has input and commits nothing is replaced after the limit.
void Cluster::watch_for_hang(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || !slot.worker_paused || !slot.node->has_input()) return;
  if (std::exchange(slot.hang_alarm, true)) return;
  heap_.at(now_ns + options_.care.hang_limit_ms * kNsPerMs + kHangLookNs,
           [this, node, life = slot.life, generation = slot.node->generation(),
            consumed = slot.node->inputs_consumed()](std::int64_t later_ns) {
             slots_[node].hang_alarm = false;
             if (slots_[node].life == life) look_for_hang(later_ns, node, generation, consumed);
           });
}

void Cluster::look_for_hang(std::int64_t now_ns, std::size_t node, std::uint64_t generation,
                            std::uint64_t consumed) {
  const Slot& slot = slots_[node];
  const bool stuck = slot.worker_paused && slot.node->generation() == generation &&
                     slot.node->inputs_consumed() == consumed;
  if (stuck && !slot.paused_since_ns) {
    crash(now_ns, node, false, "its worker hangs and is replaced");
  } else {
    watch_for_hang(now_ns, node);
  }
}

void Cluster::kill_node(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node) return;
  std::string problem = slot.node->recording_problem();
  if (!problem.empty()) old_recording_problems_.push_back(std::move(problem));
  Slot dead;
  dead.life = slot.life + 1;
  dead.scheduled = slot.scheduled;
  dead.hang_alarm = slot.hang_alarm;
  slot = std::move(dead);
  show_state(node);
  note_fault(now_ns, node, '!', "killed, with all that it held");
}

void Cluster::start_node(std::int64_t now_ns, std::size_t node) {
  if (slots_[node].node) return;
  bring_up(now_ns, node);
  note_fault(now_ns, node, '+', "started from nothing");
}

void Cluster::pause_node(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || slot.paused_since_ns) return;
  slot.paused_since_ns = now_ns;
  show_state(node);
  note_fault(now_ns, node, '!', "paused");
}

// What came meanwhile may be as old as the pause is long.
void Cluster::resume_node(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (!slot.node || !slot.paused_since_ns) return;
  const std::int64_t since_ns = *std::exchange(slot.paused_since_ns, std::nullopt);
  show_state(node);
  note_fault(now_ns, node, '+',
             fmt::format("goes on, {} lines and {} timers wait", slot.pipe.size(),
                         slot.due_timers.size()));
  // SIGCONT reaches the whole group, the worker included.
  slot.worker_paused = false;
  for (const std::string& line : std::exchange(slot.pipe, {})) {
    slot.node->take_line(since_ns, line);
  }
  for (const std::uint64_t token : std::exchange(slot.due_timers, {})) {
    slot.node->fire_timer(now_ns, token);
  }
  schedule(now_ns, node);
}

}  // namespace hearsay::sim
