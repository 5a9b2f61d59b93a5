// A step in a log that is not to the next index: between two messages of one operation, or from one
// operation of a process to its next on the same key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench::kafka {

inline constexpr std::size_t kMostShownJumps = 8;

// A step that was found.
struct Jump {
  Key key = 0;
  std::optional<Value> from;
  std::optional<Value> to;
  std::int64_t delta = 1;
};

// [9, 11], with null for nothing.
nlohmann::json ends_of(const Messages& messages, const Jump& jump);
// The values in between.
nlohmann::json skipped_by(const Messages& messages, const Log& log, const Jump& jump);

// Within the batches of one operation.
void find_inner_jumps(const Messages& messages, const LogOrder& order, std::size_t operation,
                      const std::vector<Batch>& batches, Cases& skips, Cases& nonmonotonic);

// The last operation of each process on each key, and what it ended with.
class LastOnKeys {
 public:
  struct Last {
    std::size_t operation;
    std::optional<Value> value;
  };
  const Last* find(std::int64_t process, Key key) const;
  void set(std::int64_t process, Key key, Last last) { lasts_[process][key] = last; }
  // The process keeps these keys only.
  void keep(std::int64_t process, const std::vector<Key>& keys);

 private:
  std::unordered_map<std::int64_t, std::unordered_map<Key, Last>> lasts_;
};

}  // namespace hearsay::bench::kafka
