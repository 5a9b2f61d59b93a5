#include "tools/experiment/verdict/elle/cycle_cases.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/verdict/elle/component.h"
#include "tools/experiment/verdict/elle/cycle_exists.h"
#include "tools/experiment/verdict/elle/cycle_search.h"
#include "tools/experiment/verdict/elle/order.h"
#include "tools/experiment/verdict/elle/orders.h"
#include "tools/experiment/verdict/elle/words.h"

namespace hearsay::bench::elle {
namespace {

Names cycle_names(std::string_view part) {
  Names names;
  for (const CycleType& type : cycle_types()) {
    if (type.name.find(part) != std::string::npos) names.insert(type.name);
  }
  return names;
}

nlohmann::json kind_words(Kinds kinds) {
  // Elle counts in dependencies by predicates, which these workloads don't have.
  nlohmann::json words = {"union"};
  if ((kinds & kWw) != 0) words.insert(words.end(), {"ww", "wwp"});
  if ((kinds & kWr) != 0) words.insert(words.end(), {"wr", "wrp"});
  if ((kinds & kRw) != 0) words.insert(words.end(), {"rw", "rwp"});
  if ((kinds & kProcess) != 0) words.push_back("process");
  if ((kinds & kRealtime) != 0) words.push_back("realtime");
  return words;
}

// One step of a cycle: as Elle's results have it, and in words.
struct Reason {
  nlohmann::json step;
  std::string words;
};

struct NamedCycle {
  std::string type;
  std::vector<Reason> reasons;
};

// Gives cycles their names and explanations.
class Describer {
 public:
  Describer(const Transactions& transactions, const Explainer& explainer, Kinds order)
      : transactions_(&transactions), explainer_(&explainer), order_(order) {}

  // `cycle`: numbers of transactions, the first again at the end.
  NamedCycle name(const std::vector<int>& cycle) const {
    NamedCycle named;
    for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
      const bool last = i + 2 == cycle.size();
      named.reasons.push_back(reason(cycle[i], cycle[i + 1], fmt::format("T{}", i + 1),
                                     last ? "T1" : fmt::format("T{}", i + 2)));
    }
    named.type = type_of(named.reasons);
    return named;
  }

  nlohmann::json describe(const std::vector<int>& cycle, const NamedCycle& named) const {
    nlohmann::json operations = nlohmann::json::array();
    nlohmann::json steps = nlohmann::json::array();
    for (const int number : cycle) operations.push_back(transactions_->operation_json(at(number)));
    for (const Reason& one : named.reasons) steps.push_back(one.step);
    return {{"cycle", std::move(operations)},
            {"steps", std::move(steps)},
            {"type", named.type},
            {"explanation", explanation(cycle, named)}};
  }

  std::uint64_t set_key_of(int number) const {
    return set_key(transactions_->operation(at(number)));
  }
  nlohmann::json index(int number) const { return transactions_->operation(at(number)).index; }

 private:
  const Transaction& at(int number) const {
    return transactions_->all()[static_cast<std::size_t>(number)];
  }

  Reason reason(int a, int b, const std::string& a_name, const std::string& b_name) const {
    if (auto step = explainer_->explain(a, b)) {
      std::string words = explainer_->words(*step, a_name, b_name);
      return {std::move(*step), std::move(words)};
    }
    if (order_ == kRealtime) return realtime_reason(at(a), at(b), a_name, b_name);
    return {{{"type", "process"}, {"process", at(a).process}},
            fmt::format("process {} did {} before {}", at(a).process, a_name, b_name)};
  }

  Reason realtime_reason(const Transaction& a, const Transaction& b, const std::string& a_name,
                         const std::string& b_name) const {
    const Operation& end = transactions_->history().operations()[a.completion];
    const Operation& begin = transactions_->history().operations()[b.invocation];
    const auto ms =
        static_cast<double>(begin.time_ns - end.time_ns) / static_cast<double>(kNsPerMs);
    return {{{"type", "realtime"}, {"a'", to_json(end)}, {"b", to_json(begin)}},
            fmt::format("{} had ended (operation {}) {:.3f} ms before {} began (operation {})",
                        a_name, end.index, ms, b_name, begin.index)};
  }

  static std::string type_of(const std::vector<Reason>& reasons) {
    const auto is = [&reasons](std::size_t i, const char* type) {
      return reasons[i % reasons.size()].step.at("type") == type;
    };
    int rw = 0;
    bool adjacent = false;
    bool wr = false;
    std::string order;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      rw += is(i, "rw") ? 1 : 0;
      adjacent = adjacent || (is(i, "rw") && is(i + 1, "rw"));
      wr = wr || is(i, "wr");
      if (is(i, "realtime")) order = "-realtime";
      if (is(i, "process") && order.empty()) order = "-process";
    }
    if (rw == 1) return "G-single-item" + order;
    if (rw > 1) return (adjacent ? "G2-item" : "G-nonadjacent-item") + order;
    return (wr ? "G1c" : "G0") + order;
  }

  std::string explanation(const std::vector<int>& cycle, const NamedCycle& named) const {
    std::string text = "Let\n";
    for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
      const Operation& operation = transactions_->operation(at(cycle[i]));
      text += fmt::format("  T{} = operation {} ({}) of process {}: {}\n", i + 1, operation.index,
                          name_of(operation.type), operation.process, shown(operation.value));
    }
    text += "Then\n";
    for (std::size_t i = 0; i < named.reasons.size(); ++i) {
      const bool last = i + 1 == named.reasons.size();
      text +=
          fmt::format("  - {}T{} comes before T{}, for {}{}\n", last ? "but " : "", i + 1,
                      last ? 1 : i + 2, named.reasons[i].words, last ? ": a contradiction." : ".");
    }
    return text;
  }

  const Transactions* transactions_;
  const Explainer* explainer_;
  Kinds order_;
};

