#include "tools/processes/progress.h"

#include <fmt/core.h>

#include "common/base/units.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::bench {
namespace {

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
}

}  // namespace

Progress::Progress(EventHeap& heap, const Run& run, const Network& network,
                   std::function<std::int64_t()> count_deaths)
    : heap_(heap), run_(run), network_(network), count_deaths_(std::move(count_deaths)) {}

void Progress::start(std::int64_t now_ns) {
  start_ns_ = now_ns;
  if (!line_.is_terminal()) return;
  heap_.at(now_ns + kFirstShownNs, [this](std::int64_t later_ns) { show(later_ns); });
}

void Progress::show(std::int64_t now_ns) {
  const auto& operations = run_.history().operations();
  for (; counted_ < operations.size(); ++counted_) {
    const Operation& operation = operations[counted_];
    if (!is_client(operation)) continue;
    if (operation.type == OperationType::invoke) ++invoked_;
    if (operation.type == OperationType::ok) ++completed_ok_;
  }
  std::string line = "starting the nodes";
  if (run_.load_start_ns()) {
    line = fmt::format("{:.0f} of {:.0f} s  {} operations, {} ok  {} messages",
                       in_seconds(now_ns - *run_.load_start_ns()), in_seconds(run_.planned_ns()),
                       invoked_, completed_ok_, network_.server_messages().sent);
  }
  if (const std::int64_t deaths = count_deaths_(); deaths > 0) {
    line += fmt::format("  {} workers died", deaths);
  }
  for (const Fault fault : kFaults) {
    if (run_.nemesis().is_active(fault)) line += fmt::format("  {}", name_of(fault));
  }
  line_.show(now_ns, line);
  heap_.at(now_ns + kShownEveryNs, [this](std::int64_t later_ns) { show(later_ns); });
}

void Progress::finish() {
  line_.clear();
}

}  // namespace hearsay::bench
