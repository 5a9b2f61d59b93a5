#include "tools/processes/node_faults.h"

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

#include "tools/processes/process_table.h"

namespace hearsay::bench {
namespace {

std::optional<pid_t> find_worker(const NodeProcess& node) {
  const std::vector<pid_t> children = running_children(node.pid());
  return children.empty() ? std::nullopt : std::optional(children.front());
}

bool has_worker(const NodeProcess& node, pid_t worker) {
  const std::vector<pid_t> children = running_children(node.pid());
  return std::find(children.begin(), children.end(), worker) != children.end();
}

// All that came from the node, also what has left its group: a wrapper may give the node proper a
// session of its own. Twice does no harm.
void signal_family(const NodeProcess& node, int number) {
  const std::vector<pid_t> family = descendants(node.pid());
  node.signal_group(number);
  for (const pid_t pid : family) ::kill(pid, number);
}

}  // namespace

void kill_with_family(const NodeProcess& node) {
  signal_family(node, SIGKILL);
  node.kill();
}

std::optional<pid_t> NodeFaults::kill_worker(const NodeProcess& node) {
  const auto worker = find_worker(node);
  // A process that is being killed may still be seen for a while.
  if (!worker || worker == killed_worker_) return std::nullopt;
  if (::kill(*worker, SIGKILL) != 0) return std::nullopt;
  killed_worker_ = worker;
  return worker;
}

std::optional<pid_t> NodeFaults::pause_worker(const NodeProcess& node) {
  const auto worker = find_worker(node);
  if (!worker || ::kill(*worker, SIGSTOP) != 0) return std::nullopt;
  paused_worker_ = worker;
  return worker;
}

void NodeFaults::resume_worker(const NodeProcess& node) {
  const auto worker = std::exchange(paused_worker_, std::nullopt);
  if (worker && !paused_ && has_worker(node, *worker)) ::kill(*worker, SIGCONT);
}

void NodeFaults::pause(const NodeProcess& node) {
  if (std::exchange(paused_, true)) return;
  signal_family(node, SIGSTOP);
}

void NodeFaults::resume(const NodeProcess& node) {
  if (!std::exchange(paused_, false)) return;
  signal_family(node, SIGCONT);
  if (paused_worker_ && has_worker(node, *paused_worker_)) ::kill(*paused_worker_, SIGSTOP);
}

}  // namespace hearsay::bench
