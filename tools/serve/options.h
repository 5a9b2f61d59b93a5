// The options of `hearsay serve` and `hearsay show`.
#pragma once

#include <cstdint>
#include <string>

#include "common/options/command_line.h"

namespace hearsay::serve {

struct ServeOptions {
  std::string store = "store";
  std::string host = "127.0.0.1";
  std::int64_t port = 8080;
};

struct ShowOptions {
  std::string store = "store";
  std::string run;

  // Worked out by resolve().
  std::string report;  // the file
};

void add_serve_options(CommandLine& command, ServeOptions& options);
void add_show_options(CommandLine& command, ShowOptions& options);

// Throws BadCommandLine where the store can be none. One that is not there yet may come.
void resolve(const ServeOptions& options);

// Finds the run. Throws BadCommandLine with words for people.
void resolve(ShowOptions& options);

}  // namespace hearsay::serve
