// The options that concern faults: --nemesis, the intervals, the probabilities.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/experiment/faults/nemesis.h"
#include "tools/experiment/network/fault.h"
#include "tools/experiment/network/wire.h"

namespace hearsay::bench {

// As given.
struct FaultOptions {
  std::vector<std::string> nemeses;
  double interval_s = 10;
  std::map<Fault, std::optional<double>> own_interval_s;
  std::map<Fault, std::optional<double>> probability;  // loss, duplicate, reorder
};

void add_fault_options(CommandLine& command, FaultOptions& options);

// Which faults come and go. Throws BadCommandLine, with words for people, for an option that
// would do nothing.
NemesisOptions resolve_nemesis(const FaultOptions& options);
// What may happen to messages, in turns or always. `latency_ms`: the network's mean.
WireOptions resolve_wire(const FaultOptions& options, std::int64_t latency_ms);

// Adds the options' names and values to `json`.
void add_to_json(nlohmann::json& json, const FaultOptions& options);

}  // namespace hearsay::bench
