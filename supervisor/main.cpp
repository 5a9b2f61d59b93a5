#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "common/base/file_descriptor.h"
#include "common/base/line_output.h"
#include "common/base/own_program.h"
#include "common/base/process_title.h"
#include "common/options/exit_codes.h"
#include "supervisor/bus_error.h"
#include "supervisor/first_message.h"
#include "supervisor/node_failure.h"
#include "supervisor/options.h"
#include "supervisor/recorder.h"
#include "supervisor/recording_file.h"
#include "supervisor/signals.h"
#include "supervisor/supervisor.h"
#include "supervisor/trace_file.h"

namespace {

// Shared memory is mapped, and the worker found, by names in there.
void require_proc() {
  if (::access("/proc/self/fd", X_OK) == 0) return;
  if (errno != ENOENT) {
    throw hearsay::supervisor::NodeFailure(
        "/proc can't be looked into: access: " + std::generic_category().message(errno) +
        " (a sandbox may refuse it)");
  }
  throw hearsay::supervisor::NodeFailure(
      "/proc is not there (in a container or chroot it must be mounted: mount -t proc proc /proc)");
}

// Maelstrom starts nodes in another working directory: the worker is looked for beside this
// program, and where an installation puts it.
std::string find_worker() {
  namespace fs = std::filesystem;
  const fs::path folder = hearsay::own_program().parent_path();
  const fs::path beside = folder / "hearsay-worker";
  const fs::path installed = folder.parent_path() / "libexec" / "hearsay" / "hearsay-worker";
  std::error_code ignored;
  return fs::exists(beside, ignored) || !fs::exists(installed, ignored) ? beside : installed;
}

hearsay::supervisor::NodeFiles make_files(const hearsay::supervisor::Options& options,
                                          const std::string& node) {
  using namespace hearsay::supervisor;
  using hearsay::SyncPolicy;
  if (options.state_dir.empty()) return NodeFiles::in_memory();
  return NodeFiles::in_directory(
      options.state_dir, node, options.begin_anew ? IfUnusable::begin_anew : IfUnusable::refuse,
      options.worker.sync.kind == SyncPolicy::Kind::none ? PowerCut::may_lose
                                                         : PowerCut::is_survived);
}

std::unique_ptr<hearsay::supervisor::Recorder> make_recorder(
    const hearsay::supervisor::Options& options, const std::string& node,
    const hearsay::supervisor::NodeFiles& files, hearsay::trace::EventSink& events) {
  using namespace hearsay::supervisor;
  constexpr std::uint64_t kBytesPerMib = 1024 * 1024;
  if (options.record.empty()) return nullptr;
  return std::make_unique<Recorder>(create_recording_file(options.record, node),
                                    options.record_limit_mib * kBytesPerMib, node, options.worker,
                                    files, events);
}

// Returns why the node has ended.
std::string run_node(const hearsay::supervisor::Options& options, const std::string& worker,
                     hearsay::supervisor::Signals& signals, hearsay::trace::TraceWriter& trace,
                     int trace_fd, hearsay::ProcessTitle& title) {
  using namespace hearsay::supervisor;
  LineReader reader(STDIN_FILENO, options.max_line_bytes());
  if (options.state_dir.empty() && options.record.empty()) {
    return Supervisor(options, worker, NodeFiles::in_memory(), trace_fd, reader, {}, signals, trace,
                      title, nullptr)
        .run();
  }
  if (!options.record.empty()) require_recording_place(options.record);
  const auto first = wait_for_first_message(reader, STDIN_FILENO, signals, trace);
  if (!first) return "before the first message";
  NodeFiles files = make_files(options, first->dest);
  auto recorder = make_recorder(options, first->dest, files, trace);
  return Supervisor(options, worker, std::move(files), trace_fd, reader, first->line, signals,
                    trace, title, std::move(recorder))
      .run();
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0 || errno != EBADF;  // a sandbox may refuse the question
}

int run(const hearsay::supervisor::Options& options, hearsay::supervisor::Signals& signals,
        hearsay::ProcessTitle& title, bool has_stdout) {
  using namespace hearsay;
  // A closed stdin is as good as an empty one. But nobody would get the answers.
  if (!has_stdout) {
    throw supervisor::RefusedOptions(
        "stdout is closed, and answers go there: start the node with a pipe or a file as stdout, "
        "as Maelstrom does (or >/dev/null)");
  }
  supervisor::name_bus_errors();
  require_proc();
  FileDescriptor trace_file;
  if (!options.trace_file.empty()) trace_file = supervisor::open_trace_file(options.trace_file);
  trace::TraceWriter trace(options.worker.trace_level,
                           trace_file.valid() ? trace_file.get() : STDERR_FILENO, "supervisor");
  const std::string worker = options.worker_path.empty() ? find_worker() : options.worker_path;
  try {
    const std::string why = run_node(options, worker, signals, trace, trace_file.get(), title);
    trace.emit(trace::Event::node_stopped, {{trace::FieldName::cause, why}});
  } catch (const std::exception& error) {
    trace.emit(trace::Event::node_stopped, {{trace::FieldName::cause, error.what()}});
    throw;
  }
  return hearsay::kExitStopped;
}

// The owner keeps its rights to what it makes: one process must be able to open the other's files.
void keep_rights_of_owner() {
  constexpr mode_t kOthers = 077;
  ::umask(::umask(0) & kOthers);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hearsay;
  const bool has_stdout = is_open(STDOUT_FILENO);
  fill_standard_descriptors(O_RDWR);
  keep_rights_of_owner();
  try {
    supervisor::Signals signals;
    const auto parsed = supervisor::parse_options(argc, argv);
    if (parsed.exit_code) return *parsed.exit_code;
    ProcessTitle title(argc, argv);
    return run(parsed.options, signals, title, has_stdout);
  } catch (const std::exception& error) {
    say_on_stderr("hearsay-node: " + std::string(error.what()) + '\n');
    const bool refused = dynamic_cast<const supervisor::RefusedOptions*>(&error) != nullptr;
    return refused ? kExitUsage : kExitFailed;
  }
}
