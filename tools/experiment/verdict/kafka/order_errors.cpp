// What is wrong with a log itself: an offset with several values, a value at several offsets.
#include <algorithm>

#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench::kafka {
namespace {

constexpr std::size_t kMostShownEntries = 32;

nlohmann::json sorted_values(const Messages& messages, Key key, const std::vector<Value>& values) {
  nlohmann::json::array_t result;
  for (const Value value : values) result.push_back(messages.value(key, value));
  std::sort(result.begin(), result.end());
  return result;
}

void find_inconsistent(const Messages& messages, Key key, const Log& log, Cases& cases) {
  for (std::size_t index = 0; index < log.entries.size(); ++index) {
    const LogEntry& entry = log.entries[index];
    if (entry.values.size() < 2) continue;
    cases.add(static_cast<std::int64_t>(entry.values.size()), [&messages, &entry, key, index] {
      return nlohmann::json{{"key", messages.key_name(key)},
                            {"offset", messages.offset_json(entry.offset)},
                            {"index", index},
                            {"values", sorted_values(messages, key, entry.values)}};
    });
  }
}

void find_duplicates(const Messages& messages, Key key, const Log& log, Cases& cases) {
  std::vector<std::vector<std::int64_t>> offsets(messages.value_count(key));
  for (const LogEntry& entry : log.entries) {
    for (const Value value : entry.values) offsets[value].push_back(entry.offset);
  }
  for (Value value = 0; value < offsets.size(); ++value) {
    if (offsets[value].size() < 2) continue;
    cases.add(static_cast<std::int64_t>(offsets[value].size()),
              [&messages, key, value, at = offsets[value]] {
                nlohmann::json all = nlohmann::json::array();
                for (const std::int64_t offset : at) all.push_back(messages.offset_json(offset));
                return nlohmann::json{{"key", messages.key_name(key)},
                                      {"value", messages.value(key, value)},
                                      {"count", at.size()},
                                      {"offsets", all}};
              });
  }
}

}  // namespace

void find_order_errors(const Messages& messages, const LogOrder& order, Errors& errors) {
  Cases inconsistent;
  Cases duplicates;
  for (const Key key : messages.keys_in_order()) {
    find_inconsistent(messages, key, order.log(key), inconsistent);
    find_duplicates(messages, key, order.log(key), duplicates);
  }
  add_section(errors, "inconsistent-offsets", inconsistent, kMostShownEntries, Shown::first);
  add_section(errors, "duplicate", duplicates, kMostShownEntries, Shown::first);
}

}  // namespace hearsay::bench::kafka
