#include "tools/sim/sim_recorder.h"

#include <csignal>
#include <utility>

#include "common/base/checksum.h"
#include "common/base/version.h"
#include "common/options/worker_options.h"

namespace hearsay::sim {
namespace {

constexpr std::uint64_t kLimitBytes = std::uint64_t{1} << 32;

recording::BeginRecord begin_of(const SimRecorder::Setting& setting, const ServiceOptions& services,
                                core::NodeKey key) {
  recording::BeginRecord begin;
  begin.fixed.incarnation = key.incarnation;
  begin.fixed.seed = key.seed;
  begin.fixed.unix_ns_at_0 = -setting.skew_ns;
  begin.node = setting.node;
  begin.version = version();
  WorkerOptions options;
  options.services = services;
  begin.arguments = to_arguments(options);
  return begin;
}

}  // namespace

SimRecorder::SimRecorder(const Setting& setting, const ServiceOptions& services, core::NodeKey key)
    : SimRecorder(recording::create_recording(setting.path), setting, services, key) {}

SimRecorder::SimRecorder(recording::RecordingFile file, const Setting& setting,
                         const ServiceOptions& services, core::NodeKey key)
    : path_(std::move(file.path)),
      writer_(std::move(file.file), kLimitBytes, begin_of(setting, services, key)) {
  mark_.turned_away = mark_.poison_position = mark_.no_room_position = mark_.running_position =
      recording::kNoPosition;
}

SimRecorder::~SimRecorder() {
  if (living_) writer_.ended(mark_);
  writer_.flush();
}

std::string SimRecorder::problem() const {
  return writer_.stopped() ? path_ + ": " + writer_.why_stopped() : "";
}

void SimRecorder::input(protocol::InputKind kind, std::uint16_t flags, std::string_view payload) {
  writer_.input(position_of(pushed_++), static_cast<std::uint16_t>(kind), flags, payload);
}

void SimRecorder::step(std::string_view journal, std::string_view outputs) {
  RecordReader records(outputs);
  while (const auto record = records.next()) writer_.output(0, recording::sum_at(*record, 0));
  writer_.flush();
  ++mark_.inputs;
  mark_.journal_end += journal.size();
  mark_.journal_check = checksum_of_records(journal, mark_.journal_check);
}

void SimRecorder::compaction(std::string_view journal) {
  mark_.journal_region ^= 1;
  mark_.snapshot_inputs = mark_.inputs;
  mark_.journal_end = journal.size();
  mark_.journal_check = checksum_of_records(journal);
}

void SimRecorder::worker_up(std::uint64_t generation) {
  living_ = true;
  mark_.generation = generation;
  writer_.worker_started(mark_);
}

void SimRecorder::worker_died(bool in_step) {
  living_ = false;
  recording::WorkerMark end = mark_;
  if (in_step) end.running_position = position_of(end.inputs);
  end.wait_status = SIGKILL;
  end.cause = recording::Cause::chaos;
  writer_.worker_ended(end);
}

}  // namespace hearsay::sim
