// Faults as lanes: what a nemesis did, from when to when, and to whom. A pure function.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::page {

struct Bar {
  std::int64_t begin_ns = 0;       // since the start of the load
  std::int64_t end_ns = 0;         // begin_ns: it has no length
  std::vector<std::string> nodes;  // that were struck; none: all, or the network as a whole
  std::string text;                // for people: "n4 | n0 n1 n2 n3", "n1, n3"
};

// By the fault's name. A fault that is not healed ends with the history. Deeds that struck nobody
// are left out.
std::map<std::string, std::vector<Bar>> fault_bars(const bench::History& history);

}  // namespace hearsay::page
