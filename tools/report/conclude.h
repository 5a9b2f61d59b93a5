// The end of a run, real or simulated: results, history, report and page on disk, the report on
// stdout.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/run.h"
#include "tools/report/results.h"
#include "tools/report/store.h"

namespace hearsay::bench {

// How a run ended.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct RunEnd {
  int exit_code;
  std::filesystem::path directory;    // where its files are; empty: nowhere
  nlohmann::json results;             // as in results.json, written or not
  std::vector<std::string> problems;  // lines for people: what could not be written, and why
};

// A run that is valid but does not pass its challenge ends as an invalid one. A stdout that takes
// no report is said on stderr, and so are files that can't be written; one is there without the
// other. kExitRunFailed for both.
RunEnd conclude(const TestOptions& options, const Workload& workload, const Run& run,
                const Network& network, const Outcome& outcome, Store& store);

}  // namespace hearsay::bench
