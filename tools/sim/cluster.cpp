#include "tools/sim/cluster.h"

#include <fmt/format.h>

#include <stdexcept>
#include <variant>

#include "common/base/check.h"
#include "tools/bench/node_output.h"

namespace hearsay::sim {

using protocol::OutputKind;

Cluster::Cluster(bench::EventHeap& heap, const ClusterOptions& options, std::uint64_t seed)
    : heap_(heap), options_(options), seed_(seed) {}

void Cluster::start(std::int64_t now_ns, bench::Network& network) {
  network_ = &network;
  bench::Random keys(seed_, "node keys");
  bench::Random skews(seed_, "clock skew");
  for (std::size_t number = 0; number < network.node_count(); ++number) {
    SimNode::Setting setting;
    setting.key = {keys.below(~std::uint64_t{0}), keys.below(~std::uint64_t{0})};
    const double skew = (2 * skews.unit() - 1) * static_cast<double>(options_.max_skew_ns);
    setting.skew_ns = static_cast<std::int64_t>(skew);
    setting.keep_journal = options_.keep_journals;
    slots_.emplace_back().node = std::make_unique<SimNode>(options_.gossip, setting);
    start_worker(now_ns, number);
  }
}

void Cluster::start_worker(std::int64_t now_ns, std::size_t node) {
  slots_[node].node->start_worker(now_ns);
  schedule(now_ns, node);
}

bool Cluster::deliver(std::int64_t now_ns, std::size_t node, std::string_view line) {
  const std::string wrong = slots_[node].node->take_line(now_ns, line);
  HEARSAY_CHECK(wrong.empty(), "the network delivers messages only");
  schedule(now_ns, node);
  return true;
}

std::optional<std::int64_t> Cluster::kill_worker(std::int64_t /*now_ns*/, std::size_t /*node*/) {
  return std::nullopt;
}

std::optional<std::int64_t> Cluster::pause_worker(std::int64_t /*now_ns*/, std::size_t /*node*/) {
  return std::nullopt;
}

void Cluster::schedule(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  if (slot.scheduled || !slot.node->has_worker() || !slot.node->has_input()) return;
  slot.scheduled = true;
  heap_.at(now_ns, [this, node](std::int64_t later_ns) { run(later_ns, node); });
}

void Cluster::run(std::int64_t now_ns, std::size_t node) {
  Slot& slot = slots_[node];
  slot.scheduled = false;
  while (slot.node->has_worker() && slot.node->has_input()) {
    carry_out(now_ns, node, slot.node->step());
  }
}

void Cluster::carry_out(std::int64_t now_ns, std::size_t node, std::string_view outputs) {
  Slot& slot = slots_[node];
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    std::string_view payload = record->payload;
    if (record->kind == static_cast<std::uint16_t>(OutputKind::wake)) {
      const auto wake = take<protocol::WakeRequest>(payload);
      heap_.at(std::max(now_ns, slot.node->global_ns(wake.at_ns)),
               [this, node, token = wake.token](std::int64_t later_ns) {
                 slots_[node].node->fire_timer(later_ns, token);
                 schedule(later_ns, node);
               });
      continue;
    }
    take<protocol::LineHeader>(payload);
    const bool first = (record->flags & protocol::kFirstPart) != 0;
    const bool last = (record->flags & protocol::kLastPart) != 0;
    if (first && last) {
      send_line(now_ns, node, payload);
      continue;
    }
    slot.line.append(payload);
    if (last) send_line(now_ns, node, std::exchange(slot.line, {}));
  }
}

void Cluster::send_line(std::int64_t now_ns, std::size_t node, std::string_view line) {
  line.remove_suffix(1);
  const auto parsed = bench::parse_output(parser_, line);
  std::string wrong;
  if (const auto* envelope = std::get_if<bench::Envelope>(&parsed)) {
    const auto refusal =
        network_->send(now_ns, envelope->src, envelope->dest, envelope->body, envelope->type);
    if (refusal) wrong = refusal->reason;
  } else {
    wrong = std::get<std::string>(parsed);
  }
  if (!wrong.empty()) {
    throw std::runtime_error(fmt::format("{} printed a line that is no message: {}: {}",
                                         network_->node_name(node), wrong, line.substr(0, 400)));
  }
}

}  // namespace hearsay::sim
