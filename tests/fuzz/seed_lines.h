// Messages to begin with: recorded ones, and what our nodes say to each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearsay::fuzz {

// What Maelstrom sent, from tests/data/transcripts: messages as lines without a line feed.
std::vector<std::string> recorded_lines();

// What --gossip may be.
inline constexpr std::string_view kStrategies[] = {"relay", "epidemic", "push", "flood"};
// All that node n0 of five gets while the nodes tell each other a few values over a bad network,
// by the strategy.
std::vector<std::string> overheard_lines(std::string_view strategy);

// The whole of a file below tests/data.
std::string data_file(const std::string& path);
// Paths below tests/data, in order.
std::vector<std::string> data_files(const std::string& folder);

}  // namespace hearsay::fuzz
