// The options that concern workloads, and what each workload is, in words.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/options/command_line.h"

namespace hearsay::bench {

// As given.
struct WorkloadFlags {
  std::int64_t key_count = 10;
  std::int64_t max_txn_length = 4;
  std::int64_t max_writes_per_key = 16;
  std::string consistency_models = "strict-serializable";
};

void add_workload_options(CommandLine& command, WorkloadFlags& flags);

// Adds the options' names and values to `json`.
void add_to_json(nlohmann::json& json, const WorkloadFlags& flags);

// Adds the --workload that our own node needs for this one, unless `node_arguments` say which, or
// that the worker is another program.
void switch_on_workload(const std::string& workload, std::vector<std::string>& node_arguments);

// To stderr: that transactions are held to models that nobody knows. Maelstrom takes such names,
// too, and gives up when the run is over.
void tell_of_unknown_models(const std::string& command, const std::string& workload,
                            const std::string& models);

// What its clients ask and what makes a run invalid; of an empty name, how to be told of one. Ends
// with a line feed.
std::string explain_workload(const std::string& workload);

}  // namespace hearsay::bench
