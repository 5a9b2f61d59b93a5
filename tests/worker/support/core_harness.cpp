#include "tests/worker/support/core_harness.h"

#include <algorithm>
#include <stdexcept>

#include "common/protocol/line_parser.h"
#include "common/protocol/message_record.h"
#include "common/protocol/shared_part.h"
#include "tests/support/recorded_events.h"

namespace hearsay::test {
namespace {

std::string record_of(const std::string& line) {
  protocol::LineParser parser;
  const auto parsed = parser.parse(line);
  if (const auto* bad = std::get_if<protocol::BadLine>(&parsed)) {
    throw std::invalid_argument(bad->reason);
  }
  std::string record;
  protocol::append_message_record(record, std::get<protocol::ParsedLine>(parsed).message);
  return record;
}

std::unique_ptr<trace::EventSink> make_sink(std::vector<Json>* events) {
  if (events == nullptr) return std::make_unique<trace::NoEvents>();
  return std::make_unique<RecordedEvents>(*events);
}

}  // namespace

CoreHarness::CoreHarness(GossipOptions gossip, core::NodeKey key, std::vector<Json>* events,
                         std::string workload)
    : gossip_(std::move(gossip)),
      key_(key),
      workload_(std::move(workload)),
      events_(make_sink(events)),
      node_(make_node()) {}

std::unique_ptr<core::Node> CoreHarness::make_node() {
  return std::make_unique<core::Node>(
      key_, core::switch_on(core::services(), {.workload = workload_, .gossip = gossip_}),
      *events_);
}

std::vector<Json> CoreHarness::run(protocol::InputKind kind, std::uint16_t flags,
                                   const std::string& payload,
                                   std::optional<core::Node::Skipped> skipped) {
  const std::string whole = std::string(bytes_of(protocol::InputHeader{now_ns})) + payload;
  const core::NodeInput input{inputs_++, kind, flags, whole};
  core::Effects effects;
  if (skipped) {
    node_->skip(input, *skipped, effects);
  } else {
    node_->step(input, effects);
  }
  return commit(effects);
}

std::vector<Json> CoreHarness::commit(const core::Effects& effects) {
  journal_.append(effects.journal());
  core::put_on(shelf_, effects.shelf_blocks());
  std::vector<Json> lines;
  std::string line;
  RecordReader records(effects.outputs());
  while (const auto record = records.next()) {
    std::string_view payload = record->payload;
    if (record->kind == static_cast<std::uint16_t>(protocol::OutputKind::wake)) {
      wakes.push_back(take<protocol::WakeRequest>(payload));
      continue;
    }
    protocol::append_part(line, *record, shelf_);
    if ((record->flags & protocol::kLastPart) == 0) continue;
    lines.push_back(Json::parse(line));
    line.clear();
  }
  return lines;
}

std::vector<Json> CoreHarness::send(const Json& message) {
  return send_text(message.dump());
}

std::vector<Json> CoreHarness::send_text(const std::string& line) {
  return run(protocol::InputKind::message, 0, record_of(line));
}

Json CoreHarness::ask(Json body) {
  body["msg_id"] = next_msg_id_++;
  Json answer;
  for (const Json& line : send({{"src", "c1"}, {"dest", self_}, {"body", body}})) {
    if (line["dest"] != "c1") continue;
    if (!answer.is_null()) throw std::logic_error("answered twice");
    answer = line["body"];
  }
  return answer;
}

void CoreHarness::initialise(const std::vector<std::string>& nodes, const std::string& self) {
  self_ = self;
  worker_started(1);
  ask({{"type", "init"}, {"node_id", self}, {"node_ids", nodes}});
}

std::vector<Json> CoreHarness::worker_started(std::uint64_t generation) {
  return run(protocol::InputKind::worker_started, 0, std::string(bytes_of(generation)));
}

std::vector<Json> CoreHarness::send_in_parts(const Json& message, std::uint64_t piece_bytes,
                                             const std::function<void()>& between_parts,
                                             const std::function<bool(int)>& given_up) {
  const std::string record = record_of(message.dump());
  std::vector<Json> lines;
  int number = 0;
  for (std::uint64_t at = 0; at < record.size(); at += piece_bytes) {
    if (at > 0 && between_parts) between_parts();
    const bool last = at + piece_bytes >= record.size();
    const auto flags = static_cast<std::uint16_t>((at == 0 ? protocol::kFirstPart : 0) |
                                                  (last ? protocol::kLastPart : 0));
    std::optional<core::Node::Skipped> skipped;
    if (given_up && given_up(number++)) skipped = core::Node::Skipped::without_room;
    for (Json& line :
         run(protocol::InputKind::message_part, flags, record.substr(at, piece_bytes), skipped)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

Json CoreHarness::skip(const Json& message, core::Node::Skipped why) {
  const auto lines = run(protocol::InputKind::message, 0, record_of(message.dump()), why);
  return lines.empty() ? Json() : lines.front();
}

std::vector<Json> CoreHarness::find_no_room(protocol::InputKind kind, std::uint16_t flags,
                                            const std::string& payload) {
  return run(kind, flags, payload, core::Node::Skipped::without_room);
}

void CoreHarness::skip_start(std::uint64_t generation, core::Node::Skipped why) {
  run(protocol::InputKind::worker_started, 0, std::string(bytes_of(generation)), why);
}

void CoreHarness::restart() {
  node_ = make_node();
  RecordReader records(journal_);
  while (const auto record = records.next()) node_->replay(*record);
}

void CoreHarness::restart_as(GossipOptions gossip) {
  gossip_ = std::move(gossip);
  restart();
}

void CoreHarness::go_back_to(const State& state) {
  key_.incarnation += std::uint64_t{1} << 20;  // a millisecond
  journal_ = state.journal;
  inputs_ = state.inputs;
  wakes.clear();
  restart();
}

void CoreHarness::compact() {
  core::Effects snapshot;
  node_->snapshot(snapshot);
  journal_ = snapshot.journal();
}

bool CoreHarness::fire_next_timer(std::vector<Json>& lines) {
  const auto earliest = std::min_element(
      wakes.begin(), wakes.end(), [](const auto& a, const auto& b) { return a.at_ns < b.at_ns; });
  if (earliest == wakes.end()) return false;
  const protocol::WakeRequest wake = *earliest;
  wakes.erase(earliest);
  now_ns = std::max(now_ns, wake.at_ns);
  lines = run(protocol::InputKind::timer, 0, std::string(bytes_of(wake.token)));
  return true;
}

Json gossip_from(const std::string& peer, const Json& values) {
  return {{"src", peer}, {"dest", "n0"}, {"body", {{"type", "gossip"}, {"messages", values}}}};
}

Json delta_from(const std::string& peer, int life, const Json& interval, const Json& entries) {
  return {{"src", peer},
          {"dest", "n0"},
          {"body",
           {{"type", "gossip-delta"},
            {"lives", {life, 7}},
            {"confirms", 0},
            {"interval", interval},
            {"entries", entries}}}};
}

}  // namespace hearsay::test
