// What a test asks of the network into one attached node: the request
// {"ask":"network","conditions":{...}} on its control subject (test_asks.h).
//
// It is always the whole of it, so a request that is repeated, because an answer was lost, changes
// nothing.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/experiment/network/passage.h"

namespace hearsay::cluster {

struct Conditions {
  std::string run;  // of the test. Another one begins to count anew
  std::uint64_t seed = 0;
  std::set<std::string, std::less<>> nodes;  // between these; nobody else's lines are touched
  bench::Link link;
  std::set<std::string, std::less<>> deaf_to;  // whose lines don't arrive

  bool operator==(const Conditions&) const = default;
};

nlohmann::json to_json(const Conditions& conditions);
// Nothing: they are none. Whoever is on the bus may have written it.
std::optional<Conditions> conditions_from(const nlohmann::json& json);

// "100 ms (constant), loss 0.01, deaf to n1, n2"; "": all is as without them.
std::string in_words(const bench::Link& link);
std::string in_words(const Conditions& conditions);

}  // namespace hearsay::cluster
