// The checkers that every workload has.
#include "tools/experiment/verdict/checkers.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

struct Counts {
  std::int64_t ok = 0;
  std::int64_t fail = 0;
  std::int64_t info = 0;

  void take(OperationType type) {
    if (type == OperationType::ok) ++ok;
    if (type == OperationType::fail) ++fail;
    if (type == OperationType::info) ++info;
  }
  nlohmann::json json() const {
    return {{"valid?", ok > 0},
            {"count", ok + fail + info},
            {"ok-count", ok},
            {"fail-count", fail},
            {"info-count", info}};
  }
};

nlohmann::json message_counts(std::int64_t sent, std::int64_t received) {
  return {{"send-count", sent}, {"recv-count", received}, {"msg-count", sent}};
}

}  // namespace

bool is_never_ok(std::string_view f) {
  return f == "crash" || f == "debug-topic-partitions";
}

nlohmann::json check_stats(const History& history) {
  Counts all;
  std::map<std::string, Counts> by_f;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    all.take(operation.type);
    by_f[operation.f].take(operation.type);
  }
  nlohmann::json result = all.json();
  result["by-f"] = nlohmann::json::object();
  std::vector<nlohmann::json> verdicts;
  for (const auto& [f, counts] : by_f) {
    result["by-f"][f] = counts.json();
    verdicts.emplace_back(counts.ok > 0 || is_never_ok(f));
  }
  result["valid?"] = merge_valid(verdicts);
  return result;
}

nlohmann::json check_availability(const History& history, std::optional<double> wanted) {
  const auto& operations = history.operations();
  const std::int64_t ok =
      std::count_if(operations.begin(), operations.end(),
                    [](const Operation& operation) { return operation.type == OperationType::ok; });
  const std::int64_t invoked = count_invocations(history);
  if (invoked == 0) return {{"valid?", !wanted || *wanted <= 1}, {"ok-fraction", 1}};
  const double ratio = static_cast<double>(ok) / static_cast<double>(invoked);
  // Maelstrom holds it in 32 bits, where 9 of 10 is a little less than 0.9.
  return {{"valid?", !wanted || *wanted <= static_cast<double>(static_cast<float>(ratio))},
          {"ok-fraction", short_ratio(static_cast<double>(ok), static_cast<double>(invoked))}};
}

nlohmann::json check_exceptions(const History& history) {
  std::int64_t count = 0;
  nlohmann::json example;
  for (const Operation& operation : history.operations()) {
    if (operation.exception.empty()) continue;
    if (count++ == 0) example = to_json(operation);
  }
  nlohmann::json result = {{"valid?", true}};
  if (count > 0) {
    result["exceptions"] = {
        {{"count", count}, {"class", "malformed-rpc-response"}, {"example", example}}};
  }
  return result;
}

nlohmann::json check_perf(const History& history) {
  const auto& operations = history.operations();
  std::map<std::string, std::vector<std::int64_t>> by_f;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto partner = history.partner(i);
    if (operations[i].type != OperationType::ok || !partner) continue;
    by_f[operations[i].f].push_back((operations[i].time_ns - operations[*partner].time_ns) /
                                    kNsPerMs);
  }
  nlohmann::json latencies = nlohmann::json::object();
  for (auto& [f, values] : by_f) {
    std::sort(values.begin(), values.end());
    latencies[f] = quantiles(values);
  }
  return {{"valid?", true}, {"latencies", latencies}};
}

std::int64_t count_invocations(const History& history) {
  return std::count_if(history.operations().begin(), history.operations().end(),
                       [](const Operation& operation) {
                         return is_client(operation) && operation.type == OperationType::invoke;
                       });
}

nlohmann::json check_net(const History& history, const Network& network) {
  const MessageCounts& clients = network.client_messages();
  const MessageCounts& servers = network.server_messages();
  nlohmann::json result = {
      {"valid?", true},
      {"all", message_counts(clients.sent + servers.sent, clients.received + servers.received)},
      {"clients", message_counts(clients.sent, clients.received)},
      {"servers", message_counts(servers.sent, servers.received)}};
  const auto invoked = static_cast<double>(count_invocations(history));
  if (invoked > 0) {
    const auto all = static_cast<double>(clients.sent + servers.sent);
    result["all"]["msgs-per-op"] = short_ratio(all, invoked);
    result["servers"]["msgs-per-op"] = short_ratio(static_cast<double>(servers.sent), invoked);
  }
  return result;
}

nlohmann::json merge_valid(const std::vector<nlohmann::json>& verdicts) {
  nlohmann::json worst = true;
  for (const nlohmann::json& verdict : verdicts) {
    if (verdict == false) return false;
    if (verdict != true) worst = verdict;
  }
  return worst;
}

nlohmann::json quantiles(const std::vector<std::int64_t>& sorted) {
  nlohmann::json result = nlohmann::json::object();
  const auto count = static_cast<double>(sorted.size());
  for (const auto& [name, point] :
       {std::pair{"0", 0.0}, {"0.5", 0.5}, {"0.95", 0.95}, {"0.99", 0.99}, {"1", 1.0}}) {
    const auto index = static_cast<std::size_t>(std::floor(count * point));
    result[name] = sorted[std::min(sorted.size() - 1, index)];
  }
  return result;
}

nlohmann::json short_ratio(double numerator, double denominator) {
  const std::string shortest = fmt::format("{}", static_cast<float>(numerator / denominator));
  return std::strtod(shortest.c_str(), nullptr);
}

}  // namespace hearsay::bench
