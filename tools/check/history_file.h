// A recorded history on disk.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "tools/experiment/verdict/history.h"

namespace hearsay::check {

// Says which file, and why.
class UnreadableHistory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The file that is meant: `path`, or the history.edn or history.jsonl in it. Throws
// UnreadableHistory.
std::string find_history(const std::string& path);

// What the results beside a history (results.json) say of its run.
struct BesideHistory {
  bool was_interrupted = false;  // by somebody, or by a failure
  bool was_wrong = false;        // by something that no history holds, such as a bad line
};
BesideHistory look_beside(const std::string& file);

// A pipe may have no end. Read, a history takes many times its size in memory; the largest that was
// ever judged had 360 MB.
inline constexpr std::uint64_t kMostHistoryBytes = std::uint64_t{2} << 30;

// Throws UnreadableHistory: it can't be read, is longer than that, or is no history.
bench::History load_history(const std::string& file, std::uint64_t most_bytes = kMostHistoryBytes);

}  // namespace hearsay::check
