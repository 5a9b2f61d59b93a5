#include "tools/trace/recordings.h"

#include <fmt/core.h>

#include <filesystem>

#include "tools/console/command_text.h"

namespace hearsay::traces {
namespace {

namespace fs = std::filesystem;

// Where the node wrote it, or in the run's folder, which may have been moved since.
fs::path where_it_is(const RunLogs& logs, const fs::path& written) {
  std::error_code error;
  fs::path kept = logs.run / "recordings" / written.filename();
  if (!logs.run.empty() && fs::exists(kept, error)) return kept;
  return fs::exists(written, error) ? written : fs::path();
}

}  // namespace

void Recordings::take(const TraceEvent& event) {
  if (event.event != Event::recording_started) return;
  files_[{event.node, event.life}] = event.text(FieldName::file);
}

std::string Recordings::advice(const RunLogs& logs, const Place& place) const {
  const auto found = files_.find({place.node, place.life});
  if (found == files_.end()) {
    return "this run was not recorded; the next one is with hearsay test --record";
  }
  const fs::path file = where_it_is(logs, found->second);
  if (file.empty()) return found->second + " is no longer there";
  std::string command = bench::as_typed("hearsay replay", {file.string()});
  if (place.position) command += fmt::format(" --to @{}", *place.position);
  if (place.generation) command += fmt::format(" --worker {}", *place.generation);
  return command + " --gdb";
}

}  // namespace hearsay::traces
