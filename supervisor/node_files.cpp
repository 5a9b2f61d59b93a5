#include "supervisor/node_files.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "common/shm/journal.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "supervisor/node_failure.h"

namespace hearsay::supervisor {
namespace {

constexpr std::int64_t kLockPatienceNs = 3 * kNsPerSecond;

FileDescriptor make_doorbell() {
  return moved_up(
      FileDescriptor(check_syscall(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")));
}

FileDescriptor make_journal() {
  return moved_up(
      shm::create_memory_file("hearsay-journal", shm::kJournalFirstBytes, shm::Sealed::no));
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) throw_errno("getrandom");
  return bits;
}

// Milliseconds of Unix time above 20 random bits: later lives have larger ones, and two of the same
// node in the same millisecond still differ.
std::uint64_t new_incarnation() {
  return static_cast<std::uint64_t>(wall_ns() / kNsPerMs) << 20 | (random_bits() & 0xf'ffff);
}

FileDescriptor open_file(const std::filesystem::path& path) {
  constexpr int kMode = 0600;
  return moved_up(FileDescriptor(
      check_syscall(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode), path.string())));
}

void lock(const FileDescriptor& segment, const std::filesystem::path& path) {
  const std::int64_t give_up_ns = monotonic_ns() + kLockPatienceNs;
  while (::flock(segment.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("locking " + path.string());
    if (monotonic_ns() > give_up_ns) {
      throw NodeFailure(path.string() + " is in use by another node of this name: give each " +
                        "cluster a --state-dir of its own");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// An empty file, or one whose making was cut off, becomes a new segment; a segment begins a new
// life; anything else is refused.
void prepare_segment(int fd) {
  const std::uint64_t size = shm::file_size_bytes(fd);
  std::uint64_t magic = 0;
  const bool unfinished =
      size == 0 || (size == shm::kSegmentBytes &&
                    ::pread(fd, &magic, sizeof magic, 0) == sizeof magic && magic == 0);
  if (unfinished) {
    shm::Segment::format(fd, new_incarnation(), random_bits());
  } else {
    shm::Segment(fd).begin_new_life();
  }
}

}  // namespace

NodeFiles NodeFiles::in_memory() {
  return {moved_up(shm::Segment::create(new_incarnation(), random_bits())), make_journal(),
          make_journal(), make_doorbell()};
}

NodeFiles NodeFiles::in_directory(const std::string& directory, const std::string& node) {
  if (node.find('/') != std::string::npos || node == "." || node == "..") {
    throw NodeFailure("the node's name '" + node + "' can't name a folder in --state-dir");
  }
  const std::filesystem::path folder = std::filesystem::path(directory) / node;
  std::filesystem::create_directories(folder);
  NodeFiles files{open_file(folder / "segment"), open_file(folder / "journal-0"),
                  open_file(folder / "journal-1"), make_doorbell()};
  lock(files.segment, folder / "segment");
  prepare_segment(files.segment.get());
  return files;
}

}  // namespace hearsay::supervisor
