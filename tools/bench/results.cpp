#include "tools/bench/results.h"

#include "common/base/clock.h"
#include "tools/bench/checkers.h"

namespace hearsay::bench {
namespace {

nlohmann::json kills_by_node(const Run& run, const Network& network) {
  nlohmann::json kills = nlohmann::json::object();
  for (std::size_t node = 0; node < network.node_count(); ++node) {
    kills[network.node_name(node)] = run.nemesis().kills()[node];
  }
  return kills;
}

nlohmann::json nemesis_schedule(const History& history) {
  nlohmann::json schedule = nlohmann::json::array();
  for (const Operation& operation : history.operations()) {
    if (is_client(operation)) continue;
    schedule.push_back({{"time-ms", operation.time_ns / kNsPerMs},
                        {"f", operation.f},
                        {"value", operation.value}});
  }
  return schedule;
}

nlohmann::json bad_lines(const Run& run, const NodeGroup& nodes) {
  nlohmann::json lines = nlohmann::json::array();
  for (const NodeBadLine& bad : nodes.bad_lines()) {
    nlohmann::json time_ms;
    if (run.load_start_ns()) time_ms = (bad.time_ns - *run.load_start_ns()) / kNsPerMs;
    lines.push_back(
        {{"node", bad.node}, {"time-ms", time_ms}, {"reason", bad.reason}, {"line", bad.line}});
  }
  return lines;
}

nlohmann::json double_replies(const Run& run) {
  nlohmann::json replies = nlohmann::json::array();
  for (const DuplicateReply& reply : run.duplicates()) {
    replies.push_back(
        {{"node", reply.node}, {"client", reply.client}, {"in-reply-to", reply.in_reply_to}});
  }
  return replies;
}

nlohmann::json hearsay_section(const TestOptions& options, const Run& run, const Network& network,
                               const NodeGroup& nodes, const Outcome& outcome) {
  nlohmann::json section = {{"valid?", nodes.bad_lines().empty() && run.duplicates().empty()},
                            {"seed", options.seed},
                            {"options", to_json(options)},
                            {"kill-count", run.nemesis().total_kills()},
                            {"kills", kills_by_node(run, network)},
                            {"nemesis", nemesis_schedule(run.history())},
                            {"bad-lines", bad_lines(run, nodes)},
                            {"double-replies", double_replies(run)},
                            {"dropped-count", network.dropped()},
                            {"leftover-processes", outcome.leftovers},
                            {"wall-time-ms", outcome.wall_ns / kNsPerMs},
                            {"bench-cpu-ms", outcome.bench_cpu_ns / kNsPerMs}};
  if (!outcome.failure.empty()) section["failure"] = outcome.failure;
  return section;
}

}  // namespace

nlohmann::json make_results(const TestOptions& options, const Workload& workload, const Run& run,
                            const Network& network, const NodeGroup& nodes,
                            const Outcome& outcome) {
  nlohmann::json results = {{"hearsay", hearsay_section(options, run, network, nodes, outcome)}};
  if (!outcome.failure.empty()) {
    results["valid?"] = "unknown";
    return results;
  }
  const History& history = run.history();
  results["perf"] = check_perf(history);
  results["exceptions"] = check_exceptions(history);
  results["stats"] = check_stats(history);
  results["availability"] = check_availability(history, options.wanted_availability);
  results["net"] = check_net(history, network);
  results["workload"] = workload.check(history);
  std::vector<nlohmann::json> verdicts;
  for (const auto& section : results) verdicts.push_back(section.at("valid?"));
  results["valid?"] = merge_valid(verdicts);
  return results;
}

}  // namespace hearsay::bench
