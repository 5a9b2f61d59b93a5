// The options that both processes understand: a user gives them to hearsay-node, which checks them
// and hands them on to each worker that it starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "common/trace/event.h"

namespace hearsay {

struct GossipOptions {
  std::string strategy = "relay";
  std::int64_t latency_budget_ms = 390;  // relay: the stable latency to aim at
  std::int64_t interval_ms = 50;         // push: time between two rounds
  std::int64_t fanout = 1;               // push: random nodes and random neighbours a round, each
};

// What a worker is for.
struct ServiceOptions {
  std::string workload = "auto";  // as of worker/core/service_list.h
  GossipOptions gossip;
};

struct WorkerOptions {
  ServiceOptions services;
  trace::Level trace_level = trace::Level::info;
};

// How the supervisor looks after its worker. The simulator, which plays its part, takes them too.
struct CareOptions {
  std::int64_t reply_deadline_ms = 4500;
  std::int64_t hang_limit_ms = 2000;
  std::int64_t chaos_kill_ms = 0;  // mean; 0: never
  std::uint64_t chaos_seed = 0;
};

void add_care_options(CommandLine& app, CareOptions& options);

// Adds the options to `app`, which writes what it parses into `options`; `options` must outlive it.
void add_worker_options(CommandLine& app, WorkerOptions& options);

// The command-line arguments that make add_worker_options parse `options` again.
std::vector<std::string> to_arguments(const WorkerOptions& options);

}  // namespace hearsay
