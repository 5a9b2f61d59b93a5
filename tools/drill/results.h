// What came out of a drill, as JSON: drill.json but for the verdict. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/drill/course.h"
#include "tools/drill/node_tales.h"
#include "tools/drill/options.h"
#include "tools/drill/resources.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::drill {

// What is known beside the course itself.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Facts {
  bench::Outcome outcome;
  std::vector<Recovery> recoveries;
  // By node, at rest: before the first strike, and at the end. Empty: it did not come to that.
  std::vector<Holding> before;
  std::vector<Holding> after;
  std::vector<std::string> left_shared_memory;
};

nlohmann::json make_results(const DrillOptions& options, const bench::Network& network,
                            const bench::Workload& workload, const Course& course,
                            const Facts& facts);

// Of times in ns: {"count", "p50", "p99", "max"} in ms; the quantiles are null when there are none.
// The quantile p of n values is the one at index min(n-1, floor(n*p)).
nlohmann::json spread_ms(std::vector<std::int64_t> times_ns);

// By size of the journal, in powers of four: [{"journal-bytes-below", "count", "p50", "p99",
// "max"}, ...].
nlohmann::json recoveries_by_size(const std::vector<Recovery>& recoveries);

// Acknowledged values (whole numbers) that a final read lacks, with the nodes that lack them:
// {"count", "values": the first few, "nodes"}.
nlohmann::json find_lost(const bench::History& history, const Course& course,
                         const bench::Network& network);

}  // namespace hearsay::drill
