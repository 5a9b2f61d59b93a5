#include "tools/experiment/verdict/elle/cycle_search.h"

#include <algorithm>
#include <bit>

#include "tools/experiment/verdict/elle/models.h"

namespace hearsay::bench::elle {
namespace {

std::vector<CycleType> plain_types() {
  constexpr Kinds kData = kWw | kWr;
  // Of G-single, G-nonadjacent and G2 the kinds with predicates: they take the edges of those
  // without, and are found in vain.
  return {
      {.name = "G0", .legal = kWw},
      {.name = "G1c", .legal = kData, .wanted = {kWr, 0}},
      {.name = "G-single-item",
       .legal = kData,
       .wanted_rw = 1,
       .rw_mode = RwMode::once,
       .exact = true},
      {.name = "G-single", .legal = kData, .wanted_rw = 1, .rw_mode = RwMode::once, .exact = true},
      {.name = "G-nonadjacent-item",
       .legal = kData,
       .wanted_rw = 2,
       .rw_mode = RwMode::apart,
       .exact = true},
      {.name = "G-nonadjacent",
       .legal = kData,
       .wanted_rw = 2,
       .rw_mode = RwMode::apart,
       .exact = true},
      {.name = "G2-item", .legal = kData | kRw, .wanted_rw = 2, .exact = true},
      {.name = "G2", .legal = kData | kRw, .wanted_rw = 2, .exact = true},
  };
}

CycleType variant(CycleType type, const char* suffix, Kinds kind) {
  type.name += suffix;
  type.legal |= kind;
  type.wanted[1] = kind;
  return type;
}

// Over an edge of one kind; nothing: it may not.
std::optional<PathNeeds> step(const CycleType& type, PathNeeds needs, Kinds kind) {
  const bool legal = (kind & type.legal) != 0;
  if (!legal && needs.rw_mode != RwMode::once && needs.rw_mode != RwMode::apart) return {};
  for (Kinds& wanted : needs.wanted) {
    if ((wanted & kind) == 0) continue;
    wanted = 0;
    break;
  }
  if (kind == kRw && needs.wanted_rw > 0) --needs.wanted_rw;
  if (legal) {
    if (needs.rw_mode == RwMode::apart_just_taken) needs.rw_mode = RwMode::apart;
  } else {
    needs.rw_mode = needs.rw_mode == RwMode::once ? RwMode::none : RwMode::apart_just_taken;
  }
  return needs;
}

}  // namespace

struct CycleSearch::Path {
  int before;  // the path that this one continues, or -1
  int vertex;
  PathNeeds needs;
  bool loop;  // it has been there already
};

const std::vector<CycleType>& cycle_types() {
  static const std::vector<CycleType> kTypes = [] {
    std::vector<CycleType> all;
    for (const CycleType& type : plain_types()) {
      all.push_back(type);
      all.push_back(variant(type, "-process", kProcess));
      all.push_back(variant(type, "-realtime", kRealtime));
    }
    for (CycleType& type : all) {
      type.searched = type.legal | type.wanted[0] | type.wanted[1];
      if (type.wanted_rw > 0) type.searched |= kRw;
    }
    std::sort(all.begin(), all.end(), [](const CycleType& a, const CycleType& b) {
      return is_looked_for_before(a.name, b.name);
    });
    return all;
  }();
  return kTypes;
}

std::optional<std::vector<int>> CycleSearch::find(const CycleType& type) {
  SearchGraph graph(*component_, type.searched);
  for (const int start : graph.vertices()) {
    auto cycle = find_from(graph, type, start);
    if (cycle || out_of_steps()) return cycle;
  }
  return {};
}

std::optional<std::vector<int>> CycleSearch::find_from(SearchGraph& graph, const CycleType& type,
                                                       int start) {
  Paths paths;
  paths.push_back({-1, start, {type.wanted, type.wanted_rw, type.rw_mode}, false});
  std::size_t shell = 0;  // where the longest paths begin
  bool first = true;
  while (shell < paths.size()) {
    const std::size_t end = paths.size();
    for (std::size_t i = shell; i < end; ++i) {
      if (!paths[i].loop || !paths[i].needs.met()) continue;
      if (auto cycle = close(graph, type, paths, static_cast<int>(i))) return cycle;
      if (out_of_steps()) return {};
    }
    for (std::size_t i = shell; i < end; ++i) {
      if (paths[i].loop) continue;
      extend(graph, type, paths, static_cast<int>(i), first);
      if (out_of_steps()) return {};
    }
    shell = end;
    first = false;
  }
  return {};
}

// A path that came back to where it had been. If that isn't where it started, there may be a cycle
// of the type among those that the loop passes.
std::optional<std::vector<int>> CycleSearch::close(const SearchGraph& graph, const CycleType& type,
                                                   const Paths& paths, int path) {
  const int pin = paths[static_cast<std::size_t>(path)].vertex;
  std::vector<int> passed;
  for (int at = path; at >= 0; at = paths[static_cast<std::size_t>(at)].before) {
    passed.push_back(paths[static_cast<std::size_t>(at)].vertex);
  }
  std::reverse(passed.begin(), passed.end());
  if (passed.front() == pin) return passed;
  passed.erase(passed.begin(), std::find(passed.begin(), passed.end(), pin));
  SearchGraph part = graph.between(passed);
  for (const int start : passed) {
    auto cycle = find_from(part, type, start);
    if (cycle || out_of_steps()) return cycle;
  }
  return {};
}

void CycleSearch::extend(SearchGraph& graph, const CycleType& type, Paths& paths, int path,
                         bool first) {
  for (const Edge& edge : graph.out(paths[static_cast<std::size_t>(path)].vertex)) {
    extend_along(type, paths, path, edge, first);
    if (out_of_steps()) return;
  }
}

// By each kind of the edge that makes a difference to what is wanted; of the others one will do.
// The first edge has to be one that is wanted: a cycle can start with any of its edges.
void CycleSearch::extend_along(const CycleType& type, Paths& paths, int path, const Edge& edge,
                               bool first) {
  const PathNeeds now = paths[static_cast<std::size_t>(path)].needs;
  const bool rw_matters =
      now.wanted_rw > 0 || now.rw_mode == RwMode::once || now.rw_mode == RwMode::apart;
  const Kinds rw = rw_matters ? kRw : Kinds{0};
  const auto wanted = static_cast<Kinds>(now.wanted_mask() & ~rw);
  const auto other = static_cast<Kinds>(type.legal & ~rw & ~wanted);
  const auto take = [&](Kinds kinds, bool one_will_do) {
    for (int bit = 0; bit < 8; ++bit) {
      const auto kind = static_cast<Kinds>(1 << bit);
      if ((edge.kinds & kinds & kind) == 0) continue;
      const auto needs = step(type, now, kind);
      if (!needs) continue;
      bool loop = false;
      for (int at = path; at >= 0 && !loop; at = paths[static_cast<std::size_t>(at)].before) {
        loop = paths[static_cast<std::size_t>(at)].vertex == edge.to;
      }
      paths.push_back({path, edge.to, *needs, loop});
      --steps_left_;
      if (one_will_do) return;
    }
  };
  take(rw, false);
  if (first && now.wanted_rw > 0) return;
  take(wanted, false);
  if (first && now.wanted_mask() != 0) return;
  take(other, true);
}

}  // namespace hearsay::bench::elle
