// A recording written anew, with something changed on the way, as no supervisor would write it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/recording/file.h"
#include "common/recording/reader.h"
#include "common/recording/writer.h"

namespace hearsay::test {

// The payload that an entry, or one of its output sums, has in the new one; nothing: it is left
// out.
using Change = std::function<std::optional<std::string>(const recording::Entry& entry)>;

inline recording::OutputSum sum_in(std::string_view payload) {
  return take<recording::OutputSum>(payload);
}

// Returns the new recording's path.
inline std::string rewrite(const std::string& path, const Change& change,
                           const std::string& version = "") {
  recording::RecordingReader reader(path);
  recording::BeginRecord begin = reader.begin();
  if (!version.empty()) begin.version = version;
  recording::RecordingFile file = recording::create_recording(path);
  std::string made = file.path;
  recording::RecordingWriter writer(std::move(file.file), std::uint64_t{1} << 32, begin);
  const auto write = [&](const recording::Entry& entry) {
    const auto payload = change(entry);
    if (!payload) return;
    recording::Entry changed = entry;
    changed.payload = *payload;
    switch (entry.kind) {
      case recording::RecordKind::input: {
        const auto input = input_of(changed);
        writer.input(input.position, entry.input_kind, entry.flags, input.payload);
        break;
      }
      case recording::RecordKind::worker_started:
        writer.worker_started(mark_of(changed));
        break;
      case recording::RecordKind::worker_ended:
        writer.worker_ended(mark_of(changed));
        break;
      case recording::RecordKind::ended:
        writer.ended(mark_of(changed));
        break;
      case recording::RecordKind::journal:
        writer.journal(changed.payload);
        break;
      default:
        break;
    }
  };
  while (const auto entry = reader.next()) {
    if (entry->kind != recording::RecordKind::output) {
      write(*entry);
      continue;
    }
    recording::RecordedOutputs outputs(entry->payload);
    while (const auto output = outputs.next()) {
      const auto payload = change({entry->kind, bytes_of(output->sum)});
      if (payload) writer.output(output->ring_position, sum_in(*payload));
    }
  }
  writer.flush();
  return made;
}

inline std::optional<std::string> as_it_is(const recording::Entry& entry) {
  return std::string(entry.payload);
}

}  // namespace hearsay::test
