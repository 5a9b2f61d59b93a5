#include "common/options/worker_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "common/options/command_line.h"

namespace hearsay {
namespace {

constexpr std::array kLevels{trace::Level::trace, trace::Level::debug, trace::Level::info,
                             trace::Level::warn,  trace::Level::error, trace::Level::off};

std::vector<std::string> level_names() {
  std::vector<std::string> names;
  std::transform(kLevels.begin(), kLevels.end(), std::back_inserter(names),
                 [](trace::Level level) { return std::string(trace::name_of(level)); });
  return names;
}

std::string to_text(const SyncPolicy& policy) {
  switch (policy.kind) {
    case SyncPolicy::Kind::none:
      return "none";
    case SyncPolicy::Kind::commit:
      return "commit";
    case SyncPolicy::Kind::interval:
      break;
  }
  return std::to_string(policy.interval_ms);
}

SyncPolicy to_sync_policy(const std::string& text) {
  constexpr std::int64_t kLongestMs = 3'600'000;
  if (text == "none") return {};
  if (text == "commit") return {SyncPolicy::Kind::commit};
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, ms);
  if (error != std::errc() || rest != end || ms < 1 || ms > kLongestMs) {
    throw BadCommandLine("none, commit, or milliseconds from 1 to " + std::to_string(kLongestMs) +
                         ", not \"" + text + '"');
  }
  return {SyncPolicy::Kind::interval, ms};
}

}  // namespace

void add_worker_options(CommandLine& app, WorkerOptions& options) {
  app.add("--workload", options.services.workload,
          "What the node is for: the names of the worker's services, separated by commas. 'auto': "
          "echo, unique-ids and broadcast together; others: g-set, g-counter, pn-counter, kafka, "
          "txn-rw-register; lin-kv, txn-list-append and seq-kv-counter, which use Maelstrom's "
          "services")
      .value_name("NAMES")
      .group("Node");

  app.add("--max-line-bytes", options.services.gossip.max_line_bytes,
          "Longest line of input; a longer one is turned away. So is a value that would not fit a "
          "line between nodes: the nodes of a cluster need the same. From 1024; below 1 MiB a "
          "message of many values may be longer than the others take")
      .between(1024, kLongestLineBytes)
      .value_name("N")
      .group("Node");

  app.add_word(
         "--sync", to_text(options.sync),
         [&options](const std::string& text) { options.sync = to_sync_policy(text); },
         "With --state-dir: when what is committed is brought to the disk, so that a power cut "
         "does "
         "not lose it. 'commit': before it is acknowledged; a number: at most so many milliseconds "
         "later; 'none': when the system likes")
      .value_name("none|commit|MS")
      .group("Node");

  const std::string gossip = "Gossip";
  app.add("--gossip", options.services.gossip.strategy,
          "How values spread. 'relay': through one node, in batches, with a successor when it "
          "falls silent; the cheapest. 'epidemic': in rounds, everyone forwards. Both repair "
          "what gets lost and are silent when nothing is new. For comparison: 'push' sends "
          "the full state to random nodes again and again; 'flood' sends a new value at once "
          "to the topology's neighbours (loses values in a partition)")
      .one_of({"relay", "epidemic", "flood", "push"})
      .group(gossip);
  app.add("--latency-budget", options.services.gossip.latency_budget_ms,
          "relay, epidemic: the stable latency that you are willing to wait, in ms; the "
          "node spends as "
          "few messages as that allows")
      .between(0, 600'000)
      .value_name("MS")
      .group(gossip);
  app.add("--gossip-interval-ms", options.services.gossip.interval_ms,
          "push: milliseconds between two rounds")
      .between(1, 60'000)
      .group(gossip);
  app.add("--gossip-fanout", options.services.gossip.fanout,
          "push: how many random nodes, and as many random neighbours, a round goes to")
      .between(1, 1'000)
      .group(gossip);

  app.add_choice(
         "--trace-level", level_names(), trace::name_of(options.trace_level),
         [&options](std::size_t number) { options.trace_level = kLevels[number]; },
         "Which events are written, as JSON lines: 'info' the life of the node, 'debug' "
         "every message, 'trace' every commit")
      .value_name("LEVEL")
      .group("Trace");
}

void add_care_options(CommandLine& app, CareOptions& options) {
  const std::string node = "Node";
  app.add("--reply-deadline-ms", options.reply_deadline_ms,
          "Answers to clients older than this are dropped: Maelstrom's clients wait 5 s, and "
          "answering one that has gone would silence the node for good")
      .between(1, 3'600'000)
      .group(node);
  app.add("--hang-limit-ms", options.hang_limit_ms,
          "A worker that has input but commits nothing for so long is replaced")
      .between(100, 3'600'000)
      .group(node);
  const std::string chaos = "Crash experiments";
  app.add("--chaos-kill-ms", options.chaos_kill_ms,
          "Kill the own worker with SIGKILL at random times, on average this many "
          "milliseconds apart (0: never)")
      .between(0, 3'600'000)
      .group(chaos);
  app.add("--chaos-seed", options.chaos_seed, "Decides these times, together with the node's name")
      .group(chaos);
}

std::vector<std::string> to_arguments(const WorkerOptions& options) {
  return {"--workload=" + options.services.workload,
          "--max-line-bytes=" + std::to_string(options.services.gossip.max_line_bytes),
          "--sync=" + to_text(options.sync),
          "--gossip=" + options.services.gossip.strategy,
          "--latency-budget=" + std::to_string(options.services.gossip.latency_budget_ms),
          "--gossip-interval-ms=" + std::to_string(options.services.gossip.interval_ms),
          "--gossip-fanout=" + std::to_string(options.services.gossip.fanout),
          "--trace-level=" + std::string(trace::name_of(options.trace_level))};
}

}  // namespace hearsay
