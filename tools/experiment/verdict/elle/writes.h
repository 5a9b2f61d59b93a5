// What both workloads look for in single reads and writes.
#pragma once

#include <cstddef>

#include "tools/experiment/verdict/elle/cases.h"
#include "tools/experiment/verdict/elle/transactions.h"

namespace hearsay::bench::elle {

// What certainly failed transactions wrote.
Writers failed_writes(const Transactions& transactions);

// Several committed transactions read the same state of a key first, and then wrote the key.
void add_lost_updates(const Transactions& transactions, Workload workload, Cases& cases);

// {"op", "mop", "writer"}: a step that read what the operation `writer` wrote.
nlohmann::json read_case(const Transactions& transactions, const Transaction& reader,
                         const Step& step, std::size_t writer);

}  // namespace hearsay::bench::elle
