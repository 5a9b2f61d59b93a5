// Searches a component for a shortest cycle of a given type.
//
// Breadth first from each vertex, over whole paths: a path is told by all it has passed, not by
// where it ends. That grows without bound, hence the limit of steps. After "elle.bfs".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/verdict/elle/component.h"

namespace hearsay::bench::elle {

// How a path may go over rw edges that are not among its legal ones.
enum class RwMode : std::uint8_t {
  none,
  once,              // exactly one
  apart,             // never two in a row
  apart_just_taken,  // the last edge was one
};

struct CycleType {
  std::string name;
  Kinds legal = 0;     // edges that may be taken at any time
  Kinds searched = 0;  // all that may occur
  // An edge of each of these has to be there; 0: nothing wanted.
  std::array<Kinds, 2> wanted = {0, 0};
  std::uint8_t wanted_rw = 0;  // so many rw edges at least
  RwMode rw_mode = RwMode::none;
  // What is found may turn out to be of another type, when its edges are explained. Then it
  // doesn't count.
  bool exact = false;
};

// In the order in which they are looked for. Some are never found (they need predicates, which
// these workloads don't have), but looking for them takes steps too.
const std::vector<CycleType>& cycle_types();

// What a path still lacks.
struct PathNeeds {
  std::array<Kinds, 2> wanted;
  std::uint8_t wanted_rw;
  RwMode rw_mode;

  Kinds wanted_mask() const { return static_cast<Kinds>(wanted[0] | wanted[1]); }
  bool met() const {
    return wanted_mask() == 0 && wanted_rw == 0 && rw_mode != RwMode::apart_just_taken;
  }
};

class CycleSearch {
 public:
  CycleSearch(const Component& component, std::int64_t steps)
      : component_(&component), steps_left_(steps) {}

  // Vertices of the component, the first one again at the end. Nothing, too, if out of steps.
  std::optional<std::vector<int>> find(const CycleType& type);
  bool out_of_steps() const { return steps_left_ <= 0; }

 private:
  struct Path;
  using Paths = std::vector<Path>;

  std::optional<std::vector<int>> find_from(SearchGraph& graph, const CycleType& type, int start);
  std::optional<std::vector<int>> close(const SearchGraph& graph, const CycleType& type,
                                        const Paths& paths, int path);
  void extend(SearchGraph& graph, const CycleType& type, Paths& paths, int path, bool first);
  void extend_along(const CycleType& type, Paths& paths, int path, const Edge& edge, bool first);

  const Component* component_;
  std::int64_t steps_left_;
};

}  // namespace hearsay::bench::elle
