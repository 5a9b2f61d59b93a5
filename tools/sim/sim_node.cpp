#include "tools/sim/sim_node.h"

#include <system_error>
#include <utility>
#include <variant>

#include "common/base/check.h"
#include "common/protocol/message_input.h"
#include "common/protocol/shared_part.h"
#include "tools/sim/delivered_line.h"
#include "worker/gossip/strategy.h"

namespace hearsay::sim {

using protocol::InputKind;

namespace {

std::string with_header(std::int64_t taken_ns, std::string_view rest) {
  return std::string(bytes_of(protocol::InputHeader{taken_ns})).append(rest);
}

}  // namespace

SimNode::SimNode(Setting setting, Desk& desk) : setting_(std::move(setting)), desk_(desk) {
  if (setting_.record.path.empty()) return;
  try {
    recorder_ = std::make_unique<SimRecorder>(setting_.record, setting_.services, setting_.key);
  } catch (const std::system_error& error) {
    no_recorder_ = setting_.record.path + ": " + error.code().message();
  }
}

std::string SimNode::recording_problem() const {
  return recorder_ ? recorder_->problem() : no_recorder_;
}

void SimNode::push(Input input) {
  if (recorder_) recorder_->input(input.kind, input.flags, input.payload);
  inputs_.push_back(std::move(input));
}

std::string SimNode::take_line(std::int64_t now_ns, std::string_view line) {
  const auto parsed = desk_.parser.parse(line);
  if (const auto* bad = std::get_if<protocol::BadLine>(&parsed)) return bad->reason;
  take_message(now_ns, std::get<protocol::ParsedLine>(parsed).message);
  return {};
}

std::string SimNode::take_delivered(std::int64_t now_ns, std::string_view line) {
  const auto message = read_delivered(line, desk_.fields);
  if (!message) return take_line(now_ns, line);
  take_message(now_ns, *message);
  return {};
}

void SimNode::take_message(std::int64_t now_ns, const protocol::Message& message) {
  protocol::make_message_inputs(local_ns(now_ns), message,
                                [this](InputKind kind, std::uint16_t flags, std::string payload) {
                                  push({kind, flags, std::move(payload)});
                                });
}

void SimNode::fire_timer(std::int64_t now_ns, std::uint64_t token) {
  push({InputKind::timer, 0, with_header(local_ns(now_ns), bytes_of(token))});
}

void SimNode::start_worker(std::int64_t now_ns) {
  ++generation_;
  push({InputKind::worker_started, 0, with_header(local_ns(now_ns), bytes_of(generation_))});
}

bool SimNode::worker_up() {
  HEARSAY_CHECK(!core_, "one worker at a time");
  core_ = core_from_journal();
  if (recorder_) recorder_->worker_up(generation_);
  const std::string before = std::exchange(last_state_, {});
  return before.empty() || state_in(snapshot_of(*core_)) == before;
}

std::unique_ptr<core::Node> SimNode::core_from_journal() {
  auto core = std::make_unique<core::Node>(
      setting_.key, core::switch_on(core::services(), setting_.services), events_, setting_.nodes);
  RecordReader records(journal_);
  while (const auto record = records.next()) core->replay(*record);
  return core;
}

std::string SimNode::snapshot_of(const core::Node& core) {
  core::Effects effects;
  core.snapshot(effects);
  return std::string(effects.journal());
}

// A strategy may keep beliefs that its journal has only roughly: they don't count.
std::string SimNode::state_in(std::string_view snapshot) {
  std::string state;
  RecordReader records(snapshot);
  while (const auto record = records.next()) {
    if (record->kind >= gossip::kFirstStrategyChange) continue;
    append_record(state, record->kind, record->flags, record->payload);
  }
  return state;
}

std::string SimNode::answers_in(std::string_view outputs) {
  std::string answers;
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    if ((record->flags & protocol::kToClient) != 0) answers.append(record->payload);
  }
  return answers;
}

core::NodeInput SimNode::first_input() const {
  const Input& input = inputs_.front();
  return {consumed_, input.kind, input.flags, input.payload};
}

void SimNode::run_first_input() {
  desk_.effects.clear();
  desk_.effects.set_position(SimRecorder::position_of(consumed_));
  core_->step(first_input(), desk_.effects);
}

std::string_view SimNode::step() {
  run_first_input();
  const std::optional<CutOff> earlier = std::exchange(cut_off_, std::nullopt);
  repeats_well_ = !earlier || earlier->number != consumed_ ||
                  earlier->answers == answers_in(desk_.effects.outputs());
  core::put_on(shelf_, desk_.effects.shelf_blocks());
  if (recorder_) recorder_->step(desk_.effects.journal(), desk_.effects.outputs());
  if (setting_.keep_journal) journal_.append(desk_.effects.journal());
  inputs_.pop_front();
  ++consumed_;
  return desk_.effects.outputs();
}

bool SimNode::compact() {
  journal_ = snapshot_of(*core_);
  if (recorder_) recorder_->compaction(journal_);
  return state_in(snapshot_of(*core_from_journal())) == state_in(journal_);
}

void SimNode::crash(bool in_step) {
  HEARSAY_CHECK(setting_.keep_journal, "a worker that is killed needs a journal");
  last_state_ = state_in(snapshot_of(*core_));
  if (in_step) {
    run_first_input();
    // A worker's timers die with it: the next one does at its start what they were for.
    if (inputs_.front().kind != protocol::InputKind::timer) {
      cut_off_ = {consumed_, answers_in(desk_.effects.outputs())};
    }
  }
  if (recorder_) recorder_->worker_died(in_step);
  core_.reset();
}

}  // namespace hearsay::sim
