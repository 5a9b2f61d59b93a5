// A recording of how long hops took, for --lateness FILE: a CSV file whose header names a column
// hop_ms, one line a hop.
//
// The latency that was asked for is not in such a file. It is taken to be the whole number of ms
// just above the fastest hundredth of the hops: Maelstrom hands over up to 1 ms early, hardly ever
// more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearsay::bench {

// How much later than asked for each hop was, in ns, in the file's order. Throws BadCommandLine,
// with words for people, when the file can't be read or is something else.
std::vector<std::int64_t> read_lateness_file(const std::string& path);

}  // namespace hearsay::bench
