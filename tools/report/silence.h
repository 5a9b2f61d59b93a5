// Whose clients waited in vain, and which replies nobody could take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/console/options.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"

namespace hearsay::bench {

// The node that a client's operation went to.
std::size_t node_of(const TestOptions& options, const Network& network, const Operation& operation);

// Nobody answered it.
bool has_timed_out(const Operation& operation);

// The reply was no error, and not what its request asks for.
bool has_malformed_reply(const Operation& operation);

struct Silence {
  std::size_t node = 0;
  std::int64_t since_ns = 0;  // 0: it never answered
  int unanswered = 0;
};

// Of nodes that nothing was done to: those that answered no request of the last ones. One that was
// asked before another that was answered is none of them: it alone was dropped. Nor, where messages
// between nodes got lost, is one before the last message that the node itself sent.
std::vector<Silence> silent_nodes(const TestOptions& options, const Run& run,
                                  const Network& network);

}  // namespace hearsay::bench
