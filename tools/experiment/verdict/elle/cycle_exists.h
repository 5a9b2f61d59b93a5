// Cheaper than to find cycles is to tell that there are some: by strongly connected components of
// the parts of a graph that are free of cycles under a given consistency model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/verdict/elle/component.h"
#include "tools/experiment/verdict/elle/models.h"

namespace hearsay::bench::elle {

struct ModelPart {
  std::string model;  // canonical
  Kinds kinds = 0;
  // Each edge may be followed by an rw edge: paths whose rw edges lie apart.
  bool then_rw = false;
};

// The smallest component of a part that has one.
struct Existence {
  const ModelPart* part;
  std::vector<int> vertices;  // of the component, sorted
};

// One for each of the weakest models that there are cycles against.
std::vector<Existence> find_existences(const Component& component);

// The types of cycles that cannot be in a component, given all that exists in it.
Names impossible_cycles(const std::vector<Existence>& existences);

// "PL-1-cycle-exists"
std::string existence_of(std::string_view model);
bool is_existence(std::string_view type);

}  // namespace hearsay::bench::elle
