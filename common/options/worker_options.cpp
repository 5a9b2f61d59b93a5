#include "common/options/worker_options.h"

#include <CLI/CLI.hpp>
#include <map>

namespace hearsay {
namespace {

const std::map<std::string, trace::Level>& levels() {
  using trace::Level;
  static const std::map<std::string, Level> kLevels = [] {
    std::map<std::string, Level> names;
    for (const Level level :
         {Level::trace, Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
      names.emplace(trace::name_of(level), level);
    }
    return names;
  }();
  return kLevels;
}

}  // namespace

void add_worker_options(CLI::App& app, WorkerOptions& options) {
  const std::string gossip = "Gossip";
  app.add_option(
         "--gossip", options.gossip.strategy,
         "How values spread. 'relay': through one node, in batches, with a successor when it "
         "falls silent; the cheapest. 'epidemic': in rounds, everyone forwards. Both repair "
         "what gets lost and are silent when nothing is new. For comparison: 'push' sends "
         "the full state to random nodes again and again; 'flood' sends a new value at once "
         "to the topology's neighbours (loses values in a partition)")
      ->check(CLI::IsMember({"relay", "epidemic", "flood", "push"}))
      ->capture_default_str()
      ->group(gossip);
  app.add_option("--latency-budget", options.gossip.latency_budget_ms,
                 "relay, epidemic: the stable latency that you are willing to wait, in ms; the "
                 "node spends as "
                 "few messages as that allows")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{600'000}))
      ->capture_default_str()
      ->type_name("MS")
      ->group(gossip);
  app.add_option("--gossip-interval-ms", options.gossip.interval_ms,
                 "push: milliseconds between two rounds")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{60'000}))
      ->capture_default_str()
      ->group(gossip);
  app.add_option("--gossip-fanout", options.gossip.fanout,
                 "push: how many random nodes, and as many random neighbours, a round goes to")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000}))
      ->capture_default_str()
      ->group(gossip);

  const std::string traces = "Trace";
  app.add_option("--trace-level", options.trace.level,
                 "Which events are written, as JSON lines: 'info' the life of the node, 'debug' "
                 "every message, 'trace' every commit")
      ->transform(CLI::CheckedTransformer(levels(), CLI::ignore_case).description("LEVEL"))
      ->default_str("info")
      ->group(traces);
  app.add_option("--trace-file", options.trace.path, "Append the events to this file, not stderr")
      ->group(traces);
}

void add_care_options(CLI::App& app, CareOptions& options) {
  const std::string node = "Node";
  app.add_option(
         "--reply-deadline-ms", options.reply_deadline_ms,
         "Answers to clients older than this are dropped: Maelstrom's clients wait 5 s, and "
         "answering one that has gone would silence the node for good")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'600'000}))
      ->capture_default_str()
      ->group(node);
  app.add_option("--hang-limit-ms", options.hang_limit_ms,
                 "A worker that has input but commits nothing for so long is replaced")
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{3'600'000}))
      ->capture_default_str()
      ->group(node);
  const std::string chaos = "Crash experiments";
  app.add_option("--chaos-kill-ms", options.chaos_kill_ms,
                 "Kill the own worker with SIGKILL at random times, on average this many "
                 "milliseconds apart (0: never)")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{3'600'000}))
      ->capture_default_str()
      ->group(chaos);
  app.add_option("--chaos-seed", options.chaos_seed,
                 "Decides these times, together with the node's name")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(chaos);
}

std::vector<std::string> to_arguments(const WorkerOptions& options) {
  std::vector<std::string> arguments{
      "--gossip=" + options.gossip.strategy,
      "--latency-budget=" + std::to_string(options.gossip.latency_budget_ms),
      "--gossip-interval-ms=" + std::to_string(options.gossip.interval_ms),
      "--gossip-fanout=" + std::to_string(options.gossip.fanout),
      "--trace-level=" + std::string(trace::name_of(options.trace.level))};
  if (!options.trace.path.empty()) arguments.push_back("--trace-file=" + options.trace.path);
  return arguments;
}

}  // namespace hearsay
