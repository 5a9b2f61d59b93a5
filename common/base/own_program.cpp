#include "common/base/own_program.h"

#include <stdexcept>
#include <system_error>

namespace hearsay {

std::filesystem::path own_program() {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) return program;
  throw std::runtime_error("where this program lies can't be found: readlink of /proc/self/exe: " +
                           error.message() + " (is /proc mounted? a sandbox may refuse readlink)");
}

}  // namespace hearsay
