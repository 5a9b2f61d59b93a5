#include "tools/experiment/network/traffic.h"

#include <algorithm>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kFirstSpanNs = 50 * kNsPerMs;
constexpr std::size_t kMostSpans = 4096;
constexpr std::string_view kOtherTypes = "(other types)";

void take(std::vector<Traffic::TypeSum>& types, std::string_view type, std::int64_t size_bytes) {
  const auto named = [](std::string_view name) {
    return [name](const Traffic::TypeSum& known) { return known.type == name; };
  };
  auto found = std::find_if(types.begin(), types.end(), named(type));
  if (found == types.end()) {
    const std::string_view name = types.size() < Traffic::kMostTypes ? type : kOtherTypes;
    found = std::find_if(types.begin(), types.end(), named(name));
    if (found == types.end()) found = types.insert(types.end(), {std::string(name), {}});
  }
  found->sum.take(size_bytes);
}

}  // namespace

void TimeSeries::add(std::int64_t now_ns) {
  if (span_ns_ == 0) {
    start_ns_ = now_ns;
    span_ns_ = kFirstSpanNs;
  }
  const auto span = [&] { return static_cast<std::size_t>((now_ns - start_ns_) / span_ns_); };
  while (span() >= kMostSpans) widen();
  if (counts_.size() <= span()) counts_.resize(span() + 1);
  ++counts_[span()];
}

void TimeSeries::widen() {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (i % 2 == 0) {
      counts_[i / 2] = counts_[i];
    } else {
      counts_[i / 2] += counts_[i];
    }
  }
  counts_.resize((counts_.size() + 1) / 2);
  span_ns_ *= 2;
}

void Traffic::add_node() {
  nodes_.emplace_back();
  ++node_count_;
}

void Traffic::add_service() {
  nodes_.emplace_back();
}

void Traffic::count(std::int64_t now_ns, std::size_t src, std::size_t dest, std::string_view type,
                    std::int64_t size_bytes) {
  if (src == kClient || dest == kClient) {
    take(client_types_, type, size_bytes);
    return;
  }
  take(server_types_, type, size_bytes);
  nodes_[src].sent.take(size_bytes);
  nodes_[dest].addressed.take(size_bytes);
  over_time_.add(now_ns);
  if (!has_pairs()) return;
  if (pairs_.empty()) pairs_.resize(nodes_.size() * nodes_.size());
  ++pairs_[src * nodes_.size() + dest];
}

std::size_t Traffic::busiest_node() const {
  const auto busiest = std::max_element(
      nodes_.begin(), nodes_.begin() + static_cast<std::ptrdiff_t>(node_count_),
      [](const NodeSums& a, const NodeSums& b) { return a.messages() < b.messages(); });
  return static_cast<std::size_t>(busiest - nodes_.begin());
}

std::int64_t Traffic::pair(std::size_t src, std::size_t dest) const {
  return pairs_.empty() ? 0 : pairs_[src * nodes_.size() + dest];
}

Traffic::Sum Traffic::total(const std::vector<TypeSum>& types) {
  Sum total;
  for (const TypeSum& type : types) {
    total.messages += type.sum.messages;
    total.bytes += type.sum.bytes;
  }
  return total;
}

std::int64_t Traffic::line_bytes(std::string_view src, std::string_view dest,
                                 std::string_view body) {
  constexpr std::string_view kFrame = "{\"src\":\"\",\"dest\":\"\",\"body\":}\n";
  return static_cast<std::int64_t>(kFrame.size() + src.size() + dest.size() + body.size());
}

}  // namespace hearsay::bench
