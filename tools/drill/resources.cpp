#include "tools/drill/resources.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "tools/processes/process_table.h"

namespace hearsay::drill {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSharedMemory = "/dev/shm";

// The entries of a folder that may vanish meanwhile.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  return entries;
}

std::int64_t memory_kb(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    std::int64_t kb = 0;
    if (word == "Pss:" && file >> kb) return kb;
  }
  return 0;
}

// Paths that any process has open or mapped, as far as we may see.
bool is_in_use(const fs::path& path) {
  for (const fs::path& process : entries_of("/proc")) {
    if (process.filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    for (const fs::path& fd : entries_of(process / "fd")) {
      std::error_code error;
      if (fs::read_symlink(fd, error) == path) return true;
    }
    std::ifstream maps(process / "maps");
    for (std::string line; std::getline(maps, line);) {
      if (std::string_view(line).ends_with(path.native())) return true;
    }
  }
  return false;
}

}  // namespace

Holding holding_of(pid_t node) {
  Holding holding;
  if (node < 0) return holding;
  std::vector<pid_t> family = bench::descendants(node);
  family.push_back(node);
  for (const pid_t pid : family) {
    holding.memory_kb += memory_kb(pid);
    const auto fds = entries_of(fmt::format("/proc/{}/fd", pid));
    holding.descriptors += static_cast<std::int64_t>(fds.size());
    ++holding.processes;
  }
  return holding;
}

std::set<std::string> shared_memory_names() {
  std::set<std::string> names;
  for (const fs::path& entry : entries_of(kSharedMemory)) {
    struct stat status {};
    if (::lstat(entry.c_str(), &status) == 0 && status.st_uid == ::geteuid()) {
      names.insert(entry.filename());
    }
  }
  return names;
}

std::vector<std::string> left_shared_memory(const std::set<std::string>& before) {
  std::vector<std::string> left;
  for (const std::string& name : shared_memory_names()) {
    if (before.count(name) == 0 && !is_in_use(fs::path(kSharedMemory) / name)) left.push_back(name);
  }
  return left;
}

}  // namespace hearsay::drill
