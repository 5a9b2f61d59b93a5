// Operations that depend on each other in a circle: one polled what another sent (wr), or began
// after it had ended (realtime).
//
// There are no other edges (Maelstrom asks for none between writers), so a circle is a G1c, or a
// G1c-realtime where it needs the order of time. As Elle does, each knot of operations (a strongly
// connected component) gives one circle of the weakest kind, and a remark that there is one.
//
// The order of time is a chain of moments, one for each ok completion: an operation leads to the
// moment of its completion, a moment to the next one, and the last moment before an invocation to
// the operation invoked. So there are no more edges than operations.
#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <numeric>
#include <unordered_map>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/components.h"
#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench::kafka {
namespace {

constexpr std::size_t kMostShownCycles = 8;
// Steps in search of short circles, in one knot.
constexpr std::size_t kMostSteps = 20'000'000;

using Vertex = std::uint32_t;
using Edges = std::vector<std::vector<Vertex>>;  // by vertex, to whom

// The components with more than one vertex, of these vertices and the edges between them.
std::vector<std::vector<Vertex>> find_knots(const Edges& edges, const std::vector<Vertex>& within) {
  std::vector<std::uint32_t> place(edges.size(), kNowhere);
  for (std::uint32_t i = 0; i < within.size(); ++i) place[within[i]] = i;
  const auto next = [&](int at, int i) {
    const std::vector<Vertex>& out = edges[within[static_cast<std::size_t>(at)]];
    if (static_cast<std::size_t>(i) == out.size()) return -1;
    const std::uint32_t to = place[out[static_cast<std::size_t>(i)]];
    // To itself: such an edge changes nothing.
    return to == kNowhere ? at : static_cast<int>(to);
  };
  std::vector<std::vector<Vertex>> knots;
  for (const auto& component : strongly_connected(static_cast<int>(within.size()), next)) {
    if (component.size() < 2) continue;
    std::vector<Vertex>& knot = knots.emplace_back();
    // From the one that was reached first.
    std::transform(component.rbegin(), component.rend(), std::back_inserter(knot),
                   [&](int i) { return within[static_cast<std::size_t>(i)]; });
  }
  return knots;
}

// The vertices are the actions by number, then the moments.
class Dependencies {
 public:
  Dependencies(const Messages& messages, const LogOrder& order)
      : action_count_(static_cast<Vertex>(messages.actions().size())), reads_(action_count_) {
    note_reads(messages, order);
    all_ = reads_;
    note_times(messages);
  }

  bool is_action(Vertex vertex) const { return vertex < action_count_; }
  const Edges& reads() const { return reads_; }
  const Edges& all() const { return all_; }
  bool empty() const { return read_count_ == 0 && !timed_; }

 private:
  void note_reads(const Messages& messages, const LogOrder& order) {
    for (Vertex reader = 0; reader < action_count_; ++reader) {
      const Action& action = messages.actions()[reader];
      if (!action.is_completion()) continue;
      for (const Batch& batch : action.polls) {
        for (std::size_t m = batch.begin; m < batch.end; ++m) {
          const Value value = messages.message(m).value;
          const Vertex writer = order.log(batch.key).writer[value];
          if (writer == kNowhere) {
            throw CheckerFailed(fmt::format(
                "nobody sent the message {} that a poll of key {} showed (operation {})",
                messages.value(batch.key, value).dump(), messages.key_name(batch.key),
                action.operation));
          }
          if (writer == reader) continue;
          reads_[writer].push_back(reader);
          ++read_count_;
        }
      }
    }
  }

  void note_times(const Messages& messages) {
    std::unordered_map<std::size_t, Vertex> completions;  // by operation
    for (Vertex i = 0; i < action_count_; ++i) {
      completions[messages.actions()[i].operation] = i;
    }
    for (Vertex i = 0; i < action_count_; ++i) {
      const Action& action = messages.actions()[i];
      if (action.is_assign) continue;
      if (action.type == OperationType::ok) {
        const auto moment = static_cast<Vertex>(all_.size());
        if (moment > action_count_) all_[moment - 1].push_back(moment);
        all_.emplace_back();
        all_[i].push_back(moment);
      }
      if (action.is_completion() || all_.size() == action_count_) continue;
      const auto partner = messages.history().partner(action.operation);
      if (!partner) continue;
      all_.back().push_back(completions.at(*partner));
      timed_ = true;
    }
  }

  Vertex action_count_;
  Edges reads_;  // wr only
  Edges all_;
  std::size_t read_count_ = 0;
  bool timed_ = false;
};

// Searches a knot for its shortest circle of actions, from each of its members, as long as the
// steps suffice; what it has found then is a short one.
class CycleSearch {
 public:
  CycleSearch(const Dependencies& dependencies, const Edges& edges, const std::vector<Vertex>& knot)
      : dependencies_(dependencies), edges_(edges), place_(edges.size(), kNowhere) {
    for (std::uint32_t i = 0; i < knot.size(); ++i) place_[knot[i]] = i;
    before_.resize(knot.size());
    length_.resize(knot.size());
    for (const Vertex start : knot) {
      if (steps_ > kMostSteps && !best_.empty()) break;
      if (dependencies.is_action(start)) search_from(start);
    }
  }

  const std::vector<Vertex>& best() const { return best_; }

 private:
  void search_from(Vertex start) {
    std::fill(length_.begin(), length_.end(), kNowhere);
    length_[place_[start]] = 0;
    std::deque<Vertex> queue = {start};
    while (!queue.empty()) {
      const Vertex at = queue.front();
      queue.pop_front();
      const std::uint32_t reached = length_[place_[at]];
      if (!best_.empty() && reached + 1 >= best_.size()) return;
      // An edge of time goes over moments, which cost nothing more.
      const std::uint32_t cost = dependencies_.is_action(at) ? 1 : 0;
      for (const Vertex next : edges_[at]) {
        ++steps_;
        if (next == start) return close(start, at);
        if (place_[next] == kNowhere || length_[place_[next]] != kNowhere) continue;
        length_[place_[next]] = reached + cost;
        before_[place_[next]] = at;
        if (cost == 0) queue.push_front(next);
        if (cost == 1) queue.push_back(next);
      }
    }
  }

