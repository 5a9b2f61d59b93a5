#include "tools/experiment/faults/deed.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/base/units.h"
#include "tools/experiment/faults/targets.h"

namespace hearsay::bench {
namespace {

// One of a list of kinds.
template <typename Kind, std::size_t count>
Kind choose(const Kind (&kinds)[count], Random& random) {
  return kinds[random.below(count)];
}

template <typename Kind, std::size_t count>
void draw_cut(Deed& deed, const Kind (&kinds)[count], std::size_t node_count, Random& random) {
  const Kind kind = choose(kinds, random);
  deed.kind = name_of(kind);
  deed.grudge = make_grudge(kind, node_count, random);
}

}  // namespace

Deeds::Deeds(Fault fault, std::int64_t mean_gap_ns, std::size_t node_count, std::uint64_t seed)
    : node_count_(node_count),
      random_(seed, name_of(fault)),
      stagger_(mean_gap_ns, 0, Random(seed, std::string(name_of(fault)) + " gaps")) {
  next_.fault = fault;
  if (word_for_end(fault).empty()) next_.time_ns = stagger_.draw_gap_ns();
  draw();
}

void Deeds::advance() {
  Deed deed;
  deed.time_ns = next_.time_ns + stagger_.draw_gap_ns();
  deed.fault = next_.fault;
  deed.begins = word_for_end(deed.fault).empty() || !next_.begins;
  next_ = std::move(deed);
  if (next_.begins) draw();
}

void Deeds::draw() {
  switch (next_.fault) {
    case Fault::partition:
      draw_cut(next_, kPartitionKinds, node_count_, random_);
      break;
    case Fault::one_way:
      draw_cut(next_, kOneWayKinds, node_count_, random_);
      break;
    case Fault::kill_worker:
    case Fault::pause_worker:
      next_.nodes = {random_.below(node_count_)};
      break;
    case Fault::kill:
    case Fault::pause: {
      const TargetKind kind = choose(kTargetKinds, random_);
      next_.kind = name_of(kind);
      next_.nodes = choose_targets(kind, node_count_, random_);
      break;
    }
    case Fault::loss:
    case Fault::duplicate:
    case Fault::reorder:
      break;
  }
}

nlohmann::json to_json(const Grudge& grudge, const std::vector<std::string>& names) {
  nlohmann::json deaf = nlohmann::json::object();
  for (std::size_t a = 0; a < grudge.size(); ++a) {
    nlohmann::json unheard = nlohmann::json::array();
    for (std::size_t b = 0; b < grudge.size(); ++b) {
      if (grudge[a][b]) unheard.push_back(names[b]);
    }
    if (!unheard.empty()) deaf[names[a]] = std::move(unheard);
  }
  return deaf;
}

nlohmann::json to_json(const Deed& deed, const std::vector<std::string>& names) {
  nlohmann::json value;
  if (!deed.grudge.empty()) {
    value = {deed.kind, to_json(deed.grudge, names)};
  } else if (!deed.nodes.empty()) {
    nlohmann::json hit = nlohmann::json::array();
    for (const std::size_t node : deed.nodes) hit.push_back(names[node]);
    value = deed.kind.empty() ? std::move(hit) : nlohmann::json{deed.kind, std::move(hit)};
  }
  return {{"time-ms", deed.time_ns / kNsPerMs},
          {"f", deed.begins ? word_for_begin(deed.fault) : word_for_end(deed.fault)},
          {"value", std::move(value)}};
}

}  // namespace hearsay::bench
