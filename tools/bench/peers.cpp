#include "tools/bench/peers.h"

#include "common/base/own_program.h"
#include "tools/bench/child.h"
#include "tools/bench/contest.h"
#include "tools/processes/program.h"

namespace hearsay::measure {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored);
}

}  // namespace

Peers::Peers() : folder_(own_program().parent_path()) {}

std::string Peers::build() const {
  const fs::path build = folder_.parent_path();
  if (!is_there(build / "CMakeCache.txt")) {
    return "this program lies in no build folder: those of others are not built";
  }
  try {
    output_of({"cmake", "--build", build.string(), "--target", "benchmark_peers"});
  } catch (const Unmeasured&) {
    return "those of others could not be built: cmake --build " + build.string() +
           " --target benchmark_peers says why";
  }
  return "";
}

std::vector<std::string> Peers::command(const std::string& name) const {
  if (!is_there(folder_ / name)) {
    throw Unmeasured(name == "hearsay-peer-go" ? "no go when CMake looked (Debian: golang-go)"
                                               : name + " was not built");
  }
  return {path(name)};
}

std::vector<std::string> Peers::script(const std::string& interpreter,
                                       const std::string& name) const {
  const bench::Program program = bench::find_program(interpreter);
  if (!program.problem.empty()) throw Unmeasured("there is no " + interpreter + " in PATH");
  std::vector<std::string> command{program.path};
  command.push_back(this->command(name).front());
  return command;
}

}  // namespace hearsay::measure