  void close(Vertex start, Vertex last) {
    best_.clear();
    for (Vertex at = last; at != start; at = before_[place_[at]]) {
      if (dependencies_.is_action(at)) best_.push_back(at);
    }
    best_.push_back(start);
    std::reverse(best_.begin(), best_.end());
  }

  const Dependencies& dependencies_;
  const Edges& edges_;
  std::vector<std::uint32_t> place_;  // in the knot, by vertex
  std::vector<Vertex> before_;        // by place: on the way from the start
  std::vector<std::uint32_t> length_;
  std::vector<Vertex> best_;
  std::size_t steps_ = 0;
};

// What the second polled of what the first had sent; null: nothing.
nlohmann::json describe_read(const Messages& messages, const LogOrder& order, Vertex writer,
                             Vertex reader) {
  for (const Batch& batch : messages.actions()[reader].polls) {
    for (std::size_t m = batch.begin; m < batch.end; ++m) {
      const Value value = messages.message(m).value;
      if (order.log(batch.key).writer[value] != writer) continue;
      return {{"type", "wr"},
              {"key", messages.key_name(batch.key)},
              {"value", messages.value(batch.key, value)}};
    }
  }
  return nullptr;
}

std::string in_words(const nlohmann::json& step, std::size_t from, std::size_t to) {
  if (step.at("type") == "wr") {
    return fmt::format("operation {} sent {} to {}, which operation {} polled", from,
                       step.at("value").dump(), step.at("key").dump(), to);
  }
  return fmt::format("operation {} had ended before operation {} began", from, to);
}

nlohmann::json describe_cycle(const Messages& messages, const LogOrder& order,
                              const std::vector<Vertex>& cycle, const char* type) {
  nlohmann::json operations = nlohmann::json::array();
  nlohmann::json steps = nlohmann::json::array();
  std::string words;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const Vertex from = cycle[i];
    const Vertex to = cycle[(i + 1) % cycle.size()];
    operations.push_back(messages.operation(messages.actions()[from].operation));
    nlohmann::json step = describe_read(messages, order, from, to);
    if (step.is_null()) step = {{"type", "realtime"}};
    words += (i == 0 ? "" : "; ") +
             in_words(step, messages.actions()[from].operation, messages.actions()[to].operation);
    steps.push_back(std::move(step));
  }
  operations.push_back(operations.front());
  return {{"cycle", operations}, {"steps", steps}, {"type", type}, {"explanation", words}};
}

struct CycleKind {
  const char* type;
  const char* exists_type;
  const char* not_model;
  std::vector<const char*> subgraph;
};
const CycleKind kReadsOnly = {
    "G1c", "PL-2-cycle-exists", "read-committed", {"union", "ww", "wwp", "wr", "wrp"}};
const CycleKind kWithTime = {"G1c-realtime",
                             "strong-PL-2-cycle-exists",
                             "strong-read-committed",
                             {"union", "ww", "wwp", "wr", "wrp", "realtime"}};

nlohmann::json describe_knot(const Messages& messages, const Dependencies& dependencies,
                             const std::vector<Vertex>& knot, const CycleKind& kind) {
  std::vector<std::size_t> operations;
  for (const Vertex vertex : knot) {
    if (!dependencies.is_action(vertex)) continue;
    operations.push_back(messages.actions()[vertex].operation);
  }
  std::sort(operations.begin(), operations.end());
  return {{"type", kind.exists_type},
          {"not", kind.not_model},
          {"subgraph", kind.subgraph},
          {"scc-size", operations.size()},
          {"scc", operations}};
}

}  // namespace

void find_cycles(const Messages& messages, const LogOrder& order, Errors& errors) {
  const Dependencies dependencies(messages, order);
  if (dependencies.empty()) {
    errors["empty-transaction-graph"] = {{"count", 1}, {"errs", true}};
    return;
  }
  std::map<std::string, Cases> found;
  std::vector<Vertex> all(dependencies.all().size());
  std::iota(all.begin(), all.end(), 0U);
  for (const std::vector<Vertex>& knot : find_knots(dependencies.all(), all)) {
    std::vector<Vertex> actions;
    std::copy_if(knot.begin(), knot.end(), std::back_inserter(actions),
                 [&](Vertex vertex) { return dependencies.is_action(vertex); });
    auto inner = find_knots(dependencies.reads(), actions);
    const CycleKind& kind = inner.empty() ? kWithTime : kReadsOnly;
    std::sort(inner.begin(), inner.end(),
              [](const auto& a, const auto& b) { return a.size() < b.size(); });
    const std::vector<Vertex> smallest = inner.empty() ? knot : inner.front();
    const Edges& edges = inner.empty() ? dependencies.all() : dependencies.reads();
    const std::vector<Vertex> cycle = CycleSearch(dependencies, edges, smallest).best();
    found[kind.type].add(static_cast<std::int64_t>(cycle.size()),
                         [&, cycle] { return describe_cycle(messages, order, cycle, kind.type); });
    found[kind.exists_type].add(static_cast<std::int64_t>(smallest.size()), [&, smallest] {
      return describe_knot(messages, dependencies, smallest, kind);
    });
  }
  for (const auto& [type, cases] : found) {
    add_section(errors, type.c_str(), cases, kMostShownCycles, Shown::first);
  }
}

}  // namespace hearsay::bench::kafka
