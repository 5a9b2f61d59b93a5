// A recorded history on disk.
#pragma once

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

// Throws UnreadableHistory: it can't be read, or is no history.
bench::History load_history(const std::string& file);

}  // namespace hearsay::check
