#include "tools/serve/serve_command.h"

#include <fmt/core.h>
#include <poll.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/serve/regular_file.h"
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
    if (std::error_code ignored; !std::filesystem::exists(options.store, ignored)) {
      bench::tell("hearsay serve: there is no {} yet; runs show as soon as it is there\n",
                  options.store);
    }
    while (!bench::is_interrupted()) ::poll(nullptr, 0, kLookEveryMs);
    // Without waiting for those who are still being answered: they may take as long as they like,
    // and there is nothing to save.
    std::fflush(nullptr);
    std::_Exit(bench::kExitValid);
  } catch (const std::exception& error) {
    bench::tell("hearsay serve: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

int run_show(const ShowOptions& options) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
  const std::optional<std::string> text = read_regular(options.report, kMostBytes);
  if (!text) {
    bench::tell("hearsay show: {} can't be read: {}\n", options.report, std::strerror(errno));
    return bench::kExitRunFailed;
  }
  const std::string wrong = bench::print(*text);
  if (wrong.empty()) return bench::kExitValid;
  bench::tell("hearsay show: {} can't be written to stdout: {}\n", options.report, wrong);
  return bench::kExitRunFailed;
}

}  // namespace hearsay::serve
