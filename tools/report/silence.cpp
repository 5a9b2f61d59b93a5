#include "tools/report/silence.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hearsay::bench {

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
  for (std::size_t node = 0; node < silences.size(); ++node) silences[node].node = node;
  for (const Operation& operation : run.history().operations()) {
    if (!is_client(operation) || operation.type == OperationType::invoke) continue;
    Silence& silence = silences[node_of(options, network, operation)];
    if (has_timed_out(operation)) {
      ++silence.unanswered;
    } else if (operation.f != "crash") {  // a client's, of which no node hears
      silence.since_ns = operation.time_ns;
      silence.unanswered = 0;
    }
  }
  // Who asks another node first may wait for a message that was taken from it.
  const bool may_wait = network.lost() > 0;
  std::erase_if(silences, [&](const Silence& silence) {
    return silence.unanswered == 0 || (may_wait && silence.since_ns > 0);
  });
  return silences;
}

}  // namespace hearsay::bench
