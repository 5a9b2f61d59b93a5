#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "common/base/file_descriptor.h"
#include "common/options/exit_codes.h"
#include "supervisor/bus_error.h"
#include "supervisor/first_message.h"
#include "supervisor/node_failure.h"
#include "supervisor/options.h"
#include "supervisor/signals.h"
#include "supervisor/supervisor.h"

namespace {

// Shared memory is mapped, and the worker found, by names in there.
void require_proc() {
  if (::access("/proc/self/fd", X_OK) == 0) return;
  throw hearsay::supervisor::NodeFailure(
      "/proc is not there (in a container or chroot it must be mounted: mount -t proc proc /proc)");
}

// Maelstrom starts nodes in another working directory: the worker is looked for beside this
// program.
std::string worker_beside_us() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "hearsay-worker";
}

void run_node(const hearsay::supervisor::Options& options, const std::string& worker,
              hearsay::supervisor::Signals& signals, hearsay::trace::TraceWriter& trace) {
  using namespace hearsay::supervisor;
  LineReader reader(STDIN_FILENO, options.max_line_bytes);
  if (options.state_dir.empty()) {
    Supervisor(options, worker, NodeFiles::in_memory(), reader, {}, signals, trace).run();
    return;
  }
  const auto first = wait_for_first_message(reader, STDIN_FILENO, signals, trace);
  if (!first) return;
  Supervisor(options, worker, NodeFiles::in_directory(options.state_dir, first->dest), reader,
             first->line, signals, trace)
      .run();
}

int run(const hearsay::supervisor::Options& options) {
  using namespace hearsay;
  supervisor::name_bus_errors();
  supervisor::Signals signals;
  trace::TraceWriter trace(options.worker.trace.level, options.worker.trace.path, "supervisor");
  try {
    require_proc();
    const std::string worker =
        options.worker_path.empty() ? worker_beside_us() : options.worker_path;
    run_node(options, worker, signals, trace);
  } catch (const std::exception& error) {
    trace.emit(trace::Event::node_stopped, {{trace::FieldName::cause, error.what()}});
    std::fprintf(stderr, "hearsay-node: %s\n", error.what());
    const bool refused = dynamic_cast<const supervisor::RefusedOptions*>(&error) != nullptr;
    return refused ? kExitUsage : kExitFailed;
  }
  trace.emit(trace::Event::node_stopped);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  hearsay::fill_standard_descriptors(O_RDWR);
  const auto parsed = hearsay::supervisor::parse_options(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  try {
    return run(parsed.options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearsay-node: %s\n", error.what());
    return hearsay::kExitFailed;
  }
}
