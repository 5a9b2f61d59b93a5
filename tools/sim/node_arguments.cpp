#include "tools/sim/node_arguments.h"

#include <algorithm>
#include <string_view>

#include "common/options/command_line.h"
#include "worker/core/service_list.h"

namespace hearsay::sim {
namespace {

struct Refused {
  const char* name;
  const char* why;
};

constexpr Refused kRefused[] = {
    {"--worker", "simulated nodes run the worker's core that is built in"},
    {"--state-dir", "simulated nodes have no files"},
    {"--max-line-bytes", "simulated nodes read no lines"},
    {"--trace-level", "simulated nodes write no traces; a violation prints what led to it"},
    {"--record", "hearsay sim --record keeps recordings in the run's folder"},
    {"--record-limit-mib", "recordings of simulated nodes have no limit to set"},
    {"--trace-file", "simulated nodes write no traces; a violation prints what led to it"},
};

}  // namespace

NodeOptions parse_node_arguments(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
    for (const Refused& refused : kRefused) {
      if (name == refused.name) throw BadCommandLine(refused.name, refused.why);
    }
  }
  CommandLine app("Options of hearsay-node");
  WorkerOptions worker;
  CareOptions care;
  add_worker_options(app, worker);
  add_care_options(app, care);
  if (app.parse(arguments) == CommandLine::Outcome::answered) {
    throw BadCommandLine("--help", "hearsay-node answers it");
  }
  try {
    core::switch_on(core::services(), worker.services);
  } catch (const core::BadWorkload& problem) {
    throw BadCommandLine("--workload", problem.what());
  }
  return {worker.services, care};
}

}  // namespace hearsay::sim
