#include "tools/experiment/verdict/elle/models.h"

#include <algorithm>
#include <deque>
#include <map>
#include <sstream>
#include <utility>

namespace hearsay::bench::elle {
namespace {

// A name and, behind it, what it leads to.
using Row = std::pair<const char*, const char*>;

constexpr Row kAliases[] = {
    {"consistent-view", "PL-2+"},
    {"conflict-serializable", "PL-3"},
    {"cursor-stability", "PL-CS"},
    {"forward-consistent-view", "PL-FCV"},
    {"monotonic-snapshot-read", "PL-MSR"},
    {"monotonic-view", "PL-2L"},
    {"read-committed", "PL-2"},
    {"read-uncommitted", "PL-1"},
    {"repeatable-read", "PL-2.99"},
    {"serializable", "PL-3"},
    {"snapshot-isolation", "PL-SI"},
    {"strict-serializable", "PL-SS"},
    {"strong-serializable", "PL-SS"},
    {"update-serializable", "PL-3U"},
    {"strong-session-read-uncommitted", "strong-session-PL-1"},
    {"strong-session-read-committed", "strong-session-PL-2"},
    {"strong-read-uncommitted", "strong-PL-1"},
    {"strong-read-committed", "strong-PL-2"},
};

// What obeys the first obeys the others.
constexpr Row kModels[] = {
    {"causal-cerone", "read-atomic"},
    {"consistent-view", "cursor-stability monotonic-view"},
    {"conflict-serializable", "view-serializable"},
    {"cursor-stability", "read-committed"},
    {"forward-consistent-view", "consistent-view"},
    {"PL-2", "PL-1"},
    {"PL-3", "repeatable-read update-serializable"},
    {"update-serializable", "forward-consistent-view"},
    {"monotonic-atomic-view", "read-committed"},
    {"monotonic-view", "PL-2"},
    {"monotonic-snapshot-read", "PL-2"},
    {"parallel-snapshot-isolation", "causal-cerone update-atomic"},
    {"prefix", "causal-cerone"},
    {"read-atomic", "monotonic-atomic-view"},
    {"repeatable-read", "cursor-stability monotonic-atomic-view"},
    {"update-atomic", "read-atomic"},
    {"serializable", "repeatable-read snapshot-isolation view-serializable"},
    {"session-serializable", "1SR"},
    {"snapshot-isolation",
     "forward-consistent-view monotonic-atomic-view monotonic-snapshot-read "
     "parallel-snapshot-isolation prefix"},
    {"strict-serializable",
     "serializable linearizable snapshot-isolation strong-snapshot-isolation "
     "strong-session-serializable session-serializable"},
    {"strong-session-PL-1", "PL-1"},
    {"strong-session-PL-2", "PL-2 strong-session-PL-1"},
    {"strong-PL-1", "strong-session-PL-1"},
    {"strong-PL-2", "strong-session-PL-2 strong-PL-1"},
    {"strong-session-serializable", "serializable strong-session-snapshot-isolation"},
    {"strong-session-snapshot-isolation", "snapshot-isolation strong-session-PL-2"},
    {"strong-snapshot-isolation", "strong-session-snapshot-isolation strong-PL-2"},
    {"linearizable", "sequential"},
    {"sequential", "causal"},
    {"causal", "writes-follow-reads PRAM"},
    {"PRAM", "monotonic-reads monotonic-writes read-your-writes"},
};

// What the model prohibits itself; what weaker models prohibit comes on top.
constexpr Row kProhibited[] = {
    {"causal-cerone", "internal G1a"},
    {"cursor-stability", "G1 G-cursor lost-update"},
    {"monotonic-view", "G1 G-monotonic"},
    {"monotonic-snapshot-read", "G1 G-MSR"},
    {"consistent-view", "G1 G-single"},
    {"forward-consistent-view", "G1 G-SIb"},
    {"parallel-snapshot-isolation", "internal G1a"},
    {"PL-3", "G1 G2 predicate-read-miss PL-3-cycle-exists internal"},
    {"PL-2", "G1 PL-2-cycle-exists"},
    {"PL-1", "G0 duplicate-elements cyclic-versions PL-1-cycle-exists"},
    {"prefix", "internal G1a"},
    {"snapshot-isolation", "internal G1 G-SI G-nonadjacent PL-SI-cycle-exists"},
    {"read-atomic", "internal G1a future-read"},
    {"repeatable-read", "G1 G2-item PL-2.99-cycle-exists lost-update"},
    {"update-atomic", "lost-update"},
    {"strict-serializable", "G1 G1c-realtime G2-realtime PL-SS-cycle-exists"},
    {"strong-session-PL-1", "strong-session-PL-1-cycle-exists G0-process"},
    {"strong-session-PL-2", "strong-session-PL-2-cycle-exists G1c-process"},
    {"strong-PL-1", "strong-PL-1-cycle-exists G0-realtime"},
    {"strong-PL-2", "strong-PL-2-cycle-exists G1c-realtime"},
    {"strong-session-snapshot-isolation",
     "internal G1-process G-nonadjacent-process strong-session-snapshot-isolation-cycle-exists"},
    {"strong-snapshot-isolation",
     "internal G1-realtime G-nonadjacent-realtime strong-snapshot-isolation-cycle-exists"},
    {"strong-session-serializable",
     "G1-process G2-process strong-session-serializable-cycle-exists"},
    {"update-serializable", "G1 G-update"},
};

// What shows the first shows the others.
constexpr Row kAnomalies[] = {
    {"G0", "G1c G0-process"},
    {"G0-process", "G1c-process G0-realtime"},
    {"G0-realtime", "G1c-realtime"},
    {"G1a", "G1"},
    {"G1b", "G1"},
    {"G1c", "G1 G1c-process"},
    {"G1c-process", "G1c-realtime G1-process"},
    {"G1c-realtime", "G1-realtime"},
    {"G1", "G1-process"},
    {"G1-process", "G1-realtime"},
    {"G-single-item", "G-single G-single-item-process G-nonadjacent-item"},
    {"G-single-item-process", "G-single-process G-single-item-realtime G-nonadjacent-item-process"},
    {"G-single-item-realtime", "G-single-realtime G-nonadjacent-item-realtime"},
    {"G-single", "G-nonadjacent GSIb G-single-process"},
    {"G-single-process", "G-nonadjacent-process G-single-realtime"},
    {"G-single-realtime", "G-nonadjacent-realtime"},
    {"G-nonadjacent-item", "G-nonadjacent G2-item G-nonadjacent-item-process"},
    {"G-nonadjacent-item-process",
     "G-nonadjacent-process G2-item-process G-nonadjacent-item-realtime"},
    {"G-nonadjacent-item-realtime", "G2-item-realtime G-nonadjacent-realtime"},
    {"G-nonadjacent", "G2 G-nonadjacent-process"},
    {"G-nonadjacent-process", "G2-process G-nonadjacent-realtime"},
    {"G-nonadjacent-realtime", "G2-realtime"},
    {"G2", "G2-process"},
    {"G2-item", "G2 G2-item-process"},
    {"G2-item-process", "G2-process G2-item-realtime"},
    {"G2-item-realtime", "G2-realtime"},
    {"G2-process", "G2-realtime"},
    {"GSIa", "GSI"},
    {"GSIb", "GSI"},
    {"incompatible-order", "G1a"},
    {"future-read", "G1c"},
    {"dirty-update", "G1a"},
    {"lost-update", "write-skew G2-item"},
    {"write-skew", "G2"},
};

// The first is worse than the others, though it does not imply them.
constexpr Row kSeverity[] = {
    {"G0", "G1c"},
    {"G0-process", "G1c-process"},
    {"G0-realtime", "G1c-realtime"},
    {"G1c", "G-single G2-item"},
    {"G1c-process", "G-single-process G2-item-process"},
    {"G1c-realtime", "G-single-realtime G2-item-realtime"},
    {"G2", "G0-process"},
    {"G2-process", "G0-realtime"},
};

const std::map<std::string, std::string, std::less<>>& aliases() {
  static const std::map<std::string, std::string, std::less<>> kMap(std::begin(kAliases),
                                                                    std::end(kAliases));
  return kMap;
}

class Digraph {
 public:
  template <std::size_t size, typename Rename>
  void add(const Row (&rows)[size], Rename rename) {
    for (const auto& [from, list] : rows) {
      std::istringstream words(list);
      for (std::string to; words >> to;) link(rename(from), rename(to));
    }
  }

