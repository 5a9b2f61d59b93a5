// What the tests of kill points let a node go through: inputs, and what of its output must not
// depend on kills.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearsay::test {

struct Step {
  std::string line;
  // The msg_id of a request that gets an answer.
  std::optional<std::int64_t> answered;
};

enum class Compared {
  lines,           // every line that the node prints
  lines_but_ids,   // the same, whatever id a generate_ok carries; but no id twice
  client_replies,  // lines to clients; what goes to peers depends on time
};

struct KillScript {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<Step> steps;
  Compared compared;
  // So many of the points with the same place in the source are tried; 0: all of them.
  std::size_t points_a_place;
  bool has_state_dir = false;
};

// By name: "echo", "unique_ids", "large", "compaction", or that of a strategy: "flood", "push",
// "relay", "epidemic"; "counter", "registers"; the compaction with a disk: "sync_each_commit",
// "sync_in_time".
KillScript kill_script(const std::string& name);

}  // namespace hearsay::test
