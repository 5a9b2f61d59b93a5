#include "tools/processes/memory.h"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kLargestReserveBytes = std::size_t{32} << 20U;
constexpr std::size_t kLeastReserveBytes = std::size_t{1} << 20U;

struct FirstReserve {
  std::optional<MemoryReserve> reserve;
  bool is_gone = false;
};

FirstReserve& first_reserve() {
  static FirstReserve only;
  return only;
}

void give_up_the_reserve() {
  FirstReserve& first = first_reserve();
  if (!first.reserve) throw NoMemory();
  first.reserve.reset();
  first.is_gone = true;
}

// In a destructor nobody can catch it.
[[noreturn]] void end_with_words() {
  constexpr std::string_view kWords =
      "hearsay: no memory is left (of the machine, of its cgroup, or of ulimit -v)\n";
  if (const auto current = std::current_exception()) {
    try {
      std::rethrow_exception(current);
    } catch (const NoMemory&) {
      static_cast<void>(!::write(STDERR_FILENO, kWords.data(), kWords.size()));
      ::_exit(kExitNoMemory);
    } catch (...) {  // not ours to explain
    }
  }
  std::abort();
}
constexpr std::int64_t kLookAtMemoryEveryNs = kNsPerSecond / 5;

std::int64_t physical_bytes() {
  struct sysinfo machine {};
  if (::sysinfo(&machine) != 0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(machine.totalram) * machine.mem_unit;
}

// The word "max" is no number.
std::int64_t limit_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t bytes = 0;
  return file >> bytes ? bytes : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void name_the_lack_of_memory() {
  first_reserve().reserve.emplace();
  std::set_new_handler(give_up_the_reserve);
  std::set_terminate(end_with_words);
}

void demand_memory() {
  if (first_reserve().is_gone) throw NoMemory();
}

// As much as there is, up to the largest. Not by new, which would give up the first reserve.
MemoryReserve::MemoryReserve() {
  for (std::size_t bytes = kLargestReserveBytes; bytes >= kLeastReserveBytes && !bytes_; bytes /= 2)
    bytes_.reset(std::malloc(bytes));
}

std::int64_t own_memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all_pages = 0;
  std::int64_t in_memory_pages = 0;
  if (!(file >> all_pages >> in_memory_pages)) return 0;
  return in_memory_pages * ::sysconf(_SC_PAGESIZE);
}

std::int64_t most_memory_bytes() {
  return std::min(physical_bytes(), cgroup_limit_bytes("/proc/self/cgroup", "/sys/fs/cgroup")) / 4 *
         3;
}

std::int64_t cgroup_limit_bytes(const std::string& own, const std::string& mount) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::ifstream file(own);
  // "0::/a/b", or of version 1 "4:memory:/a/b" among others.
  for (std::string line; std::getline(file, line);) {
    const std::size_t names = line.find(':') + 1;
    const std::size_t behind = line.find(':', names);
    if (names == 0 || behind == std::string::npos) continue;
    const std::string controllers = "," + line.substr(names, behind - names) + ",";
    const bool is_version_2 = line.starts_with("0::");
    if (!is_version_2 && controllers.find(",memory,") == std::string::npos) continue;
    const std::string root = is_version_2 ? mount : mount + "/memory";
    const char* const name = is_version_2 ? "/memory.max" : "/memory.limit_in_bytes";
    for (std::string group = line.substr(behind + 1); !group.empty();
         group.resize(std::min(group.rfind('/'), group.size()))) {
      least = std::min(least, limit_in(root + group + name));
    }
  }
  return least;
}

MemoryWatch::MemoryWatch(EventHeap& heap, std::int64_t most_bytes,
                         std::function<std::int64_t()> own_bytes)
    : heap_(heap), most_bytes_(most_bytes), own_bytes_(std::move(own_bytes)) {}

void MemoryWatch::start(std::int64_t now_ns) {
  heap_.at(now_ns + kLookAtMemoryEveryNs, [this](std::int64_t later_ns) {
    if (own_bytes_() > most_bytes_) throw NoMemory();
    start(later_ns);
  });
}

}  // namespace hearsay::bench
