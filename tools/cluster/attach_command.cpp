#include "tools/cluster/attach_command.h"

#include <csignal>
#include <exception>

#include "common/base/file_descriptor.h"
#include "common/base/own_program.h"
#include "tools/cluster/attachment.h"
#include "tools/console/tell.h"
#include "tools/processes/program.h"

namespace hearsay::cluster {

namespace {

// One that comes by mistake must not end a node, here no more than at hearsay-node. A handler: what
// is ignored would be ignored by the node's program too.
void survive_stray_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM}) {
    check_syscall(::sigaction(number, &action, nullptr), "sigaction");
  }
}

}  // namespace

int run_attach(const AttachOptions& options) {
  try {
    survive_stray_signals();
    const std::string binary = !options.binary.empty()
                                   ? options.binary
                                   : (own_program().parent_path() / "hearsay-node").string();
    const bench::Program program = bench::find_program(binary);
    if (!program.problem.empty()) {
      bench::tell("hearsay attach: {}\n", program.problem);
      return kExitUsage;
    }
    return Attachment(options, program.path).run();
  } catch (const std::exception& error) {
    bench::tell("hearsay attach: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
