#include "supervisor/bus_error.h"

#include <signal.h>
#include <unistd.h>

#include <string_view>

#include "common/options/exit_codes.h"

namespace hearsay::supervisor {
namespace {

// Only what is allowed in a signal handler.
void on_bus_error(int /*signal*/) {
  constexpr std::string_view kWords =
      "hearsay-node: a file shared with the worker was cut short or can't be read (SIGBUS). If "
      "there "
      "is a --state-dir, somebody changed its files or its disk is broken: the node can't go on\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
  ::_exit(kExitFailed);
}

}  // namespace

void name_bus_errors() {
  struct sigaction action {};
  action.sa_handler = on_bus_error;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace hearsay::supervisor
