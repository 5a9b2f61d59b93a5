#include "tools/experiment/verdict/elle/cycle_exists.h"

#include <algorithm>

#include "tools/experiment/verdict/components.h"
#include "tools/experiment/verdict/elle/cycle_search.h"

namespace hearsay::bench::elle {
namespace {

constexpr std::string_view kExists = "-cycle-exists";

const std::vector<ModelPart>& model_parts() {
  constexpr Kinds kData = kWw | kWr;
  static const std::vector<ModelPart> kParts = {
      {"PL-1", kWw, false},
      {"PL-2", kData, false},
      {"PL-SI", kData, true},
      {"PL-2.99", kData | kRw, false},
      {"PL-3", kData | kRw, false},
      {"strong-session-PL-1", kWw | kProcess, false},
      {"strong-session-PL-2", kData | kProcess, false},
      {"strong-session-snapshot-isolation", kData | kProcess, true},
      {"strong-session-serializable", kData | kRw | kProcess, false},
      {"strong-PL-1", kWw | kRealtime, false},
      {"strong-PL-2", kData | kRealtime, false},
      {"strong-snapshot-isolation", kData | kRealtime, true},
      {"PL-SS", kData | kRw | kRealtime, false},
  };
  return kParts;
}

// The components of a part. Where an edge may be followed by an rw edge, each vertex stands there
// twice: the second one, behind the others, is where such an edge has led and an rw edge is due.
// So the part needn't be built edge by edge.
std::vector<std::vector<int>> components_of_part(const Graph& graph, const ModelPart& part) {
  const int size = graph.vertex_count();
  const auto next = [&](int vertex, int i) {
    const bool due = vertex >= size;
    const Kinds kinds = due ? kRw : part.kinds;
    for (const Edge& edge : graph.out(due ? vertex - size : vertex)) {
      if ((edge.kinds & kinds) == 0) continue;
      if (i-- == 0) return edge.to;
      if (!due && part.then_rw && i-- == 0) return edge.to + size;
    }
    return -1;
  };
  auto components = strongly_connected(part.then_rw ? 2 * size : size, next);
  std::erase_if(components, [&](const std::vector<int>& one) {
    if (one.size() > 1) return false;
    int i = 0;
    int to = next(one[0], i);
    while (to >= 0 && to != one[0]) to = next(one[0], ++i);
    return to < 0;
  });
  for (std::vector<int>& one : components) {
    std::erase_if(one, [size](int vertex) { return vertex >= size; });
    std::sort(one.begin(), one.end());
  }
  return components;
}

}  // namespace

std::vector<Existence> find_existences(const Component& component) {
  std::vector<Existence> found;
  Names ruled_out;
  for (const ModelPart& part : model_parts()) {
    if (ruled_out.count(part.model) != 0) continue;
    auto components = components_of_part(component.graph(), part);
    if (components.empty()) continue;
    const auto smallest =
        std::min_element(components.begin(), components.end(),
                         [](const auto& a, const auto& b) { return a.size() < b.size(); });
    found.push_back({&part, std::move(*smallest)});
    ruled_out.merge(ruled_out_with({part.model}));
  }
  return found;
}

Names impossible_cycles(const std::vector<Existence>& existences) {
  Names models;
  for (const Existence& existence : existences) models.insert(existence.part->model);
  const Names ruled_out = ruled_out_with(models);
  std::vector<std::string> possible;
  for (const ModelPart& part : model_parts()) {
    if (ruled_out.count(part.model) == 0) possible.push_back(part.model);
  }
  return prohibited_anomalies(possible);
}

std::string existence_of(std::string_view model) {
  return std::string(model) + std::string(kExists);
}

bool is_existence(std::string_view type) {
  return type.ends_with(kExists);
}

}  // namespace hearsay::bench::elle
