#include "tests/support/processes.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;

// The fields of /proc/PID/stat behind the program's name, which may hold anything.
std::vector<std::string> stat_fields(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

}  // namespace

bool in_time(milliseconds patience, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

char state_of(pid_t pid) {
  const auto fields = stat_fields(pid);
  return fields.empty() ? '\0' : fields[0][0];
}

bool is_gone(pid_t pid) {
  const char state = state_of(pid);
  return state == '\0' || state == 'Z' || state == 'X';
}

bool gone_in_time(pid_t pid, milliseconds patience) {
  return in_time(patience, [&] { return is_gone(pid); });
}

std::int64_t cpu_ticks(pid_t pid) {
  constexpr std::size_t kUserTime = 11;  // proc(5), counted from the field behind the name
  const auto fields = stat_fields(pid);
  if (fields.size() < kUserTime + 2) return -1;
  return std::stoll(fields[kUserTime]) + std::stoll(fields[kUserTime + 1]);
}

std::vector<std::string> open_files(pid_t pid) {
  std::vector<std::string> files;
  std::error_code ignored;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    files.push_back(std::filesystem::read_symlink(entry.path(), ignored).string());
  }
  return files;
}

std::vector<pid_t> processes_with_environment(const std::string& entry_wanted) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "environ");
    for (std::string word; std::getline(file, word, '\0');) {
      if (word == entry_wanted) found.push_back(std::stoi(name));
    }
  }
  return found;
}

bool stopped_in_time(pid_t pid) {
  return in_time(kPatience, [&] { return state_of(pid) == 'T'; });
}

bool quiet_in_time(pid_t pid) {
  int sleeping = 0;
  return in_time(kPatience, [&] {
    sleeping = state_of(pid) == 'S' ? sleeping + 1 : 0;
    return sleeping == 20;
  });
}

}  // namespace hearsay::test
