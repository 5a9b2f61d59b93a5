#include "tools/drill/resources.h"

#include <fmt/core.h>
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

constexpr std::string_view kSharedMemory = "/dev/shm/";

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
  std::int64_t sum = 0;
  for (std::string word; file >> word;) {
    std::int64_t kb = 0;
    if ((word == "Pss_Anon:" || word == "Pss_Shmem:") && file >> kb) sum += kb;
  }
  return sum;
}

// The names in /dev/shm that a process has open or mapped, as far as we may see; with a blank and
// "(deleted)" behind those that are names no more.
std::set<std::string> names_used_by(const fs::path& process) {
  std::set<std::string> names;
  const auto take = [&](std::string_view path) {
    if (path.starts_with(kSharedMemory)) names.emplace(path.substr(kSharedMemory.size()));
  };
  for (const fs::path& fd : entries_of(process / "fd")) {
    std::error_code error;
    take(fs::read_symlink(fd, error).native());
  }
  std::ifstream maps(process / "maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path != std::string::npos) take(std::string_view(line).substr(path));
  }
  return names;
}

bool is_in_use(const std::string& name) {
  for (const fs::path& process : entries_of("/proc")) {
    if (process.filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    if (names_used_by(process).count(name) > 0) return true;
  }
  return false;
}

std::set<std::string> names_there() {
  std::set<std::string> names;
  for (const fs::path& entry : entries_of(kSharedMemory)) names.insert(entry.filename());
  return names;
}

std::vector<pid_t> family_of(pid_t node) {
  std::vector<pid_t> family = bench::descendants(node);
  family.push_back(node);
  return family;
}

}  // namespace

Holding holding_of(pid_t node) {
  Holding holding;
  if (node < 0) return holding;
  for (const pid_t pid : family_of(node)) {
    holding.memory_kb += memory_kb(pid);
    const auto fds = entries_of(fmt::format("/proc/{}/fd", pid));
    holding.descriptors += static_cast<std::int64_t>(fds.size());
    ++holding.processes;
  }
  return holding;
}

SharedMemoryWatch::SharedMemoryWatch() : before_(names_there()) {}

void SharedMemoryWatch::look_at(pid_t node) {
  if (node < 0) return;
  for (const pid_t pid : family_of(node)) {
    used_.merge(names_used_by(fmt::format("/proc/{}", pid)));
  }
}

std::vector<std::string> SharedMemoryWatch::left() const {
  std::vector<std::string> left;
  const std::set<std::string> there = names_there();
  for (const std::string& name : used_) {
    if (there.count(name) > 0 && before_.count(name) == 0 && !is_in_use(name)) left.push_back(name);
  }
  return left;
}

}  // namespace hearsay::drill
