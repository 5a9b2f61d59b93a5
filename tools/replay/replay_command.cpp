#include "tools/replay/replay_command.h"

#include <exception>
#include <filesystem>

#include "common/base/own_program.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/replay/breakpoint.h"
#include "tools/replay/cluster.h"
#include "tools/replay/output.h"
#include "tools/replay/session.h"

namespace hearsay::replay {
namespace {

int run_in_gdb(const ReplayOptions& options) {
  const std::string program = own_program();
  const auto command = gdb_command(command_of(options, program));
  bench::tell("{}\n", bench::as_typed(command.front(), {command.begin() + 1, command.end()}));
  bench::tell("hearsay replay: {}\n", become(command));
  return bench::kExitRunFailed;
}

}  // namespace

int run_replay(const ReplayOptions& options) {
  try {
    if (options.gdb) return run_in_gdb(options);
    if (std::filesystem::is_directory(options.path)) return ClusterReplay(options.path).run();
    return Session(options).run();
  } catch (const OutputLost& problem) {
    bench::tell("hearsay replay: {}\n", problem.what());
    return bench::kExitRunFailed;
  } catch (const std::exception& problem) {
    bench::tell("hearsay replay: {}\n", problem.what());
    return bench::kExitUnknown;
  }
}

}  // namespace hearsay::replay
