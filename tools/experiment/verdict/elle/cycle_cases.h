// From a graph of transactions to the cycles in it, named and explained.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/verdict/elle/cases.h"
#include "tools/experiment/verdict/elle/graph.h"
#include "tools/experiment/verdict/elle/transactions.h"

namespace hearsay::bench::elle {

// Knows why one transaction depends on another, by what they read and wrote.
class Explainer {
 public:
  Explainer() = default;
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;
  virtual ~Explainer() = default;

  // {"type": "ww", "wr" or "rw", "key", "value", "value'", "a-mop-index", "b-mop-index"}; nothing:
  // no such dependency of the transaction with number `b` on that with number `a`.
  virtual std::optional<nlohmann::json> explain(int a, int b) const = 0;
  // The same in words: "T2 appended 3 after T1 appended 2 to key 7".
  virtual std::string words(const nlohmann::json& step, const std::string& a,
                            const std::string& b) const = 0;
};

// Searches for cycles among `edges` and, if the asked models know them, those of real time or else
// of processes.
void add_cycle_cases(const Transactions& transactions, std::vector<Edge> edges,
                     const Explainer& explainer, std::int64_t steps, Cases& cases);

}  // namespace hearsay::bench::elle
