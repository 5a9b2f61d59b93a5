// What an attached node is told beside the arguments that the user gave. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// What our node must be able to take (hearsay-node --max-line-bytes).
inline constexpr std::size_t kLeastLineBytes = std::size_t{1} << 20U;

// Our node is told what the bus takes: it divides what it says to others, and turns away what would
// fit no line. Others are taken as they are.
std::vector<std::string> node_arguments(const AttachOptions& options, const std::string& program,
                                        std::size_t longest_text);

}  // namespace hearsay::cluster
