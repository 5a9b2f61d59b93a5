#include "worker/recovery.h"

#include "common/base/clock.h"
#include "common/base/kill_point.h"

namespace hearsay::worker {

void recover(Committer& committer, core::Node& node, const std::function<void()>& progress,
             trace::EventSink& events) {
  const std::int64_t begin_ns = monotonic_ns();
  kill_point();
  committer.replay_journal([&](const Record& record) {
    node.replay(record);
    progress();
    kill_point();
  });
  node.replayed();
  committer.resume();
  if (!node.identity().node_id.empty()) events.set_node(node.identity().node_id);
  events.emit(trace::Event::worker_recovered,
              {{trace::FieldName::position, committer.slot().request_head},
               {trace::FieldName::bytes, committer.slot().journal_end},
               {trace::FieldName::duration_ns, monotonic_ns() - begin_ns}});
}

}  // namespace hearsay::worker
