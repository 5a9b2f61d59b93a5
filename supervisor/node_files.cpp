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

constexpr std::uint64_t kFirstBytes = shm::kSegmentBytes + 2 * shm::kJournalFirstBytes;
constexpr std::int64_t kLockPatienceNs = 3 * kNsPerSecond;

FileDescriptor make_doorbell() {
  return moved_up(
      FileDescriptor(check_syscall(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")));
}

FileDescriptor make_journal() {
  return moved_up(
      shm::create_memory_file("hearsay-journal", shm::kJournalFirstBytes, shm::Sealed::no));
}

FileDescriptor make_spill() {
  return moved_up(shm::create_memory_file("hearsay-spill", 0, shm::Sealed::no));
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

// What a journal's first record starts with is never 0.
bool holds_state(const FileDescriptor& journal) {
  std::uint64_t first = 0;
  return ::pread(journal.get(), &first, sizeof first, 0) == sizeof first && first != 0;
}

// Its making was cut off, or never began.
bool is_unfinished(const FileDescriptor& segment) {
  const std::uint64_t size = shm::file_size_bytes(segment.get());
  std::uint64_t magic = 0;
  return size == 0 ||
         (size == shm::kSegmentBytes &&
          ::pread(segment.get(), &magic, sizeof magic, 0) == sizeof magic && magic == 0);
}

// What the segment says must be there.
void check_journal(shm::Segment& segment, const NodeFiles& files) {
  const shm::CommitSlot& slot = shm::active_slot(segment.commit());
  const FileDescriptor& journal =
      slot.journal_region == 0 ? files.first_journal : files.second_journal;
  const std::uint64_t bytes = shm::file_size_bytes(journal.get());
  if (slot.journal_region > 1 || slot.journal_end > bytes ||
      (slot.journal_end > 0 && !holds_state(journal))) {
    throw CorruptSegment("journal-" + std::to_string(slot.journal_region) + " lacks some of the " +
                         std::to_string(slot.journal_end) + " bytes that the segment knows of");
  }
}

// A file that is new, or whose making was cut off, becomes a new segment; a segment begins a new
// life; anything else is refused.
void prepare_files(const NodeFiles& files) {
  if (is_unfinished(files.segment)) {
    if (holds_state(files.first_journal) || holds_state(files.second_journal)) {
      throw CorruptSegment("the segment is missing or empty, but a journal beside it holds state");
    }
    shm::Segment::format(files.segment.get(), new_incarnation(), random_bits());
  } else {
    shm::Segment segment(files.segment.get());
    check_journal(segment, files);
    segment.begin_new_life();
  }
  // Here, where a lack of room is no more than an error of a start.
  for (const FileDescriptor* journal : {&files.first_journal, &files.second_journal}) {
    shm::reserve(journal->get(), shm::file_size_bytes(journal->get()), shm::kJournalFirstBytes);
  }
}

}  // namespace

NodeFiles NodeFiles::in_memory() {
  return {moved_up(shm::Segment::create(new_incarnation(), random_bits())), make_journal(),
          make_journal(), make_spill(), make_doorbell()};
}

NodeFiles NodeFiles::in_directory(const std::string& directory, const std::string& node) {
  if (node.find('/') != std::string::npos || node == "." || node == "..") {
    throw NodeFailure("the node's name '" + node + "' can't name a folder in --state-dir");
  }
  const std::filesystem::path folder = std::filesystem::path(directory) / node;
  std::filesystem::create_directories(folder);
  NodeFiles files{open_file(folder / "segment"), open_file(folder / "journal-0"),
                  open_file(folder / "journal-1"), make_spill(), make_doorbell()};
  lock(files.segment, folder / "segment");
  try {
    prepare_files(files);
  } catch (const CorruptSegment& problem) {
    throw NodeFailure(folder.string() + " can't be used: " + problem.what() +
                      ". Bring back what is missing, or use a new --state-dir");
  } catch (const shm::NoRoom& problem) {
    throw NodeFailure(folder.string() + ": " + problem.what() + ". A node needs " +
                      std::to_string(kFirstBytes / 1024) +
                      " KiB there to start, and more for its state");
  }
  return files;
}

}  // namespace hearsay::supervisor
