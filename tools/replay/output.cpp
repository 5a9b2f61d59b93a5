#include "tools/replay/output.h"

#include <fmt/core.h>

#include <cstdio>
#include <string>

#include "tools/console/tell.h"

namespace hearsay::replay {

void print(std::string_view text) {
  if (bench::is_piped(stdout)) bench::end_progress();
  const std::string wrong = bench::print(text);
  if (!wrong.empty()) throw OutputLost("stdout takes no results: " + wrong);
}

void show_replayed(bench::LoopProgress& progress, std::uint64_t inputs, std::uint64_t of) {
  if (progress.is_due()) progress.show(fmt::format("replaying: {} of {} inputs", inputs, of));
}

}  // namespace hearsay::replay
