// The order in which Elle comes across things: that of the hash tables it keeps them in.
//
// Which of several cycles is found first, and which of several longest lists counts as a key's
// order, depends on it, and so which anomalies are named. Transactions and lists lie in Bifurcan's
// maps (tries of 32-way nodes, entries before subtrees; transactions by Clojure's hash of their
// index, lists by Java's hash). What is next to a transaction, where the search for cycles has been
// given up, lies in a Clojure set. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench::elle {

// Where something lies in a Bifurcan map: its hash with the digits that its nodes go by, the first
// one foremost. An operation by its index in the history.
std::uint64_t map_key_of_operation(std::int64_t index);
std::uint64_t map_key_of_list(const std::vector<nlohmann::json>& list);

// Puts numbers, sorted by `keys[number]`, into the order of a Bifurcan map of just these.
void order_as_map(std::vector<int>& numbers, const std::vector<std::uint64_t>& keys);

// The place of an operation in a Clojure set.
std::uint64_t set_key(const Operation& operation);

}  // namespace hearsay::bench::elle
