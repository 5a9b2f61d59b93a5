#include "tools/serve/serve_command.h"

#include <fmt/core.h>
#include <poll.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/serve/server.h"

namespace hearsay::serve {

int run_serve(const ServeOptions& options) {
  constexpr int kLookEveryMs = 200;
  bench::watch_for_interrupts();
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // browsers hang up
  try {
    Server server(options);
    if (const std::string wrong = server.start(); !wrong.empty()) {
      bench::tell("hearsay serve: {}\n", wrong);
      return bench::kExitRunFailed;
    }
    bench::print(fmt::format("The runs in {} are at {} (Ctrl-C ends it)\n", options.store,
                             server.address()));
    while (!bench::is_interrupted()) ::poll(nullptr, 0, kLookEveryMs);
    return bench::kExitValid;
  } catch (const std::exception& error) {
    bench::tell("hearsay serve: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

int run_show(const ShowOptions& options) {
  std::ifstream file(options.report);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::string wrong = bench::print(text);
  if (wrong.empty()) return bench::kExitValid;
  bench::tell("hearsay show: {} can't be written to stdout: {}\n", options.report, wrong);
  return bench::kExitRunFailed;
}

}  // namespace hearsay::serve
