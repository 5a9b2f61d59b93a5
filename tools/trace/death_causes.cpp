#include "tools/trace/death_causes.h"

#include <string_view>

namespace hearsay::traces {

void DeathCauses::take(const TraceEvent& event) {
  if (event.event != Event::worker_killed) return;
  const std::string_view cause = event.text(FieldName::cause);
  // Figures follow behind a colon.
  killed_[{event.node, event.number(FieldName::worker_pid)}] = cause.substr(0, cause.find(':'));
}

std::string DeathCauses::cause_of(const TraceEvent& died) {
  const auto own = killed_.extract({died.node, died.number(FieldName::worker_pid)});
  if (own) return own.mapped();
  const std::string_view end = died.text(FieldName::cause);
  return std::string(end.starts_with("signal 9 ") ? "killed from outside" : end);
}

}  // namespace hearsay::traces
