#include "tools/processes/progress.h"

#include <fmt/core.h>

#include <fstream>

#include "common/base/units.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kFollowEveryNs = 100 * kNsPerMs;

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
}

}  // namespace

Progress::Progress(EventHeap& heap, const Run& run, const Network& network)
    : heap_(heap), run_(run), network_(network) {}

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
    line = fmt::format("{:.0f} of {:.0f} s  {} operations, {} ok  {} messages between nodes",
                       in_seconds(now_ns - *run_.load_start_ns()), in_seconds(run_.planned_ns()),
                       invoked_, completed_ok_, network_.server_messages().sent);
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

void LogFollower::start(std::int64_t now_ns) {
  print_news();
  heap_.at(now_ns + kFollowEveryNs, [this](std::int64_t later_ns) { start(later_ns); });
}

void LogFollower::print_news() {
  for (File& file : files_) {
    std::ifstream log(file.path, std::ios::binary);
    log.seekg(file.read);
    for (std::string line; std::getline(log, line) && !log.eof();) {
      tell("{}: {}\n", file.name, line);
      file.read += static_cast<std::streamoff>(line.size()) + 1;
    }
  }
}

}  // namespace hearsay::bench
