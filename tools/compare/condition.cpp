#include "tools/compare/condition.h"

namespace hearsay::compare {
namespace {

using bench::Fault;
using bench::TestOptions;

constexpr double kPartitionIntervalS = 4;
constexpr double kProbability = 0.1;
constexpr double kLittleProbability = 0.01;

void impose_nothing(TestOptions& /*test*/) {}

void impose_partitions(TestOptions& test) {
  test.faults.nemeses = {std::string(name_of(Fault::partition))};
  test.faults.interval_s = kPartitionIntervalS;
}

template <Fault fault>
void impose_always(TestOptions& test) {
  test.faults.probability[fault] = kProbability;
}

void impose_little_loss(TestOptions& test) {
  test.faults.probability[Fault::loss] = kLittleProbability;
}

void impose_exponential_latency(TestOptions& test) {
  test.latency_distribution = "exponential";
}

void impose_kills(TestOptions& test) {
  test.node_arguments.insert(test.node_arguments.end(), {"--chaos-kill-ms", "1000"});
}

}  // namespace

const std::vector<Condition>& conditions() {
  static const std::vector<Condition> kConditions = {
      {"no-fault", "nothing goes wrong, and messages are punctual", true, false, false,
       impose_nothing},
      {"late", "messages are late, as on the real Maelstrom", true, false, true, impose_nothing},
      {"partition", "some nodes can't reach some others; a cut begins or ends every 4 s on average",
       true, true, false, impose_partitions},
      {"loss", "of the messages between nodes 10 % get lost, all the time", true, true, false,
       impose_always<Fault::loss>},
      {kKillsCondition, "each node's worker is killed once a second on average, at any instruction",
       true, false, false, impose_kills},
      {"loss-1", "of the messages between nodes 1 % get lost, all the time", false, true, false,
       impose_little_loss},
      {"exponential", "latencies are exponentially distributed: messages overtake each other",
       false, false, false, impose_exponential_latency},
      {"duplicate", "of the messages between nodes 10 % arrive twice", false, false, false,
       impose_always<Fault::duplicate>},
      {"reorder", "10 % of the messages between nodes are delayed, and overtaken by later ones",
       false, false, false, impose_always<Fault::reorder>}};
  return kConditions;
}

const Condition* find_condition(std::string_view name) {
  for (const Condition& condition : conditions()) {
    if (condition.name == name) return &condition;
  }
  return nullptr;
}

}  // namespace hearsay::compare
