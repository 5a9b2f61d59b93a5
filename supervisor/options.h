// The command line of hearsay-node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/options/worker_options.h"

namespace hearsay::supervisor {

struct Options {
  WorkerOptions worker;
  std::string worker_path;  // empty: hearsay-worker beside this program
  std::string state_dir;    // empty: the state lives in memory
  std::uint64_t max_line_bytes = 64 * 1024 * 1024;
  std::int64_t reply_deadline_ms = 4500;
  std::int64_t hang_limit_ms = 2000;
  std::int64_t chaos_kill_ms = 0;  // mean; 0: never
  std::uint64_t chaos_seed = 0;
};

struct ParsedOptions {
  Options options;
  std::optional<int> exit_code;  // set: end now, with this code (help was shown, or an error)
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace hearsay::supervisor
