// The options of `hearsay check`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"

namespace hearsay::check {

struct CheckCommandOptions {
  std::string workload;
  std::string consistency_models = "strict-serializable";
  std::string availability;
  bool json = false;
  std::vector<std::string> histories;

  // Worked out by resolve().
  std::optional<double> wanted_availability;
};

void add_check_options(CommandLine& command, CheckCommandOptions& options);

// Throws BadCommandLine.
void resolve(CheckCommandOptions& options);

}  // namespace hearsay::check
