// How a run went, apart from what its history and its network say.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/verdict/deaths.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/experiment/verdict/node_talk.h"

namespace hearsay::bench {

// What a node's processes used, all together.
struct NodeUsage {
  std::int64_t cpu_us = 0;
  // Its parts, each in steps of 10 ms a process.
  std::int64_t user_ms = 0;
  std::int64_t system_ms = 0;
  // The sum of its processes' own peaks; pages that they share count in each.
  std::int64_t peak_rss_kb = 0;
};

// A kind of failure: somebody ended the run. What was found so far counts.
inline constexpr const char* kInterrupted = "interrupted";
// Another: our node did not understand the arguments behind "--".
inline constexpr const char* kBadArguments = "bad-arguments";
// Another: what there was to keep did not fit into memory.
inline constexpr const char* kNoMemory = "no-memory";

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Outcome {
  std::string failure;       // why the run couldn't go on; empty: it went to its end
  std::string failure_kind;  // "node-died", "no-answer", "no-end", or one of those above
  std::string failed_node;
  Findings findings;
  Deaths deaths;
  std::vector<Outage> outages;             // on the run's clock
  std::vector<std::string> violations;     // what else is wrong, in words
  nlohmann::json simulator;                // what only a simulated run has; null: nothing
  nlohmann::json bus;                      // what only a run over a bus has; null: nothing
  std::vector<std::string> remarks;        // why a valid run proves less than it seems
  std::vector<std::string> leftovers;      // nodes that left processes behind
  std::vector<std::string> service_words;  // what is odd about what nodes asked the services
  // Of real processes only.
  std::optional<std::int64_t> wall_ns;       // from the first process started to the last one gone
  std::optional<std::int64_t> unix_ns_at_0;  // Unix time when the run's clock was at 0
  std::optional<std::int64_t> bench_cpu_ns;  // what the bench itself used
  std::vector<NodeUsage> usage;              // by node
  std::vector<NodeTalk> talks;               // by node, at the end
};

}  // namespace hearsay::bench
