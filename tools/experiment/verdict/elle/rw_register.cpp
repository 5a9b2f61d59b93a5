// The checker of registers: what single transactions show, then the cycles.
#include <map>

#include "tools/experiment/verdict/elle/elle.h"
#include "tools/experiment/verdict/elle/register_dependencies.h"
#include "tools/experiment/verdict/elle/writes.h"

namespace hearsay::bench {
namespace elle {
namespace {

// Reads of what failed transactions wrote (G1a), or of what a transaction overwrote itself (G1b).
void add_register_reads(const Transactions& transactions, const char* type, const Writers& writers,
                        Cases& cases) {
  for (const Transaction& reader : transactions.all()) {
    if (!reader.ok()) continue;
    for (const Step& step : transactions.steps(reader)) {
      if (step.writes || step.value == kNull) continue;
      const auto found = writers.find(pair_number(step.key, step.value));
      if (found == writers.end()) continue;
      if (found->second == reader.completion) continue;
      cases.add(type, [&] { return read_case(transactions, reader, step, found->second); });
    }
  }
}

// A read has to see what the transaction read or wrote last.
void add_register_internal(const Transactions& transactions, Cases& cases) {
  for (const Transaction& one : transactions.all()) {
    if (!one.ok()) continue;
    std::map<int, int> expected;
    for (const Step& step : transactions.steps(one)) {
      const auto [found, first] = expected.try_emplace(step.key, step.value);
      const bool unexpected = !transactions.is_falsy(found->second) && found->second != step.value;
      if (!first && !step.writes && unexpected) {
        cases.add("internal", [&, wanted = found->second] {
          return nlohmann::json{{"op", transactions.operation_json(one)},
                                {"mop", transactions.step_json(step)},
                                {"expected", transactions.value(wanted)}};
        });
        break;
      }
      found->second = step.value;
    }
  }
}

nlohmann::json judge_registers(const History& history, const ElleOptions& options) {
  Cases cases(options.models);
  const Transactions transactions(history, Workload::rw_register);
  add_register_reads(transactions, "G1a", failed_writes(transactions), cases);
  add_register_reads(transactions, "G1b", transactions.intermediate_writes(), cases);
  add_register_internal(transactions, cases);
  add_lost_updates(transactions, Workload::rw_register, cases);
  const RegisterDependencies dependencies(transactions, cases);
  add_cycle_cases(transactions, dependencies.edges(), dependencies, options.search_steps, cases);
  return cases.result();
}

// Maelstrom's own last word on registers.
nlohmann::json without_timeouts(nlohmann::json result) {
  if (!result.contains("anomalies")) {
    result["anomaly-types"] = nlohmann::json::array();
    result["anomalies"] = nullptr;
    return result;
  }
  result["anomalies"].erase(kSearchTimeout);
  nlohmann::json types = nlohmann::json::array();
  for (const auto& [type, cases] : result["anomalies"].items()) types.push_back(type);
  result["valid?"] = types.empty();
  result["anomaly-types"] = std::move(types);
  return result;
}

}  // namespace
}  // namespace elle

nlohmann::json check_rw_register(const History& history, const ElleOptions& options) {
  return elle::without_timeouts(elle::judge_registers(history, options));
}

}  // namespace hearsay::bench
