// A run as one HTML file that needs neither server nor network: verdict, figures, latencies,
// faults, and all its messages. A pure function.
//
// What nodes wrote stands in it as data; nothing of it becomes HTML or script.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/run.h"
#include "tools/experiment/verdict/deaths.h"

namespace hearsay::page {

struct PageInput {
  const bench::TestOptions& options;
  const bench::Workload& workload;
  const bench::Run& run;
  const bench::Network& network;
  const std::vector<bench::Outage>& outages;  // on the run's clock
  const nlohmann::json& results;              // as in results.json
  const nlohmann::json& report;               // "verdict", "notes", "figures", "text"
};

std::string make_page(const PageInput& input);

}  // namespace hearsay::page
