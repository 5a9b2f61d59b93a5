// What is known of sends and polls as a whole: the order of each key's log, who sent what, and what
// was certainly seen.
//
// An offset's place among the known ones is its index: gaps are squeezed out. Where an offset has
// several values, the one that a Clojure set of them shows first stands for it, so that what
// follows from the order is what Jepsen finds. Immutable once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tools/experiment/verdict/kafka/messages.h"

namespace hearsay::bench::kafka {

inline constexpr std::uint32_t kNowhere = 0xFFFFFFFF;  // no index, or no action

struct LogEntry {
  std::int64_t offset = 0;
  Value value = 0;            // the one that stands for it
  std::vector<Value> values;  // all of them, each once
};

// One key's.
struct Log {
  std::vector<LogEntry> entries;        // by index
  std::vector<std::uint32_t> index_of;  // by value: where it stands for an entry (the last one)
  std::vector<std::uint32_t> first_index_of;  // by value: where it appears
  std::vector<std::uint32_t> last_index_of;
  bool polled = false;                // an ok poll answered for the key, if only with an empty list
  std::vector<bool> seen;             // by value: in an ok poll
  std::vector<bool> failed;           // by value: a failed send of it
  std::vector<std::uint32_t> writer;  // by value: its last send's completion, of actions()
};

class LogOrder {
 public:
  explicit LogOrder(const Messages& messages);

  const Log& log(Key key) const { return logs_[key]; }
  // It was ok, or unknown and something that it sent was seen.
  bool certainly_happened(const Action& action) const;

 private:
  void note_values();
  void note_offsets();
  void index_values(Key key);

  const Messages& messages_;
  std::vector<Log> logs_;
};

// Where the step from one value to the next leads in the log: 1 is the next index. 1 if one of them
// is nowhere.
std::int64_t step(const Log& log, std::optional<Value> from, std::optional<Value> to);

}  // namespace hearsay::bench::kafka
