// The options of `hearsay replay`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/replay/pattern.h"

namespace hearsay::replay {

struct ReplayOptions {
  std::string path;  // a recording, or a run's folder
  std::string to;
  std::optional<std::uint64_t> worker;
  std::vector<std::string> breaks;
  std::vector<std::string> print;
  bool step = false;
  bool gdb = false;

  // Worked out by resolve().
  std::optional<InputPattern> target;
  std::vector<InputPattern> patterns;

  bool prints(const char* what) const;
};

void add_replay_options(CommandLine& command, ReplayOptions& options);

// Throws BadCommandLine.
void resolve(ReplayOptions& options);

// The words of the command that does the same, with this program, without --gdb.
std::vector<std::string> command_of(const ReplayOptions& options, const std::string& program);

}  // namespace hearsay::replay
