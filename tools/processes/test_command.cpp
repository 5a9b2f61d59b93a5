#include "tools/processes/test_command.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/processes/node_group.h"
#include "tools/processes/program.h"
#include "tools/processes/real_test.h"

namespace hearsay::bench {
namespace {

NodeCommand command_of(const TestOptions& options, const std::string& program,
                       const std::string& recordings) {
  NodeCommand command{program, options.node_arguments};
  if (!recordings.empty()) {
    command.arguments.insert(command.arguments.end(), {"--record", recordings});
  }
  return command;
}

// `program`: of find_program().
RunEnd test_processes(const TestOptions& options, const std::string& program) {
  return RealTest(options,
                  [&](EventLoop& loop, Store& store, const std::string& recordings,
                      TestedNodes::OnDeath on_death) {
                    auto nodes = std::make_unique<NodeGroup>(
                        loop, command_of(options, program, recordings), store.make_log_directory(),
                        options.strict, std::move(on_death));
                    if (options.log_stderr) {
                      nodes->hand_log_to(
                          [names = node_names(options)](std::size_t node, std::string_view line) {
                            tell("{}: {}\n", names[node], line);
                          });
                    }
                    return nodes;
                  })
      .run();
}

// Up to the first run that isn't valid.
int run_one_by_one(TestOptions options, const std::string& program) {
  int exit_code = kExitValid;
  for (std::int64_t i = 0; i < options.test_count && exit_code == kExitValid; ++i, ++options.seed) {
    exit_code = test_processes(options, program).exit_code;
  }
  return exit_code;
}

}  // namespace

RunEnd run_one_test(const TestOptions& options) {
  const Program program = find_program(options.binary);
  if (!program.problem.empty()) throw std::runtime_error(program.problem);
  refuse_what_can_not_run(options);
  return test_processes(options, program.path);
}

int run_test(const TestOptions& options) {
  try {
    const Program program = find_program(options.binary);
    if (!program.problem.empty()) {
      tell("hearsay test: {}\n", program.problem);
      return kExitRunFailed;
    }
    refuse_what_can_not_run(options);
    tell_of_unknown_models("hearsay test", options.workload,
                           options.workload_flags.consistency_models);
    return run_one_by_one(options, program.path);
  } catch (const std::exception& error) {
    tell("hearsay test: {}\n", error.what());
    return kExitRunFailed;
  }
}

}  // namespace hearsay::bench
