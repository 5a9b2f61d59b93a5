#include "worker/gossip/streams.h"

#include <algorithm>

#include "common/base/record.h"
#include "worker/gossip/strategy.h"

namespace hearsay::gossip {
namespace {

struct SeenRecord {
  std::uint64_t incarnation;
  std::uint64_t number;
  std::uint32_t rank;
  std::uint32_t all_before;  // 1: and everything before it
};
static_assert(sizeof(SeenRecord) == 24);

constexpr auto kStreamSeen = static_cast<std::uint16_t>(StrategyChange::stream_seen);

void close_gap(Streams::Seen& seen) {
  auto next = seen.early.begin();
  while (next != seen.early.end() && *next <= seen.complete + 1) {
    seen.complete = std::max(seen.complete, *next);
    next = seen.early.erase(next);
  }
}

void apply(Streams::Seen& seen, const SeenRecord& record) {
  if (record.all_before != 0) {
    seen.complete = std::max(seen.complete, record.number);
  } else if (record.number > seen.complete) {
    seen.early.insert(record.number);
  }
  close_gap(seen);
}

}  // namespace

bool Streams::see(core::Context& context, const Source& root, std::uint64_t number) {
  Seen& seen = roots_[root];
  if (number <= seen.complete || seen.early.contains(number)) return false;
  const SeenRecord record{root.incarnation, number, root.rank, 0};
  apply(seen, record);
  context.change(kStreamSeen, bytes_of(record));
  return true;
}

bool Streams::see_up_to(core::Context& context, const Source& root, std::uint64_t number) {
  Seen& seen = roots_[root];
  if (number <= seen.complete) return false;
  const SeenRecord record{root.incarnation, number, root.rank, 1};
  apply(seen, record);
  context.change(kStreamSeen, bytes_of(record));
  return true;
}

bool Streams::has_gap(const Source& root) const {
  const auto found = roots_.find(root);
  return found != roots_.end() && found->second.last_missing() >= found->second.first_missing();
}

bool Streams::replay(std::uint16_t kind, std::string_view payload) {
  if (kind != kStreamSeen) return false;
  const auto record = take<SeenRecord>(payload);
  apply(roots_[{record.rank, record.incarnation}], record);
  return true;
}

void Streams::snapshot(const core::Service::ChangeSink& sink) const {
  for (const auto& [root, seen] : roots_) {
    if (seen.complete > 0) {
      sink(kStreamSeen, bytes_of(SeenRecord{root.incarnation, seen.complete, root.rank, 1}));
    }
    for (const std::uint64_t number : seen.early) {
      sink(kStreamSeen, bytes_of(SeenRecord{root.incarnation, number, root.rank, 0}));
    }
  }
}

}  // namespace hearsay::gossip
