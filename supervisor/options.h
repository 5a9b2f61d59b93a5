// The command line of hearsay-node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/options/worker_options.h"

namespace hearsay::supervisor {

struct Options : CareOptions {
  WorkerOptions worker;
  std::string worker_path;  // empty: hearsay-worker beside this program
  std::string state_dir;    // empty: the state lives in memory
  bool begin_anew = false;  // when the state in state_dir can't be gone on from
  std::string trace_file;   // empty: stderr
  std::string record;       // where the recording goes; empty: there is none
  std::uint64_t record_limit_mib = 256;

  std::uint64_t max_line_bytes() const { return worker.services.gossip.max_line_bytes; }
};

struct ParsedOptions {
  Options options;
  std::optional<int> exit_code;  // set: end now, with this code (help was shown, or an error)
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace hearsay::supervisor
