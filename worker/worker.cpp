#include "worker/worker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <stdexcept>

#include "common/base/kill_point.h"
#include "common/base/line_output.h"
#include "common/base/process_title.h"
#include "common/base/version.h"
#include "common/options/command_line.h"
#include "common/options/exit_codes.h"
#include "common/options/worker_options.h"
#include "common/shm/journal.h"
#include "common/shm/segment.h"
#include "common/shm/shelf.h"
#include "common/shm/spill.h"
#include "common/trace/trace_writer.h"
#include "worker/duty_cycle.h"
#include "worker/recovery.h"

namespace hearsay::worker {
namespace {

struct Inheritance {
  int segment_fd = -1;
  int first_journal_fd = -1;
  int second_journal_fd = -1;
  int spill_fd = -1;
  int shelf_fd = -1;
  int doorbell_fd = -1;
  int trace_fd = STDERR_FILENO;
  int parent_pid = -1;
  std::uint64_t generation = 0;
  std::string node;  // its name, if it is known
  bool keeps_state = false;
};

void add_inheritance(CommandLine& app, Inheritance& from) {
  app.add("--segment-fd", from.segment_fd, "The segment, inherited").required();
  app.add("--first-journal-fd", from.first_journal_fd, "A journal, inherited").required();
  app.add("--second-journal-fd", from.second_journal_fd, "The other one").required();
  app.add("--spill-fd", from.spill_fd, "Where outputs wait, inherited").required();
  app.add("--shelf-fd", from.shelf_fd, "Text that answers share, inherited").required();
  app.add("--doorbell-fd", from.doorbell_fd, "Eventfd that rings the supervisor").required();
  app.add("--trace-fd", from.trace_fd, "Where events go, inherited");
  app.add("--parent-pid", from.parent_pid, "The supervisor").required();
  app.add("--generation", from.generation, "Count of worker starts").required();
  app.add("--node", from.node, "The node's name, if it is known");
  app.add_flag("--keeps-state", from.keeps_state, "What it finds must be the state of this node");
}

// Somebody has copied it here.
class StateOfAnother : public std::runtime_error {
 public:
  StateOfAnother(const std::string& owner, const std::string& node)
      : std::runtime_error("the state in this node's folder is not its own: it is " + owner +
                           "'s, and this is " + node +
                           ". Bring back its own, use a new --state-dir, or remove the folder") {}
};

void require_own_state(const Inheritance& from, const core::Identity& identity) {
  if (!from.keeps_state || identity.node_id.empty() || identity.node_id == from.node) return;
  throw StateOfAnother(identity.node_id, from.node);
}

// Nobody would end us if the supervisor were killed; from here on the kernel does. False when it
// has gone already.
bool tied_to_parent(int parent_pid) {
  check_syscall(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl PR_SET_PDEATHSIG (a sandbox?)");
  const pid_t parent = ::getppid();
  if (parent < 0) throw std::runtime_error("getppid is refused (a sandbox?)");
  return parent == parent_pid;
}

// "hearsay-worker n2 #4" in a list of processes.
void name_process(ProcessTitle& title, std::string_view node, std::uint64_t generation) {
  std::string text = title.program();
  if (!node.empty()) text.append(" ").append(node);
  title.set(text.append(" #").append(std::to_string(generation)));
}

void live(const Inheritance& from, const SyncPolicy& policy,
          std::vector<core::RegisteredService> services, trace::TraceWriter& trace,
          ProcessTitle& title) {
  if (!tied_to_parent(from.parent_pid)) return;
  shm::Segment segment(from.segment_fd);
  kill_point();
  shm::Journal first(from.first_journal_fd);
  shm::Journal second(from.second_journal_fd);
  shm::Spill spill(from.spill_fd);
  shm::Shelf shelf(from.shelf_fd);
  kill_point();
  shm::Disk disk;
  DiskSync sync(policy, segment, disk);
  Committer committer(segment, first, second, spill, shelf, from.doorbell_fd, sync);
  core::Node node({segment.incarnation(), segment.header().seed}, std::move(services), trace);
  auto& recovered = segment.header().recovered_records;  // of which this is the only writer
  constexpr auto kRelaxed = std::memory_order_relaxed;
  recover(
      committer, node, [&] { recovered.store(recovered.load(kRelaxed) + 1, kRelaxed); }, trace);
  require_own_state(from, node.identity());
  // SYNC POINT ready
  segment.header().ready_generation.store(from.generation, std::memory_order_release);
  shm::ring_doorbell(from.doorbell_fd);
  kill_point();
  DutyCycle(segment, committer, node, trace, [&](std::string_view name) {
    name_process(title, name, from.generation);
  }).run();
  node.tell_what_waits();
}

// What the user asked for can't be done: no other worker could do it either.
int refuse(const std::exception& problem, trace::TraceWriter& trace) {
  trace.emit(trace::Event::internal_error, {{trace::FieldName::cause, problem.what()}});
  say_on_stderr("hearsay-worker: " + std::string(problem.what()) + '\n');
  return kExitUsage;
}

}  // namespace

int run_worker(int argc, char** argv, const std::vector<core::ServiceEntry>& services) {
  Inheritance from;
  WorkerOptions options;
  CommandLine app(
      "The state-owning half of a hearsay node. hearsay-node starts it; by itself it has "
      "nothing to talk to.",
      "hearsay-worker");
  app.add_version("hearsay-worker " + std::string(version()));
  add_inheritance(app, from);
  add_worker_options(app, options);
  try {
    if (app.parse(argc, argv) == CommandLine::Outcome::answered) return kExitStopped;
  } catch (const BadCommandLine& problem) {
    complain("hearsay-worker", problem);
    return kExitUsage;
  }
  ProcessTitle title(argc, argv);
  name_process(title, from.node, from.generation);
  kill_points_begin(from.generation);
  trace::TraceWriter trace(options.trace_level, from.trace_fd, "worker");
  trace.set_generation(from.generation);
  trace.set_node(from.node);
  try {
    live(from, options.sync, core::switch_on(services, options.services), trace, title);
  } catch (const core::BadWorkload& problem) {
    return refuse(problem, trace);
  } catch (const core::ServiceIsOff& problem) {
    return refuse(problem, trace);
  } catch (const StateOfAnother& problem) {
    return refuse(problem, trace);
  } catch (const CorruptSegment& error) {
    trace.emit(trace::Event::segment_corrupt, {{trace::FieldName::cause, error.what()}});
    return kExitCorrupt;
  } catch (const shm::DiskFailure& error) {
    trace.emit(trace::Event::internal_error, {{trace::FieldName::cause, error.what()}});
    return kExitDisk;
  } catch (const std::bad_alloc& error) {
    trace.emit(trace::Event::internal_error, {{trace::FieldName::cause, error.what()}});
    return kExitNoRoom;
  } catch (const std::exception& error) {
    trace.emit(trace::Event::internal_error, {{trace::FieldName::cause, error.what()}});
    return kExitFailed;
  }
  kill_points_end();
  return kExitStopped;
}

}  // namespace hearsay::worker
