#include "tools/processes/memory.h"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string_view>
#include <utility>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kReserveBytes = std::size_t{32} << 20U;
constexpr std::int64_t kLookAtMemoryEveryNs = kNsPerSecond / 5;

std::int64_t physical_bytes() {
  struct sysinfo machine {};
  if (::sysinfo(&machine) != 0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(machine.totalram) * machine.mem_unit;
}

// Of the cgroup's own file; the word "max" is no number.
std::int64_t limit_in(const std::string& group) {
  std::ifstream file(group + "/memory.max");
  std::int64_t bytes = 0;
  return file >> bytes ? bytes : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void name_the_lack_of_memory() {
  std::set_new_handler([] { throw NoMemory(); });
}

MemoryReserve::MemoryReserve() : bytes_(new (std::nothrow) std::byte[kReserveBytes]) {}

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
  constexpr std::string_view kVersion2 = "0::";
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::ifstream file(own);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kVersion2)) continue;
    std::string group = line.substr(kVersion2.size());
    while (!group.empty()) {
      least = std::min(least, limit_in(mount + group));
      group.resize(std::min(group.rfind('/'), group.size()));
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
