#include "tools/report/results.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.h"
#include "common/base/version.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/report/challenge_verdict.h"
#include "tools/report/remarks.h"
#include "tools/report/results_faults.h"
#include "tools/report/results_traffic.h"

namespace hearsay::bench {
namespace {

nlohmann::json bad_lines(const Run& run, const Findings& findings) {
  nlohmann::json lines = nlohmann::json::array();
  for (const Finding& finding : findings.kept()) {
    nlohmann::json time_ms;
    if (run.load_start_ns()) time_ms = (finding.time_ns - *run.load_start_ns()) / kNsPerMs;
    nlohmann::json line = {{"kind", name_of(finding.kind)},
                           {"node", finding.node},
                           {"time-ms", time_ms},
                           {"reason", finding.reason},
                           {"line", finding.line}};
    if (finding.kind == Finding::Kind::late_reply) {
      line["client"] = finding.client;
      line["late-ms"] = finding.late_ns / kNsPerMs;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

nlohmann::json bad_line_counts(const Findings& findings) {
  nlohmann::json counts = nlohmann::json::object();
  for (const auto& [kind, count] : findings.counts()) counts[std::string(name_of(kind))] = count;
  return counts;
}

nlohmann::json double_replies(const Run& run) {
  nlohmann::json replies = nlohmann::json::array();
  for (const DuplicateReply& reply : run.odd_replies().duplicates()) {
    replies.push_back(
        {{"node", reply.node}, {"client", reply.client}, {"in-reply-to", reply.in_reply_to}});
  }
  return replies;
}

nlohmann::json stray_replies(const Run& run) {
  nlohmann::json replies = nlohmann::json::array();
  for (const auto& [node, stray] : run.odd_replies().strays()) {
    replies.push_back({{"node", node},
                       {"count", stray.count},
                       {"last-client", stray.client},
                       {"last", stray.text}});
  }
  return replies;
}

nlohmann::json describe_usage(const NodeUsage& usage) {
  return {{"cpu-ms", usage.cpu_us / 1000},
          {"cpu-user-ms", usage.user_ms},
          {"cpu-system-ms", usage.system_ms},
          {"peak-rss-kb", usage.peak_rss_kb}};
}

// CPU and memory of the nodes, in all and by node, and the bench's part of the CPU time.
nlohmann::json describe_resources(const Network& network, const Outcome& outcome) {
  nlohmann::json by_node = nlohmann::json::object();
  NodeUsage total;
  for (std::size_t node = 0; node < outcome.usage.size(); ++node) {
    const NodeUsage& usage = outcome.usage[node];
    by_node[network.node_name(node)] = describe_usage(usage);
    total.cpu_us += usage.cpu_us;
    total.user_ms += usage.user_ms;
    total.system_ms += usage.system_ms;
    total.peak_rss_kb += usage.peak_rss_kb;
  }
  nlohmann::json resources = {{"nodes", describe_usage(total)}, {"by-node", by_node}};
  const std::int64_t bench_ns = outcome.bench_cpu_ns.value_or(0);
  const std::int64_t all_ns = total.cpu_us * 1000 + bench_ns;
  if (all_ns > 0) {
    resources["bench-cpu-share"] =
        short_ratio(static_cast<double>(bench_ns), static_cast<double>(all_ns));
  }
  return resources;
}

void add_failure(nlohmann::json& section, const Outcome& outcome) {
  if (outcome.failure.empty()) return;
  section["failure"] = outcome.failure;
  section["failure-kind"] = outcome.failure_kind;
  section["failed-node"] = outcome.failed_node;
}

// Whether all is well beside Maelstrom's verdict; `oddities`: what it would not notice.
bool is_well(const TestOptions& options, const Run& run, const Outcome& outcome,
             const nlohmann::json& oddities) {
  if (outcome.findings.wrong() > 0 || !outcome.violations.empty()) return false;
  if (!options.strict) return true;
  return run.odd_replies().duplicates().empty() && run.odd_replies().strays().empty() &&
         outcome.findings.counts().empty() && oddities.value("duplicated-count", 0) == 0 &&
         oddities.value("unexpected-count", 0) == 0 && oddities.value("missing-count", 0) == 0;
}

nlohmann::json find_oddities(const Workload& workload, const History& history) {
  try {
    return workload.look_closer(history);
  } catch (const std::bad_alloc&) {
    return nlohmann::json::object();
  }
}

nlohmann::json hearsay_section(const TestOptions& options, const Workload& workload, const Run& run,
                               const Network& network, const Outcome& outcome) {
  nlohmann::json oddities = find_oddities(workload, run.history());
  nlohmann::json section = {
      {"valid?", is_well(options, run, outcome, oddities)},
      {"version", version()},
      {"oddities", oddities},
      {"seed", options.seed},
      {"options", to_json(options)},
      {"bad-lines", bad_lines(run, outcome.findings)},
      {"bad-line-counts", bad_line_counts(outcome.findings)},
      {"double-replies", double_replies(run)},
      {"double-reply-count", run.odd_replies().duplicate_count()},
      {"stray-replies", stray_replies(run)},
      {"violations", outcome.violations},
      {"traffic", describe_traffic(network, count_invocations(run.history()))},
      {"leftover-processes", outcome.leftovers}};
  if (outcome.wall_ns) section["wall-time-ms"] = *outcome.wall_ns / kNsPerMs;
  if (outcome.unix_ns_at_0 && run.load_start_ns()) {
    section["load-start-ts"] = *outcome.unix_ns_at_0 + *run.load_start_ns();
  }
  if (outcome.bench_cpu_ns) section["bench-cpu-ms"] = *outcome.bench_cpu_ns / kNsPerMs;
  if (!outcome.usage.empty()) section["resources"] = describe_resources(network, outcome);
  if (!outcome.simulator.is_null()) section["simulator"] = outcome.simulator;
  if (!outcome.bus.is_null()) section["bus"] = outcome.bus;
  add_faults(section, run, network);
  section["deaths"] = outcome.deaths.json();
  add_failure(section, outcome);
  return section;
}

}  // namespace

nlohmann::json make_results(const TestOptions& options, const Workload& workload, const Run& run,
                            const Network& network, const Outcome& outcome) {
  nlohmann::json results = {{"hearsay", hearsay_section(options, workload, run, network, outcome)}};
  const bool interrupted = outcome.failure_kind == kInterrupted;
  if (!outcome.failure.empty() && !interrupted) {
    results["valid?"] = "unknown";
    return results;
  }
  const History& history = run.history();
  results["perf"] = check_perf(history);
  results["exceptions"] = check_exceptions(history);
  results["stats"] = check_stats(history);
  results["availability"] = check_availability(history, options.wanted_availability);
  results["net"] = check_net(history, network);
  if (interrupted) {  // a value that the last reads miss may have been on its way
    results["valid?"] = "unknown";
    return results;
  }
  results["workload"] = workload.check(history);
  std::vector<nlohmann::json> verdicts;
  for (const auto& section : results) verdicts.push_back(section.at("valid?"));
  results["valid?"] = merge_valid(verdicts);
  add_remarks(results, options, run, network, outcome);
  for (const std::string& remark : outcome.remarks) results["hearsay"]["remarks"].push_back(remark);
  if (const Challenge* challenge = find_challenge(options.challenge)) {
    results["hearsay"]["challenge"] = judge_challenge(*challenge, results);
  }
  return results;
}

}  // namespace hearsay::bench
