// How a worker takes over from its dead predecessor: the node is rebuilt from the journal, and the
// supervisor is shown what the active slot says.
#pragma once

#include "common/trace/event.h"
#include "worker/committer.h"
#include "worker/core/node.h"

namespace hearsay::worker {

// Throws CorruptSegment.
void recover(Committer& committer, core::Node& node, trace::EventSink& events);

}  // namespace hearsay::worker
