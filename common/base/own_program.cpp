#include "common/base/own_program.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <stdexcept>
#include <string>
#include <system_error>

namespace hearsay {

std::filesystem::path own_program() {
  std::array<char, PATH_MAX> name{};
  const ssize_t bytes = ::readlink("/proc/self/exe", name.data(), name.size());
  if (bytes >= 0) return std::string(name.data(), static_cast<std::size_t>(bytes));
  throw std::runtime_error("where this program lies can't be found: readlink of /proc/self/exe: " +
                           std::generic_category().message(errno) +
                           " (is /proc mounted? a sandbox may refuse readlink)");
}

}  // namespace hearsay
