// What nodes say on stderr of the deaths of their workers: where they were, and how long their
// successors took to rebuild the state.
//
// Ours say it (worker_died, worker_recovered); of others nothing is known. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/drill/strike.h"

namespace hearsay::drill {

struct Recovery {
  std::int64_t journal_bytes = 0;
  std::int64_t duration_ns = 0;
};

class NodeTales {
 public:
  void take_line(std::size_t node, std::string_view line);

  // Writes the stations of killed workers. A process id may be used again: the deaths of one are
  // told in their order.
  void tell_stations(Strikes& strikes) const;
  // First starts of workers, which have no state to rebuild, are among them.
  const std::vector<Recovery>& recoveries() const { return recoveries_; }

 private:
  std::map<std::pair<std::size_t, std::int64_t>, std::vector<std::string>> stations_;
  std::vector<Recovery> recoveries_;
};

}  // namespace hearsay::drill
