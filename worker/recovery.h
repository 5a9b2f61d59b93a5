// How a worker takes over from its dead predecessor: the node is rebuilt from the journal, and the
// supervisor is shown what the active slot says.
#pragma once

#include <functional>

#include "common/trace/event.h"
#include "worker/committer.h"
#include "worker/core/node.h"

namespace hearsay::worker {

// `progress` is called after each record. Throws CorruptSegment.
void recover(Committer& committer, core::Node& node, const std::function<void()>& progress,
             trace::EventSink& events);

}  // namespace hearsay::worker
