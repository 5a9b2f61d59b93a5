#include "tools/processes/usage.h"

#include <algorithm>
#include <utility>

#include "common/base/units.h"
#include "tools/processes/process_table.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kLookEveryNs = 2 * kNsPerSecond;

NodeUsage sum(const NodeUsage& a, const NodeUsage& b) {
  // Processes one after the other: their times add up, their memory does not.
  return {a.cpu_us + b.cpu_us, a.user_ms + b.user_ms, a.system_ms + b.system_ms,
          std::max(a.peak_rss_kb, b.peak_rss_kb)};
}

}  // namespace

UsageMeter::UsageMeter(EventHeap& heap, std::size_t node_count, PidOf pid_of)
    : heap_(heap), pid_of_(std::move(pid_of)), nodes_(node_count) {}

void UsageMeter::start(std::int64_t now_ns) {
  heap_.at(now_ns + kLookEveryNs, [this](std::int64_t later_ns) { look_at_next(later_ns); });
}

void UsageMeter::look_at_next(std::int64_t now_ns) {
  look_at(next_);
  next_ = (next_ + 1) % nodes_.size();
  const auto count = static_cast<std::int64_t>(nodes_.size());
  heap_.at(now_ns + kLookEveryNs / count,
           [this](std::int64_t later_ns) { look_at_next(later_ns); });
}

void UsageMeter::look_at_all() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) look_at(node);
}

void UsageMeter::look_at(std::size_t number) {
  Node& node = nodes_[number];
  const pid_t pid = pid_of_(number);
  if (pid != node.pid) {
    node.earlier = sum(node.earlier, std::exchange(node.now, {}));
    node.pid = pid;
  }
  if (pid < 0) return;
  const ProcessUsage tree = usage_of_tree(pid);
  // A worker that died takes what it used along until its parent has buried it.
  node.now.cpu_us = std::max(node.now.cpu_us, tree.cpu_us);
  node.now.user_ms = std::max(node.now.user_ms, tree.user_ms);
  node.now.system_ms = std::max(node.now.system_ms, tree.system_ms);
  node.now.peak_rss_kb = std::max(node.now.peak_rss_kb, tree.peak_rss_kb);
}

std::vector<NodeUsage> UsageMeter::usage() const {
  std::vector<NodeUsage> all;
  all.reserve(nodes_.size());
  for (const Node& node : nodes_) all.push_back(sum(node.earlier, node.now));
  return all;
}

}  // namespace hearsay::bench
