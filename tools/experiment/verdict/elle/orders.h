// Who comes before whom because of when and by whom it was done.
#pragma once

#include <vector>

#include "tools/experiment/verdict/elle/graph.h"
#include "tools/experiment/verdict/elle/transactions.h"

namespace hearsay::bench::elle {

// One transaction had ended before the other began. Not each such pair, but enough for each to be
// connected by a path: an edge leads to a transaction from those that ended last before it, as an
// interval order allows. So there are at most as many edges to one as there were operations at a
// time.
std::vector<Edge> realtime_edges(const Transactions& transactions);

// One process did both that happened, one directly after the other.
std::vector<Edge> process_edges(const Transactions& transactions);

}  // namespace hearsay::bench::elle
