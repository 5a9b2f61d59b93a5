// Any bytes as a node's log: read, sorted, shown, and checked as `hearsay trace check` does.
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "common/base/check.h"
#include "common/base/file_descriptor.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"
#include "tools/trace/log_page.h"
#include "tools/trace/merged_trace.h"
#include "tools/trace/node_check.h"

namespace hearsay::fuzz {

void trace_reader(std::string_view input) {
  const FileDescriptor file(check_syscall(::memfd_create("log", MFD_CLOEXEC), "memfd_create"));
  check_syscall(static_cast<int>(::write(file.get(), input.data(), input.size())), "write");
  const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file.get());
  traces::MergedTrace trace({path});
  traces::Verdicts verdicts;
  traces::AnswerBook book;
  std::vector<traces::NodeCheck> checks;
  std::int64_t last_ns = INT64_MIN;
  std::int64_t count = 0;
  while (const traces::TraceEvent* event = trace.next()) {
    HEARSAY_CHECK(event->time_ns >= last_ns, "events come in the order of their times");
    last_ns = event->time_ns;
    traces::LogPage page({80, false}, trace.nodes());
    HEARSAY_CHECK(page.line(*event, event->time_ns).ends_with('\n'), "an event has a line");
    while (checks.size() < trace.nodes().size()) {
      checks.emplace_back(static_cast<std::uint32_t>(checks.size()), verdicts, book);
    }
    checks.at(event->node).take(*event);
    ++count;
  }
  for (traces::NodeCheck& check : checks) check.finish();
  const traces::FileNotes& notes = trace.files().at(0)->notes();
  HEARSAY_CHECK(notes.events == count, "each event is given out once");
}

Seeds trace_reader_seeds() {
  Seeds seeds;
  for (const std::string& path : data_files("trace")) {
    if (!path.ends_with(".log")) continue;
    const std::string log = data_file(path);
    seeds.push_back(log.substr(0, 8000));
    for (std::size_t at = 0, lines = 0; at < log.size() && lines < 20; ++lines) {
      const std::size_t end = std::min(log.find('\n', at), log.size() - 1) + 1;
      seeds.push_back(log.substr(at, end - at));
      at = end;
    }
  }
  return seeds;
}

}  // namespace hearsay::fuzz
