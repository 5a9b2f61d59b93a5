#include "tools/sim/sim_node.h"

#include <variant>

#include "common/base/check.h"
#include "common/protocol/message_record.h"
#include "worker/services/registry.h"

namespace hearsay::sim {

using protocol::InputKind;

SimNode::SimNode(const GossipOptions& gossip, const Setting& setting)
    : gossip_(gossip), setting_(setting) {}

void SimNode::enqueue(InputKind kind, std::int64_t now_ns, std::string_view payload) {
  std::string bytes(bytes_of(protocol::InputHeader{local_ns(now_ns)}));
  inputs_.push_back({kind, std::move(bytes.append(payload))});
}

std::string SimNode::take_line(std::int64_t now_ns, std::string_view line) {
  const auto parsed = parser_.parse(line);
  if (const auto* bad = std::get_if<protocol::BadLine>(&parsed)) return bad->reason;
  std::string record;
  protocol::append_message_record(record, std::get<protocol::ParsedLine>(parsed).message);
  enqueue(InputKind::message, now_ns, record);
  return {};
}

void SimNode::fire_timer(std::int64_t now_ns, std::uint64_t token) {
  enqueue(InputKind::timer, now_ns, bytes_of(token));
}

void SimNode::start_worker(std::int64_t now_ns) {
  HEARSAY_CHECK(!core_, "one worker at a time");
  core_ = std::make_unique<core::Node>(setting_.key, services::make_services(gossip_), events_);
  RecordReader records(journal_);
  while (const auto record = records.next()) core_->replay(*record);
  enqueue(InputKind::worker_started, now_ns, bytes_of(++generation_));
}

core::NodeInput SimNode::first_input() const {
  const Input& input = inputs_.front();
  return {consumed_, input.kind, 0, input.payload};
}

std::string_view SimNode::step() {
  effects_.clear();
  core_->step(first_input(), effects_);
  if (setting_.keep_journal) journal_.append(effects_.journal());
  inputs_.pop_front();
  ++consumed_;
  return effects_.outputs();
}

void SimNode::step_and_crash() {
  effects_.clear();
  core_->step(first_input(), effects_);
  crash();
}

void SimNode::crash() {
  HEARSAY_CHECK(setting_.keep_journal, "a worker that is killed needs a journal");
  core_.reset();
}

}  // namespace hearsay::sim
