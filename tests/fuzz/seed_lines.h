// Messages to begin with: recorded ones, and what our nodes say to each other.
#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/options/service_options.h"

namespace hearsay::fuzz {

// What Maelstrom sent, from tests/data/transcripts: messages as lines without a line feed.
std::vector<std::string> recorded_lines();

// What a node may be for: --workload, and --gossip where it counts.
struct Role {
  const char* workload;
  const char* strategy = "relay";
};
inline constexpr Role kRoles[] = {
    {"auto"},   {"auto", "epidemic"}, {"auto", "push"},    {"auto", "flood"},
    {"g-set"},  {"pn-counter"},       {"txn-rw-register"}, {"kafka"},
    {"lin-kv"}, {"txn-list-append"},  {"seq-kv-counter"}};
// As inputs say it.
inline const Role& role_of(unsigned char byte) {
  return kRoles[byte % std::size(kRoles)];
}
ServiceOptions service_options(const Role& role);

// All that node n0 of five gets while clients ask the nodes for what they are for, over a bad
// network.
std::vector<std::string> overheard_lines(const Role& role);

// The whole of a file below tests/data.
std::string data_file(const std::string& path);
// Paths below tests/data, in order.
std::vector<std::string> data_files(const std::string& folder);

}  // namespace hearsay::fuzz
