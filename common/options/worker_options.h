// The options that both processes understand: a user gives them to hearsay-node, which checks them
// and hands them on to each worker that it starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "common/options/service_options.h"
#include "common/trace/event.h"

namespace hearsay {

// When what is committed is brought to the disk.
struct SyncPolicy {
  enum class Kind { none, commit, interval };
  Kind kind = Kind::none;
  std::int64_t interval_ms = 0;  // of Kind::interval
};

struct WorkerOptions {
  ServiceOptions services;
  SyncPolicy sync;
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
