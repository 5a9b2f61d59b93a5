#include "tools/check/progress.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/progress_times.h"

namespace hearsay::check {

Progress::Progress(bench::ProgressLine& line) : line_(line) {
  if (!line_.is_terminal()) return;
  thread_ = std::jthread([this](const std::stop_token& over) { keep_showing(over); });
}

Progress::~Progress() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  line_.clear();
}

void Progress::begin(std::string what) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  since_ns_ = monotonic_ns();
}

void Progress::keep_showing(const std::stop_token& over) {
  std::unique_lock lock(mutex_);
  while (!over.stop_requested()) {
    show();
    stopped_.wait_for(lock, over, std::chrono::nanoseconds(bench::kShownEveryNs),
                      [] { return false; });
  }
}

void Progress::show() {
  const std::int64_t now_ns = monotonic_ns();
  if (what_.empty() || !line_.is_due(now_ns)) return;
  line_.show(now_ns, fmt::format("{} s  {}", (now_ns - since_ns_) / kNsPerSecond, what_));
}

}  // namespace hearsay::check
