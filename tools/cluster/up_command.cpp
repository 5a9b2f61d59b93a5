#include "tools/cluster/up_command.h"

#include <fmt/core.h>

#include <exception>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/raise.h"
#include "tools/console/count_text.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {

int run_up(const ClusterOptions& options) {
  try {
    const std::int64_t start_ns = monotonic_ns();
    const Roster roster = make_roster(options.nodes, options.topology);
    Watch watch(options.bus, name_for_command(options.bus));
    const std::int64_t deadline_ns =
        start_ns + static_cast<std::int64_t>(options.timeout_s * kNsPerSecond);
    const std::string wrong = raise(watch, roster, deadline_ns, "hearsay cluster up");
    if (!wrong.empty()) {
      bench::tell("hearsay cluster up: {}\n", wrong);
      return kExitFailed;
    }
    const std::string problem = bench::print(
        fmt::format("Cluster {} is up: {}, {:.1f} s\n", options.bus.cluster,
                    bench::count_text(static_cast<std::int64_t>(roster.nodes.size()), "node"),
                    static_cast<double>(monotonic_ns() - start_ns) / kNsPerSecond));
    return problem.empty() ? kExitGood : kExitFailed;
  } catch (const std::exception& error) {
    bench::tell("hearsay cluster up: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
