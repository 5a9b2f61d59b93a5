#include "tools/bench/process_table.h"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace hearsay::bench {
namespace {

struct State {
  char letter = 'X';
  pid_t parent = 0;
  pid_t group = 0;
  bool is_running() const { return letter != 'Z' && letter != 'X'; }
};

// From /proc/PID/stat: "PID (NAME) STATE PARENT GROUP ...", where NAME may hold anything.
State state_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  State state;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return state;
  std::istringstream(text.substr(name_end + 1)) >> state.letter >> state.parent >> state.group;
  return state;
}

}  // namespace

std::vector<pid_t> running_children(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) {
    if (state_of(std::to_string(child)).is_running()) children.push_back(child);
  }
  return children;
}

bool is_group_running(pid_t group) {
  // The cheap question first; the answer also counts zombies that nobody has buried.
  if (::kill(-group, 0) != 0) return false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const State state = state_of(name);
    if (state.group == group && state.is_running()) return true;
  }
  return false;
}

}  // namespace hearsay::bench
