// What both workloads look for in single reads and writes.
#pragma once

#include <unordered_map>

#include "tools/experiment/verdict/elle/cases.h"
#include "tools/experiment/verdict/elle/transactions.h"

namespace hearsay::bench::elle {

// From a key and a value (pair_number) to the transaction that wrote it, by number.
using Writers = std::unordered_map<std::uint64_t, int>;

// What certainly failed transactions wrote.
Writers failed_writes(const Transactions& transactions);
// What transactions wrote and then wrote over, or appended to, themselves.
Writers intermediate_writes(const Transactions& transactions);

// Several committed transactions read the same state of a key first, and then wrote the key.
void add_lost_updates(const Transactions& transactions, Workload workload, Cases& cases);

// {"op", "mop", "writer"}: a step that read what `writer` wrote.
nlohmann::json read_case(const Transactions& transactions, const Transaction& reader,
                         const Step& step, int writer);

}  // namespace hearsay::bench::elle