// Looks into one component after the other.
class Investigator {
 public:
  Investigator(const Describer& describer, std::int64_t steps, Cases& cases)
      : describer_(&describer),
        steps_(steps),
        steps_in_all_(kGreedyComponents * steps),
        cases_(&cases) {}

  void investigate(const Component& component) {
    const std::vector<Existence> existences = find_existences(component);
    for (const Existence& existence : existences) add_existence(component, existence);
    Names redundant = impossible_cycles(existences);
    CycleSearch search(component, grant());
    std::vector<std::string> without;
    for (const CycleType& type : cycle_types()) {
      if (redundant.count(type.name) != 0) continue;
      const auto cycle = search.find(type);
      const bool found = cycle && add_cycle(component, *cycle, &type);
      if (!found && search.out_of_steps()) {
        steps_in_all_ -= steps_;
        give_up(component, type, without);
        return;
      }
      if (found) {
        redundant.merge(implied_anomalies({type.name}));
      } else {
        without.push_back(type.name);
      }
    }
  }

 private:
  // A history with very many hard components is to be judged in time, too: when some have had their
  // fill, the others get little.
  std::int64_t grant() const {
    constexpr std::int64_t kLittle = 100;
    return steps_in_all_ > 0 ? steps_ : std::max<std::int64_t>(steps_ / kLittle, 1);
  }

  void add_existence(const Component& component, const Existence& existence) {
    const ModelPart& part = *existence.part;
    const std::string type = existence_of(part.model);
    cases_->add(type, [&] {
      std::vector<std::int64_t> indices;
      indices.reserve(existence.vertices.size());
      for (const int vertex : existence.vertices) {
        indices.push_back(describer_->index(component.whole(vertex)));
      }
      std::sort(indices.begin(), indices.end());
      nlohmann::json subgraph = kind_words(part.kinds);
      if (part.then_rw) subgraph = {"extension", subgraph, kind_words(kRw)};
      return nlohmann::json{{"type", type},
                            {"not", friendly_model(part.model)},
                            {"subgraph", subgraph},
                            {"scc-size", indices.size()},
                            {"scc", indices}};
    });
  }

  // Whether it counts: `type` is what it was found as, null if it may be of any.
  bool add_cycle(const Component& component, std::vector<int> cycle, const CycleType* type) {
    for (int& vertex : cycle) vertex = component.whole(vertex);
    const NamedCycle named = describer_->name(cycle);
    if (type != nullptr && type->exact && named.type != type->name) return false;
    cases_->add(named.type, [&] { return describer_->describe(cycle, named); });
    return true;
  }

  // Says what was not searched to its end, and shows some cycle at least.
  void give_up(const Component& component, const CycleType& type,
               const std::vector<std::string>& without) {
    cases_->add(kSearchTimeout, [&] {
      return nlohmann::json{{"type", kSearchTimeout},
                            {"anomaly-spec-type", type.name},
                            {"does-not-contain", without},
                            {"scc-size", component.size()}};
    });
    add_cycle(component, some_cycle(component), nullptr);
  }

  // In a strongly connected component each path can go on until it meets itself.
  std::vector<int> some_cycle(const Component& component) const {
    std::vector<int> path = {SearchGraph(component, kAllKinds).vertices().front()};
    std::vector<int> place(static_cast<std::size_t>(component.size()), -1);
    while (true) {
      place[static_cast<std::size_t>(path.back())] = static_cast<int>(path.size()) - 1;
      std::vector<std::pair<std::uint64_t, int>> next;
      for (const Edge& edge : component.graph().out(path.back())) {
        next.emplace_back(describer_->set_key_of(component.whole(edge.to)), edge.to);
      }
      std::sort(next.begin(), next.end());
      const auto back = std::find_if(next.begin(), next.end(), [&place](const auto& one) {
        return place[static_cast<std::size_t>(one.second)] >= 0;
      });
      const bool closed = back != next.end();
      path.push_back(closed ? back->second : next.front().second);
      if (!closed) continue;
      path.erase(path.begin(), path.begin() + place[static_cast<std::size_t>(path.back())]);
      return path;
    }
  }

  const Describer* describer_;
  static constexpr std::int64_t kGreedyComponents = 4;

  std::int64_t steps_;
  std::int64_t steps_in_all_;  // for searches that do not come to their end
  Cases* cases_;
};

}  // namespace

void add_cycle_cases(const Transactions& transactions, std::vector<Edge> edges,
                     const Explainer& explainer, std::int64_t steps, Cases& cases) {
  Kinds order = 0;
  if (cases.shows_any_of(cycle_names("-realtime"))) {
    order = kRealtime;
  } else if (cases.shows_any_of(cycle_names("-process"))) {
    order = kProcess;
  }
  if (order != 0) {
    const std::vector<Edge> more =
        order == kRealtime ? realtime_edges(transactions) : process_edges(transactions);
    edges.insert(edges.end(), more.begin(), more.end());
  }
  const Graph graph(static_cast<int>(transactions.all().size()), std::move(edges));
  if (graph.empty()) cases.add(kEmptyGraph, [] { return true; });
  std::vector<std::uint64_t> keys;
  for (const Transaction& transaction : transactions.all()) {
    keys.push_back(map_key_of_operation(transactions.operation(transaction).index));
  }
  const Describer describer(transactions, explainer, order);
  Investigator investigator(describer, steps, cases);
  for (std::vector<int>& vertices : components_of(graph)) {
    investigator.investigate(Component(graph, std::move(vertices), keys));
  }
}

}  // namespace hearsay::bench::elle
