#include "tools/experiment/verdict/kafka/components.h"

#include <algorithm>
#include <numeric>

namespace hearsay::bench::kafka {
namespace {

constexpr std::uint32_t kUnvisited = 0xFFFFFFFF;
constexpr std::uint32_t kOutside = 0xFFFFFFFE;

class KnotSearch {
 public:
  KnotSearch(const Edges& edges, const std::vector<Vertex>& within)
      : edges_(edges), low_(edges.size(), within.empty() ? kUnvisited : kOutside) {
    for (const Vertex vertex : within) low_[vertex] = kUnvisited;
  }

  std::vector<std::vector<Vertex>> run(const std::vector<Vertex>& starts) {
    for (const Vertex start : starts) {
      if (low_[start] != kUnvisited) continue;
      enter(start);
      while (!frames_.empty()) go_on();
    }
    return std::move(knots_);
  }

 private:
  struct Frame {
    Vertex vertex;
    std::size_t next_edge;
    std::uint32_t number;
  };

  void enter(Vertex vertex) {
    low_[vertex] = count_;
    frames_.push_back({vertex, 0, count_++});
    stack_.push_back(vertex);
  }

  void go_on() {
    Frame& frame = frames_.back();
    if (frame.next_edge < edges_[frame.vertex].size()) {
      const Vertex to = edges_[frame.vertex][frame.next_edge++];
      if (low_[to] == kUnvisited) {
        enter(to);
      } else if (low_[to] != kOutside) {
        low_[frame.vertex] = std::min(low_[frame.vertex], low_[to]);
      }
      return;
    }
    const Frame done = frame;
    frames_.pop_back();
    if (low_[done.vertex] == done.number) {
      close(done.vertex);
    } else {
      Vertex& below = low_[frames_.back().vertex];
      below = std::min(below, low_[done.vertex]);
    }
  }

  // All above `root` on the stack are its component.
  void close(Vertex root) {
    const auto begin = std::find(stack_.rbegin(), stack_.rend(), root).base() - 1;
    for (auto at = begin; at != stack_.end(); ++at) low_[*at] = kOutside;
    if (stack_.end() - begin > 1) knots_.emplace_back(begin, stack_.end());
    stack_.erase(begin, stack_.end());
  }

  const Edges& edges_;
  std::vector<std::uint32_t> low_;  // or kUnvisited, or kOutside: done, or not to be looked at
  std::vector<Frame> frames_;
  std::vector<Vertex> stack_;
  std::vector<std::vector<Vertex>> knots_;
  std::uint32_t count_ = 0;
};

}  // namespace

std::vector<std::vector<Vertex>> find_knots(const Edges& edges, const std::vector<Vertex>& within) {
  std::vector<Vertex> starts = within;
  if (within.empty()) {
    starts.resize(edges.size());
    std::iota(starts.begin(), starts.end(), 0U);
  }
  return KnotSearch(edges, within).run(starts);
}

}  // namespace hearsay::bench::kafka
