#include "tools/report/silence.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hearsay::bench {
namespace {

struct Ended {
  const Operation* end = nullptr;
  std::int64_t asked_ns = 0;
};

// Of clients, those of whose request a node heard.
std::vector<Ended> ended_requests(const History& history) {
  std::vector<Ended> ended;
  const auto& operations = history.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!is_client(operations[i]) || operations[i].type != OperationType::invoke) continue;
    const auto partner = history.partner(i);
    if (!partner || operations[*partner].f == "crash") continue;
    ended.push_back({&operations[*partner], operations[i].time_ns});
  }
  return ended;
}

}  // namespace

std::size_t node_of(const TestOptions& options, const Network& network,
                    const Operation& operation) {
  const std::size_t thread =
      static_cast<std::size_t>(operation.process) % std::max<std::size_t>(1, options.thread_count);
  return thread % network.node_count();
}

bool has_timed_out(const Operation& operation) {
  return operation.error == "net-timeout" || operation.exception == kReadTimeout;
}

bool has_malformed_reply(const Operation& operation) {
  return !operation.exception.empty() && operation.exception != kReadTimeout &&
         !operation.exception.starts_with(kReplyIsError);
}

std::vector<Silence> silent_nodes(const TestOptions& options, const Run& run,
                                  const Network& network) {
  const Nemesis& nemesis = run.nemesis();
  if (nemesis.strikes(Fault::kill) + nemesis.strikes(Fault::pause) +
          nemesis.strikes(Fault::pause_worker) >
      0) {
    return {};
  }
  std::vector<Silence> silences(network.node_count());
  std::vector<std::int64_t> asked_ns(silences.size(), -1);  // what it answered was asked by then
  for (std::size_t node = 0; node < silences.size(); ++node) {
    silences[node].node = node;
    // Who asked another node may wait for a message that was taken from it.
    if (network.lost() > 0) asked_ns[node] = network.last_sent_ns(node);
  }
  const std::vector<Ended> ended = ended_requests(run.history());
  for (const Ended& each : ended) {
    Silence& silence = silences[node_of(options, network, *each.end)];
    if (has_timed_out(*each.end)) continue;
    silence.since_ns = std::max(silence.since_ns, each.end->time_ns);
    std::int64_t& asked = asked_ns[silence.node];
    asked = std::max(asked, each.asked_ns);
  }
  for (const Ended& each : ended) {
    Silence& silence = silences[node_of(options, network, *each.end)];
    if (has_timed_out(*each.end) && each.asked_ns > asked_ns[silence.node]) ++silence.unanswered;
  }
  std::erase_if(silences, [](const Silence& silence) { return silence.unanswered == 0; });
  return silences;
}

}  // namespace hearsay::bench
