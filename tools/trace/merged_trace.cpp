#include "tools/trace/merged_trace.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "common/base/file_descriptor.h"

namespace hearsay::traces {

MergedTrace::MergedTrace(const std::vector<std::filesystem::path>& files, std::vector<Clock> clocks,
                         Progress* progress)
    : clocks_(std::move(clocks)), progress_(progress) {
  constexpr std::uint64_t kOpenedAtATime = 2;  // by commands that read twice
  constexpr std::uint64_t kOtherDescriptors = 100;
  allow_descriptors(kOpenedAtATime * files.size() + kOtherDescriptors);
  for (const auto& path : files) add_file(path);
}

void MergedTrace::add_file(const std::filesystem::path& path) {
  files_.push_back(std::make_unique<LogFile>(path));
  latest_ns_.push_back(std::numeric_limits<std::int64_t>::min());
  last_node_.push_back(0);
  push(files_.size() - 1);
  const bool is_empty = !ended_.empty() && ended_.back() == files_.size() - 1;
  last_node_.back() = number_of(is_empty ? std::string_view(path.stem().native())
                                         : files_.back()->event().node_name);
}

void MergedTrace::push(std::size_t file) {
  if (!files_[file]->next()) {
    ended_.push_back(file);
    return;
  }
  std::int64_t& time_ns = files_[file]->event().time_ns;
  if (file < clocks_.size()) time_ns = clocks_[file].shared_ns(time_ns);
  latest_ns_[file] = std::max(latest_ns_[file], time_ns);
  heads_.push_back({latest_ns_[file], file});
  std::push_heap(heads_.begin(), heads_.end(), std::greater<>());
}

void MergedTrace::go_on() {
  if (!front_is_out_) return;
  front_is_out_ = false;
  const std::size_t file = heads_.front().file;
  std::pop_heap(heads_.begin(), heads_.end(), std::greater<>());
  heads_.pop_back();
  push(file);
}

void MergedTrace::look_again() {
  go_on();
  for (const std::size_t file : std::exchange(ended_, {})) push(file);
}

// Read of all files.
std::int64_t MergedTrace::bytes() const {
  return std::accumulate(
      files_.begin(), files_.end(), std::int64_t{0},
      [](std::int64_t sum, const auto& file) { return sum + file->notes().bytes; });
}

const TraceEvent* MergedTrace::next() {
  if (progress_ != nullptr && progress_->is_due()) progress_->show(bytes());
  return next_until(std::numeric_limits<std::int64_t>::max());
}

const TraceEvent* MergedTrace::next_until(std::int64_t time_ns) {
  go_on();
  if (heads_.empty() || heads_.front().time_ns > time_ns) return nullptr;
  front_is_out_ = true;
  const std::size_t file = heads_.front().file;
  TraceEvent& event = files_[file]->event();
  std::uint32_t& last = last_node_[file];
  if (event.node_name != nodes_[last]) last = number_of(event.node_name);
  event.node = last;
  if (event.event == Event::node_started) ++starts_[last];
  event.life = starts_[last];
  return &event;
}

std::uint32_t MergedTrace::number_of(std::string_view node) {
  const auto known = numbers_.find(node);
  if (known != numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back(node);
  starts_.push_back(0);
  numbers_.emplace(nodes_.back(), number);
  return number;
}

}  // namespace hearsay::traces
