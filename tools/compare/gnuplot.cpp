#include "tools/compare/gnuplot.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::compare {
namespace {

constexpr const char* kErrors = "plots.log";  // what gnuplot said, if anything

// In `directory`, with its own signals, silent but for the file kErrors. Returns an errno.
int spawn(const std::filesystem::path& directory, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, kErrors, O_WRONLY | O_CREAT | O_EXCL,
                                     0666);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string program = "gnuplot";
  std::string script = kPlotScriptName;
  const std::array<char*, 3> argv = {program.data(), script.data(), nullptr};
  const int error =
      ::posix_spawnp(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

std::string run_gnuplot(const std::filesystem::path& directory) {
  pid_t pid = -1;
  const int error = spawn(directory, pid);
  const std::filesystem::path errors = directory / kErrors;
  if (error == ENOENT) {
    std::error_code ignored;
    std::filesystem::remove(errors, ignored);
    return "there is no gnuplot here (tools/setup installs it; --no-plots does without)";
  }
  if (error != 0) return fmt::format("gnuplot does not start: {}", std::strerror(error));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    std::error_code ignored;
    if (std::filesystem::file_size(errors, ignored) == 0) std::filesystem::remove(errors, ignored);
    return "";
  }
  std::ifstream file(errors);
  std::string first;
  while (first.empty() && std::getline(file, first)) continue;
  return fmt::format("gnuplot failed on {}: {}", (directory / kPlotScriptName).string(), first);
}

std::string in_gnuplot_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : bench::printable_lines(text)) {
    if (c == '\'') result.push_back('\'');
    result.push_back(c == '\n' ? ' ' : c);
  }
  result.push_back('\'');
  return result;
}

}  // namespace hearsay::compare
