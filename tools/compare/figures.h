// What a comparison takes from the results of runs. Pure functions.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hearsay::compare {

// What there is nothing to say about (no value became stable, the run could not go on) is left out.
struct Figures {
  std::optional<double> messages_per_op;  // between nodes
  std::optional<double> bytes_per_op;     // likewise
  std::optional<double> median_ms;        // stable latency
  std::optional<double> maximum_ms;
  std::int64_t lost = 0;  // values
};

struct RunVerdict {
  bool valid = false;
  bool only_lost_values = false;  // are what is wrong
  std::string why;                // not valid, for people
};

// `results`: a whole results.json (tools/report/results.h).
Figures read_figures(const nlohmann::json& results);
RunVerdict read_verdict(const nlohmann::json& results);

// The median of each figure over the runs that have it; of the lost values the sum, since one is
// too many.
Figures typical(const std::vector<Figures>& runs);

nlohmann::json to_json(const Figures& figures);

}  // namespace hearsay::compare
