#include "worker/recovery.h"

#include "common/base/clock.h"
#include "common/base/kill_point.h"

namespace hearsay::worker {

void recover(Committer& committer, core::Node& node, std::atomic<std::uint64_t>& progress,
             trace::EventSink& events) {
  const std::int64_t begin_ns = monotonic_ns();
  kill_point();
  committer.replay_journal([&](const Record& record) {
    node.replay(record);
    progress.fetch_add(1, std::memory_order_relaxed);
    kill_point();
  });
  committer.publish();
  events.emit(trace::Event::worker_recovered,
              {{trace::FieldName::bytes, committer.slot().journal_end},
               {trace::FieldName::position, committer.slot().request_head},
               {trace::FieldName::duration_ns, monotonic_ns() - begin_ns}});
}

}  // namespace hearsay::worker
