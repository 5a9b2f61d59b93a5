#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "supervisor/options.h"
#include "supervisor/signals.h"
#include "supervisor/supervisor.h"

namespace {

constexpr int kExitFailed = 1;

// Maelstrom starts nodes in another working directory: the worker is looked for beside this program.
std::string worker_beside_us() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "hearsay-worker";
}

int run(const hearsay::supervisor::Options& options) {
  using namespace hearsay;
  supervisor::Signals signals;
  trace::TraceWriter trace(options.worker.trace.level, options.worker.trace.path, "supervisor");
  const std::string worker =
      options.worker_path.empty() ? worker_beside_us() : options.worker_path;
  try {
    supervisor::Supervisor(options, worker, signals, trace).run();
  } catch (const std::exception& error) {
    trace.emit(trace::Event::node_stopped, {{trace::FieldName::cause, error.what()}});
    std::fprintf(stderr, "hearsay-node: %s\n", error.what());
    return kExitFailed;
  }
  trace.emit(trace::Event::node_stopped);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = hearsay::supervisor::parse_options(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  try {
    return run(parsed.options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearsay-node: %s\n", error.what());
    return kExitFailed;
  }
}
