#include "tools/experiment/verdict/kafka/log_order.h"

#include <algorithm>
#include <utility>

namespace hearsay::bench::kafka {
namespace {

std::uint32_t rotated(std::uint32_t x, unsigned by) {
  return (x << by) | (x >> (32U - by));
}

// Clojure's hash of a whole number: Murmur3 of its two halves.
std::uint32_t clojure_hash(std::int64_t number) {
  if (number == 0) return 0;
  std::uint32_t hash = 0;
  const auto bits = static_cast<std::uint64_t>(number);
  for (const auto half :
       {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32U)}) {
    hash ^= rotated(half * 0xCC9E2D51U, 15) * 0x1B873593U;
    hash = rotated(hash, 13) * 5U + 0xE6546B64U;
  }
  hash ^= 8U;
  hash = (hash ^ (hash >> 16U)) * 0x85EBCA6BU;
  hash = (hash ^ (hash >> 13U)) * 0xC2B2AE35U;
  return hash ^ (hash >> 16U);
}

// A Clojure set is a tree of 32 branches, chosen by five bits of the hash after the other, the
// lowest first.
bool comes_first_in_set(std::uint32_t a, std::uint32_t b) {
  for (unsigned shift = 0; shift < 32; shift += 5) {
    const std::uint32_t left = (a >> shift) & 31U;
    const std::uint32_t right = (b >> shift) & 31U;
    if (left != right) return left < right;
  }
  return false;
}

Value first_of_set(const Messages& messages, Key key, const std::vector<Value>& values) {
  return *std::min_element(values.begin(), values.end(), [&](Value a, Value b) {
    const nlohmann::json& left = messages.value(key, a);
    const nlohmann::json& right = messages.value(key, b);
    if (!left.is_number_integer() || !right.is_number_integer()) return left < right;
    return comes_first_in_set(clojure_hash(left.get<std::int64_t>()),
                              clojure_hash(right.get<std::int64_t>()));
  });
}

}  // namespace

LogOrder::LogOrder(const Messages& messages) : messages_(messages), logs_(messages.key_count()) {
  for (Key key = 0; key < logs_.size(); ++key) {
    const std::size_t count = messages.value_count(key);
    logs_[key].seen.assign(count, false);
    logs_[key].failed.assign(count, false);
    logs_[key].writer.assign(count, kNowhere);
    logs_[key].index_of.assign(count, kNowhere);
    logs_[key].first_index_of.assign(count, kNowhere);
    logs_[key].last_index_of.assign(count, kNowhere);
  }
  note_values();
  note_offsets();
  for (Key key = 0; key < logs_.size(); ++key) index_values(key);
}

void LogOrder::note_values() {
  for (std::size_t i = 0; i < messages_.actions().size(); ++i) {
    const Action& action = messages_.actions()[i];
    if (!action.is_completion()) continue;
    for (const Batch& batch : action.sends) {
      for (std::size_t m = batch.begin; m < batch.end; ++m) {
        const Value value = messages_.message(m).value;
        logs_[batch.key].writer[value] = static_cast<std::uint32_t>(i);
        if (action.type == OperationType::fail) logs_[batch.key].failed[value] = true;
      }
    }
    if (action.type != OperationType::ok) continue;
    for (const Batch& batch : action.polls) {
      logs_[batch.key].polled = true;
      for (std::size_t m = batch.begin; m < batch.end; ++m) {
        logs_[batch.key].seen[messages_.message(m).value] = true;
      }
    }
  }
}

bool LogOrder::certainly_happened(const Action& action) const {
  if (action.type == OperationType::ok) return true;
  if (action.type != OperationType::info) return false;
  for (const Batch& batch : action.sends) {
    for (std::size_t m = batch.begin; m < batch.end; ++m) {
      if (logs_[batch.key].seen[messages_.message(m).value]) return true;
    }
  }
  return false;
}

// Of sends only where they certainly happened, but of all polls: nobody may be shown what is not
// so, whether the poll succeeded or not.
void LogOrder::note_offsets() {
  std::vector<std::vector<std::pair<std::int64_t, Value>>> known(logs_.size());
  const auto take = [&](const std::vector<Batch>& batches) {
    for (const Batch& batch : batches) {
      for (std::size_t m = batch.begin; m < batch.end; ++m) {
        const Message& message = messages_.message(m);
        if (message.offset < 0) continue;
        known[batch.key].emplace_back(message.offset, message.value);
      }
    }
  };
  for (const Action& action : messages_.actions()) {
    take(action.polls);
    if (!action.sends.empty() && certainly_happened(action)) take(action.sends);
  }
  for (Key key = 0; key < logs_.size(); ++key) {
    auto& pairs = known[key];
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    auto& entries = logs_[key].entries;
    for (const auto& [offset, value] : pairs) {
      if (entries.empty() || entries.back().offset != offset) entries.push_back({offset, 0, {}});
      entries.back().values.push_back(value);
    }
    pairs = {};
  }
}

void LogOrder::index_values(Key key) {
  Log& log = logs_[key];
  for (std::uint32_t index = 0; index < log.entries.size(); ++index) {
    LogEntry& entry = log.entries[index];
    entry.value = first_of_set(messages_, key, entry.values);
    log.index_of[entry.value] = index;
    for (const Value value : entry.values) {
      if (log.first_index_of[value] == kNowhere) log.first_index_of[value] = index;
      log.last_index_of[value] = index;
    }
  }
}

std::int64_t step(const Log& log, std::optional<Value> from, std::optional<Value> to) {
  if (!from || !to) return 1;
  const std::uint32_t begin = log.index_of[*from];
  const std::uint32_t end = log.index_of[*to];
  if (begin == kNowhere || end == kNowhere) return 1;
  return static_cast<std::int64_t>(end) - begin;
}

}  // namespace hearsay::bench::kafka
