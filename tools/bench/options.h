// The options of `hearsay bench`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options/command_line.h"

namespace hearsay::measure {

struct BenchOptions {
  std::vector<std::string> only;  // rooms; empty: all
  int rounds = 5;
  std::int64_t lines = 400'000;  // of echo, for the fast nodes
  int seconds = 10;              // many nodes under load, and idle
  bool in_front = false;
  bool no_build = false;
  std::string json;  // files; empty: none
  std::string picture;
};

void add_bench_options(CommandLine& command, BenchOptions& options);
bool wants(const BenchOptions& options, const std::string& room);

}  // namespace hearsay::measure
