#include "tools/cluster/network_faults.h"

#include <utility>

#include "common/base/units.h"

namespace hearsay::cluster {

NetworkFaults::NetworkFaults(std::string node, bench::EventHeap& heap, bus::QueueLimit limit,
                             Deliver deliver)
    : node_(std::move(node)), heap_(heap), limit_(limit), deliver_(std::move(deliver)) {}

void NetworkFaults::set(Conditions conditions) {
  if (conditions.run != conditions_.run) {
    numbers_.clear();
    hits_.clear();
  }
  conditions_ = std::move(conditions);
}

std::optional<std::uint64_t> NetworkFaults::take_number(std::string_view sender) {
  if (conditions_.nodes.find(sender) == conditions_.nodes.end()) return std::nullopt;
  const auto found = numbers_.find(sender);
  if (found != numbers_.end()) return found->second++;
  numbers_.emplace(sender, 1);
  return 0;
}

void NetworkFaults::take(std::int64_t now_ns, std::string_view sender,
                         std::optional<std::uint64_t> number, const std::string& line) {
  if (!number) {
    deliver_(line);
    return;
  }
  const bench::Passage passage =
      bench::passage_of(conditions_.link, conditions_.seed, sender, node_, *number);
  if (passage.lost) {
    ++hits_["loss"];
    return;
  }
  if (passage.copy_latency_ms) {
    ++hits_["duplicate"];
    send(now_ns, *passage.copy_latency_ms, sender, line);
  }
  if (passage.delay_ms > 0) ++hits_["reorder"];
  send(now_ns, passage.latency_ms + passage.delay_ms, sender, line);
}

void NetworkFaults::send(std::int64_t now_ns, std::int64_t delay_ms, std::string_view sender,
                         const std::string& line) {
  if (delay_ms == 0) {
    arrive(sender, line);
    return;
  }
  if (underway_.elements >= limit_.elements || underway_.bytes + line.size() > limit_.bytes) {
    ++dropped_;
    return;
  }
  ++underway_.elements;
  underway_.bytes += line.size();
  heap_.at(now_ns + delay_ms * kNsPerMs,
           [this, lives = lives_, from = std::string(sender), line](std::int64_t) {
             if (lives != lives_) return;
             --underway_.elements;
             underway_.bytes -= line.size();
             arrive(from, line);
           });
}

void NetworkFaults::arrive(std::string_view sender, const std::string& line) {
  if (conditions_.deaf_to.find(sender) != conditions_.deaf_to.end()) {
    ++hits_["cut"];
    return;
  }
  deliver_(line);
}

void NetworkFaults::forget_underway() {
  ++lives_;
  underway_ = {0, 0};
}

}  // namespace hearsay::cluster
