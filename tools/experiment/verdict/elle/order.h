// The order in which Elle comes across things: that of the hash tables it keeps them in.
//
// Which of several cycles is found first, and which of several longest lists counts as a key's
// order, depends on it, and so which anomalies are named. Transactions lie in Bifurcan's maps
// (tries of 32-way nodes, entries before subtrees), values in Clojure's (tries in the order of
// their hashes); both hash with Murmur3. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace hearsay::bench::elle {

// Where an operation, by its index in the history, lies in a Bifurcan map: its hash with the digits
// that its nodes go by, the first one foremost.
std::uint64_t trie_key(std::int64_t operation_index);

// Puts `items`, which are sorted by `keys[item]`, into the order of a Bifurcan map of just these.
void order_as_map(std::vector<int>& items, const std::vector<std::uint64_t>& keys);

// The place of a list of values in a Clojure set; compares like the set's order.
std::uint64_t set_key(const std::vector<nlohmann::json>& list);

}  // namespace hearsay::bench::elle
