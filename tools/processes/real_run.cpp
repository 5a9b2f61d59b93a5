#include "tools/processes/real_run.h"

#include <sys/resource.h>

#include "common/base/units.h"
#include "common/options/exit_codes.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kMostWaitingBytes = std::int64_t{256} << 20U;

}  // namespace

std::int64_t own_cpu_ns() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const std::int64_t seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
  return seconds * kNsPerSecond + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

NetworkOptions bounded(NetworkOptions network) {
  network.most_waiting_bytes = kMostWaitingBytes;
  return network;
}

const char* kind_of_death(const TestOptions& options, const TestedNodes& nodes, std::size_t node,
                          bool at_start) {
  const bool refused = at_start && nodes.exit_status(node) == kExitUsage;
  const bool asked = runs_our_node(options) && options.arguments_given;
  return refused && asked ? kBadArguments : "node-died";
}

}  // namespace hearsay::bench
