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

// Whether the results beside the history (results.json) say that its run was interrupted.
bool was_interrupted(const std::string& file);

// A pipe may have no end. Read, a history takes many times its size in memory; the largest that was
// ever judged had 360 MB.
inline constexpr std::uint64_t kMostHistoryBytes = std::uint64_t{2} << 30;

// Throws UnreadableHistory: it can't be read, is longer than that, or is no history.
bench::History load_history(const std::string& file, std::uint64_t most_bytes = kMostHistoryBytes);

}  // namespace hearsay::check
