// A journal, by the worker that takes over: the first byte chooses the node's role, the rest are
// records. What a node is made of by a journal it is made of by its snapshot too.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/protocol/canonical_json.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"
#include "tools/sim/sim_node.h"
#include "worker/core/node.h"
#include "worker/gossip/strategy.h"

namespace hearsay::fuzz {
namespace {

// As in worker/services/registry.cpp.
constexpr std::uint16_t kBroadcastTag = 3;
constexpr std::uint16_t kGSetTag = 4;
constexpr auto kValue = static_cast<std::uint16_t>(hearsay::gossip::ServiceChange::value);

// Values are taken as they stand there: what is no JSON makes no node that could be shown again.
bool holds_json_only(std::string_view journal) {
  RecordReader records(journal);
  while (const auto record = records.next()) {
    const bool has_values = record->flags == kBroadcastTag || record->flags == kGSetTag;
    if (!has_values || record->kind != kValue) continue;
    if (!nlohmann::json::accept(record->payload)) return false;
    std::string canonical;
    protocol::append_canonical_json(canonical, record->payload);
    if (canonical != record->payload) return false;
  }
  return true;
}

// The snapshot of what the journal makes.
std::string rebuilt(const Role& role, std::string_view journal) {
  trace::NoEvents events;
  core::Node node({1, 2}, core::switch_on(core::services(), service_options(role)), events);
  RecordReader records(journal);
  while (const auto record = records.next()) node.replay(*record);
  core::Effects effects;
  node.snapshot(effects);
  return std::string(effects.journal());
}

}  // namespace

void journal(std::string_view input) {
  if (input.empty()) return;
  const Role& role = role_of(static_cast<unsigned char>(input[0]));
  std::string snapshot;
  try {
    snapshot = rebuilt(role, input.substr(1));
  } catch (const CorruptSegment&) {
    return;
  } catch (const core::ServiceIsOff&) {
    return;
  }
  if (!holds_json_only(input.substr(1))) return;
  HEARSAY_CHECK(sim::SimNode::state_in(rebuilt(role, snapshot)) == sim::SimNode::state_in(snapshot),
                "a snapshot makes the node that it is of");
}

Seeds journal_seeds() {
  Seeds seeds;
  for (std::size_t choice = 0; choice < std::size(kRoles); ++choice) {
    sim::SimNode::Desk desk;
    sim::SimNode::Setting setting;
    setting.services = service_options(kRoles[choice]);
    setting.key = {1, 2};
    sim::SimNode node(setting, desk);
    node.start_worker(0);
    node.worker_up();
    std::int64_t now_ns = 0;
    std::size_t count = 0;
    for (const std::string& line : overheard_lines(kRoles[choice])) {
      node.take_line(now_ns += 1'000'000, line);
      while (node.has_input()) node.step();
      const std::string journal = node.journal();
      if (count++ % 3 == 0 && journal.size() < 20'000)
        seeds.push_back(std::string(1, static_cast<char>(choice)) + journal);
    }
  }
  return seeds;
}

}  // namespace hearsay::fuzz
