// How far behind polls were: since when the first message that a process had not polled of a key
// was known to be there, at the moment when it began to poll.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench::kafka {
namespace {

// When a key was first known to reach an offset: (offset, time), both rising.
using Growth = std::vector<std::pair<std::int64_t, std::int64_t>>;

void note(Growth& growth, std::int64_t offset, std::int64_t time_ns) {
  if (growth.empty() || growth.back().first < offset) growth.emplace_back(offset, time_ns);
}

// The highest offset of a batch; -1: it has none.
std::int64_t highest(const Messages& messages, const Batch& batch) {
  std::int64_t offset = -1;
  for (std::size_t m = batch.begin; m < batch.end; ++m) {
    offset = std::max(offset, messages.message(m).offset);
  }
  return offset;
}

std::vector<Growth> growth_of_logs(const Messages& messages) {
  std::vector<Growth> logs(messages.key_count());
  for (const Action& action : messages.actions()) {
    if (action.type != OperationType::ok && action.type != OperationType::info) continue;
    const std::int64_t time = messages.history().operations()[action.operation].time_ns;
    for (const auto* batches : {&action.sends, &action.polls}) {
      for (const Batch& batch : *batches) note(logs[batch.key], highest(messages, batch), time);
    }
  }
  return logs;
}

// For how long, at `now_ns`, more than `offset` was known of the log; 0: it was not.
std::int64_t lag_of(const Growth& growth, std::int64_t offset, std::int64_t now_ns) {
  const auto next = std::upper_bound(
      growth.begin(), growth.end(), offset,
      [](std::int64_t reached, const auto& grown) { return reached < grown.first; });
  return next == growth.end() ? 0 : std::max<std::int64_t>(0, now_ns - next->second);
}

struct Worst {
  std::int64_t time_ns = 0;
  std::int64_t process = 0;
  Key key = 0;
  std::int64_t lag_ns = -1;
};

using Positions = std::unordered_map<Key, std::int64_t>;

void assign(Positions& positions, const std::vector<Key>& keys) {
  Positions kept;
  for (const Key key : keys) {
    const auto found = positions.find(key);
    kept[key] = found == positions.end() ? -1 : found->second;
  }
  positions = std::move(kept);
}

void advance(const Messages& messages, Positions& positions, const Action& action) {
  for (const auto* batches : {&action.polls, &action.sends}) {
    for (const Batch& batch : *batches) {
      std::int64_t& position = positions.try_emplace(batch.key, -1).first->second;
      position = std::max(position, highest(messages, batch));
    }
  }
}

}  // namespace

nlohmann::json worst_realtime_lag(const Messages& messages) {
  const std::vector<Growth> logs = growth_of_logs(messages);
  std::unordered_map<std::int64_t, Positions> processes;
  Worst worst;
  for (const Action& action : messages.actions()) {
    if (action.type != OperationType::ok) continue;
    const std::string& f = messages.history().operations()[action.operation].f;
    Positions& positions = processes[action.process];
    if (action.is_assign) assign(positions, f == "assign" ? action.keys : std::vector<Key>{});
    if (f != "poll" && f != "txn") continue;
    advance(messages, positions, action);
    const auto invocation = messages.history().partner(action.operation);
    const std::int64_t began =
        messages.history().operations()[invocation.value_or(action.operation)].time_ns;
    for (const auto& [key, offset] : positions) {
      const std::int64_t lag = lag_of(logs[key], offset, began);
      if (lag > worst.lag_ns) worst = {began, action.process, key, lag};
    }
  }
  if (worst.lag_ns < 0) return {{"time", 0.0}, {"lag", 0.0}};
  const auto seconds = [](std::int64_t ns) { return static_cast<double>(ns) / kNsPerSecond; };
  return {{"time", seconds(worst.time_ns)},
          {"process", worst.process},
          {"key", messages.key_name(worst.key)},
          {"lag", seconds(worst.lag_ns)}};
}

}  // namespace hearsay::bench::kafka