  const Names& out(std::string_view name) const { return neighbours(out_, name); }
  const Names& in(std::string_view name) const { return neighbours(in_, name); }
  const std::map<std::string, Names, std::less<>>& vertices() const { return out_; }

 private:
  void link(const std::string& from, const std::string& to) {
    out_[from].insert(to);
    in_[to].insert(from);
    out_[to];
    in_[from];
  }
  static const Names& neighbours(const std::map<std::string, Names, std::less<>>& map,
                                 std::string_view name) {
    static const Names kNone;
    const auto found = map.find(name);
    return found == map.end() ? kNone : found->second;
  }

  std::map<std::string, Names, std::less<>> out_;
  std::map<std::string, Names, std::less<>> in_;
};

std::string as_it_is(std::string_view name) {
  return std::string(name);
}

const Digraph& models_graph() {
  static const Digraph kGraph = [] {
    Digraph built;
    built.add(kModels, canonical_model);
    return built;
  }();
  return kGraph;
}

// From models to anomalies.
const Digraph& prohibitions() {
  static const Digraph kGraph = [] {
    Digraph built;
    built.add(kProhibited, canonical_model);
    return built;
  }();
  return kGraph;
}

const Digraph& anomalies_graph() {
  static const Digraph kGraph = [] {
    Digraph built;
    built.add(kAnomalies, as_it_is);
    return built;
  }();
  return kGraph;
}

template <typename Neighbours>
Names reachable(const Names& from, Neighbours neighbours) {
  Names seen = from;
  std::deque<std::string> open(from.begin(), from.end());
  for (; !open.empty(); open.pop_front()) {
    for (const std::string& next : neighbours(open.front())) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

template <typename Neighbours>
Names all_neighbours(const Names& from, Neighbours neighbours) {
  Names all;
  for (const std::string& name : from) {
    const Names& found = neighbours(name);
    all.insert(found.begin(), found.end());
  }
  return all;
}

Names canonical(const Names& models) {
  Names all;
  for (const std::string& model : models) all.insert(canonical_model(model));
  return all;
}

// How many anomalies lie above each, on the longest way.
const std::map<std::string, int, std::less<>>& depths() {
  static const std::map<std::string, int, std::less<>> kDepths = [] {
    Digraph graph;
    graph.add(kAnomalies, as_it_is);
    graph.add(kSeverity, as_it_is);
    std::map<std::string, int, std::less<>> depth;
    bool changed = true;
    while (changed) {
      changed = false;
      for (const auto& [from, list] : graph.vertices()) {
        for (const std::string& to : list) {
          if (depth[to] > depth[from]) continue;
          depth[to] = depth[from] + 1;
          changed = true;
        }
      }
    }
    return depth;
  }();
  return kDepths;
}

}  // namespace

std::string canonical_model(std::string_view name) {
  const auto found = aliases().find(name);
  return found == aliases().end() ? std::string(name) : found->second;
}

std::string friendly_model(std::string_view name) {
  if (name == "PL-3") return "serializable";
  if (name == "PL-SS") return "strong-serializable";
  const auto found = std::find_if(std::begin(kAliases), std::end(kAliases),
                                  [name](const Row& row) { return row.second == name; });
  return found == std::end(kAliases) ? std::string(name) : found->first;
}

const Names& all_models() {
  static const Names kAll = [] {
    Names names;
    for (const auto& [name, weaker] : models_graph().vertices()) names.insert(name);
    for (const auto& [friendly, name] : kAliases) {
      names.insert(friendly);
      names.insert(name);
    }
    return names;
  }();
  return kAll;
}

Names prohibited_anomalies(const std::vector<std::string>& models) {
  const Names asked = canonical(Names(models.begin(), models.end()));
  const Names weaker =
      reachable(asked, [](const auto& name) -> const Names& { return models_graph().out(name); });
  const Names direct = all_neighbours(
      weaker, [](const auto& name) -> const Names& { return prohibitions().out(name); });
  return reachable(direct,
                   [](const auto& name) -> const Names& { return anomalies_graph().in(name); });
}

Names implied_anomalies(const Names& anomalies) {
  return reachable(anomalies,
                   [](const auto& name) -> const Names& { return anomalies_graph().out(name); });
}

Names ruled_out_with(const Names& models) {
  return reachable(canonical(models),
                   [](const auto& name) -> const Names& { return models_graph().in(name); });
}

Names ruled_out_by(const Names& anomalies) {
  return ruled_out_with(
      all_neighbours(implied_anomalies(anomalies),
                     [](const auto& name) -> const Names& { return prohibitions().in(name); }));
}

Boundary boundary(const Names& anomalies) {
  const Names all = ruled_out_by(anomalies);
  Boundary result;
  for (const std::string& model : all) {
    const Names weaker = reachable(
        {model}, [](const auto& name) -> const Names& { return models_graph().out(name); });
    const bool weakest = std::none_of(weaker.begin(), weaker.end(), [&](const std::string& other) {
      return other != model && all.count(other) != 0;
    });
    (weakest ? result.weakest : result.stronger).insert(friendly_model(model));
  }
  return result;
}

bool is_looked_for_before(std::string_view a, std::string_view b) {
  const auto depth_of = [](std::string_view name) {
    const auto found = depths().find(name);
    return found == depths().end() ? 0 : found->second;
  };
  return std::pair(depth_of(a), a) < std::pair(depth_of(b), b);
}

}  // namespace hearsay::bench::elle
