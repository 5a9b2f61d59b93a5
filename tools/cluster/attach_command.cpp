#include "tools/cluster/attach_command.h"

#include <exception>

#include "common/base/own_program.h"
#include "tools/cluster/attachment.h"
#include "tools/console/tell.h"
#include "tools/processes/program.h"

namespace hearsay::cluster {

int run_attach(const AttachOptions& options) {
  try {
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
