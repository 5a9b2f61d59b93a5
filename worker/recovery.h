// How a worker takes over from its dead predecessor: the node is rebuilt from the journal, and the
// supervisor is shown what the active slot says.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/trace/event.h"
#include "worker/committer.h"
#include "worker/core/node.h"

namespace hearsay::worker {

// `progress` counts the records read. Throws CorruptSegment.
void recover(Committer& committer, core::Node& node, std::atomic<std::uint64_t>& progress,
             trace::EventSink& events);

}  // namespace hearsay::worker
