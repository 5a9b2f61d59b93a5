#include "supervisor/state_folder.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <thread>

#include "common/base/checksum.h"
#include "common/base/clock.h"
#include "common/base/line_output.h"
#include "common/base/units.h"
#include "common/recording/file.h"
#include "common/shm/journal.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "supervisor/node_failure.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFirstBytes = shm::kSegmentBytes + 2 * shm::kJournalFirstBytes;
constexpr std::int64_t kLockPatienceNs = 3 * kNsPerSecond;

// The state lacks something that may be brought back.
class Incomplete : public CorruptSegment {
 public:
  using CorruptSegment::CorruptSegment;
};

[[noreturn]] void refuse_folder(const fs::path& path, const std::string& why) {
  throw RefusedOptions("--state-dir: " + path.string() + ": " + why +
                       "; name a folder where files can be made, and kept");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error == std::errc::no_space_on_device) throw shm::NoRoom(error.message());
  if (error) refuse_folder(folder, error.message());
}

// O_NONBLOCK: what stands there may be anything.
FileDescriptor open_file(const fs::path& path) {
  constexpr int kMode = 0600;
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file.valid() && errno == ENOSPC) throw shm::NoRoom(std::strerror(errno));
  if (!file.valid()) refuse_folder(path, std::strerror(errno));
  struct stat status {};
  check_syscall(::fstat(file.get(), &status), "fstat of " + path.string());
  if (!S_ISREG(status.st_mode)) refuse_folder(path, "that is no regular file");
  return moved_up(file);
}

void lock(const FileDescriptor& segment, const fs::path& path, std::int64_t give_up_ns) {
  while (::flock(segment.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("locking " + path.string());
    if (monotonic_ns() > give_up_ns) {
      throw NodeFailure(path.string() + " is in use by another node of this name: give each " +
                        "cluster a --state-dir of its own");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

StateFiles open_locked(const fs::path& folder) {
  const fs::path path = folder / kStateFileNames[0];
  const std::int64_t give_up_ns = monotonic_ns() + kLockPatienceNs;
  for (;;) {
    FileDescriptor segment = open_file(path);
    lock(segment, path, give_up_ns);
    if (!still_stands(segment, path)) continue;
    return {std::move(segment), open_file(folder / kStateFileNames[1]),
            open_file(folder / kStateFileNames[2])};
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

// Of this boot of the machine; 48 bits. Nothing: a sandbox hides it, and this may be any boot.
std::optional<std::uint64_t> this_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  if (!std::getline(file, id)) return std::nullopt;
  return checksum(id) & shm::GuardedWord::kLargest;
}

// Which folder of which time this is, 48 bits: another one once it was moved, or anything in it was
// made, moved or removed, as whoever brings a copy back does. A life makes its files first. Within
// a tick of the file system's clock, a whole second on some, the file's generation tells.
std::uint64_t identity_of(const fs::path& folder, const FileDescriptor& segment) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return 0;
  long generation = 0;
  if (::ioctl(segment.get(), FS_IOC_GETVERSION, &generation) != 0) generation = 0;
  const std::string text =
      std::to_string(status.st_ino) + " " + std::to_string(status.st_ctim.tv_sec) + " " +
      std::to_string(status.st_ctim.tv_nsec) + " " + std::to_string(generation);
  return checksum(text) & shm::GuardedWord::kLargest;
}

// What the slot says must be there.
void check_journal(const shm::CommitSlot& slot, const StateFiles& files) {
  const FileDescriptor& journal =
      slot.journal_region == 0 ? files.first_journal : files.second_journal;
  if (slot.journal_end > shm::file_size_bytes(journal.get())) {
    throw Incomplete("journal-" + std::to_string(slot.journal_region) + " lacks some of the " +
                     std::to_string(slot.journal_end) + " bytes that the segment knows of");
  }
  shm::check_journal(slot, shm::Journal(journal.get()));
}

// What the node goes on from.
shm::CommitSlot usable_slot(shm::Segment& segment, const StateFiles& files) {
  shm::check_active_slot(segment.commit());
  const shm::CommitSlot& slot = shm::active_slot(segment.commit());
  try {
    check_journal(slot, files);
    return slot;
  } catch (const CorruptSegment& problem) {
    const auto durable = shm::durable_slot(segment.commit());
    const auto boot = this_boot();
    const bool rebooted = boot && segment.header().boot.load(std::memory_order_relaxed) != *boot;
    if (!durable || !rebooted) throw;
    check_journal(*durable, files);
    say_on_stderr("hearsay-node: " + std::string(problem.what()) +
                  ", after a power cut: the node goes on from what was on disk for certain, " +
                  std::to_string(slot.inputs - durable->inputs) + " inputs earlier (--sync)\n");
    return *durable;
  }
}

// So that it is found again after a power cut.
void bring_to_disk(const StateFiles& files, const fs::path& folder) {
  for (const FileDescriptor* file : {&files.segment, &files.first_journal, &files.second_journal}) {
    check_syscall(::fsync(file->get()), "fsync of " + folder.string());
  }
  for (const fs::path& path : {folder, folder.parent_path(), folder.parent_path().parent_path()}) {
    const FileDescriptor opened(
        check_syscall(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), path.string()));
    check_syscall(::fsync(opened.get()), "fsync of " + path.string());
  }
}

fs::path place_aside(const fs::path& folder, int number) {
  return folder / ("corrupt-" + std::to_string(number));
}

// Also a link that leads nowhere.
bool stands(const fs::path& path) {
  return fs::exists(fs::symlink_status(path));
}

bool something_stands_aside(const fs::path& folder) {
  return stands(place_aside(folder, 1));
}

// By a power cut, or because somebody has brought it back.
bool may_have_gone_back(const shm::SegmentHeader& header, const fs::path& folder,
                        const FileDescriptor& segment) {
  const auto boot = this_boot();
  return !boot || header.boot.load(std::memory_order_relaxed) != *boot ||
         header.place.load(std::memory_order_relaxed) != identity_of(folder, segment);
}

// A file that is new, or whose making was cut off, becomes a new segment; a segment begins a new
// life; anything else is refused.
void prepare(const StateFiles& files, const fs::path& folder, IfUnusable if_unusable) {
  if (is_unfinished(files.segment)) {
    if (holds_state(files.first_journal) || holds_state(files.second_journal)) {
      throw Incomplete("the segment is missing or empty, but a journal beside it holds state");
    }
    if (something_stands_aside(folder) && if_unusable == IfUnusable::refuse) {
      throw Incomplete("what stood here was damaged, and was moved to " +
                       place_aside(folder, 1).string());
    }
    shm::Segment::format(files.segment.get(), new_incarnation(), random_bits());
  } else {
    shm::Segment segment(files.segment.get());
    segment.begin_new_life(usable_slot(segment, files));
    if (may_have_gone_back(segment.header(), folder, files.segment)) {
      segment.begin_incarnation(new_incarnation());
    }
  }
  shm::Segment segment(files.segment.get());
  segment.header().boot.store(this_boot().value_or(0), std::memory_order_relaxed);
  segment.header().place.store(identity_of(folder, files.segment), std::memory_order_relaxed);
  // Here, where a lack of room is no more than an error of a start.
  for (const FileDescriptor* journal : {&files.first_journal, &files.second_journal}) {
    shm::reserve(journal->get(), shm::file_size_bytes(journal->get()), shm::kJournalFirstBytes);
  }
}

// The lock is held. Cut off by a kill, the rest stays behind, and is refused at the next start. The
// segment comes last: as long as it stands, nobody else gets in.
fs::path set_aside(const fs::path& folder) {
  int number = 1;
  while (stands(place_aside(folder, number))) ++number;
  fs::path aside = place_aside(folder, number);
  fs::create_directory(aside);
  for (const char* name : {kStateFileNames[1], kStateFileNames[2], kStateFileNames[0]})
    fs::rename(folder / name, aside / name);
  return aside;
}

bool is_damage(const CorruptSegment& problem) {
  return dynamic_cast<const Incomplete*>(&problem) == nullptr &&
         dynamic_cast<const shm::OtherVersion*>(&problem) == nullptr;
}

// Throws NodeFailure when nothing else is wanted.
void make_way(const CorruptSegment& problem, const fs::path& folder, IfUnusable if_unusable) {
  const bool anew = if_unusable == IfUnusable::begin_anew;
  std::string why = folder.string() + " can't be used: " + problem.what();
  if (anew || is_damage(problem)) why += "; its files are now in " + set_aside(folder).string();
  if (!anew) {
    throw NodeFailure(why +
                      ". Bring back what is missing, use a new --state-dir, or add --begin-anew: "
                      "the node then begins with nothing, and what it acknowledged is lost");
  }
  say_on_stderr("hearsay-node: " + why + ". The node begins anew\n");
}

}  // namespace

bool still_stands(const FileDescriptor& file, const fs::path& path) {
  struct stat opened {};
  struct stat there {};
  check_syscall(::fstat(file.get(), &opened), "fstat of " + path.string());
  if (::stat(path.c_str(), &there) != 0) return errno != ENOENT && errno != ENOTDIR;
  return opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) throw_errno("getrandom");
  return bits;
}

std::uint64_t new_incarnation() {
  constexpr std::uint64_t kRandomBits = (1U << shm::kIncarnationRandomBits) - 1;
  const std::int64_t now_ms = std::max<std::int64_t>(0, wall_ns() / kNsPerMs);
  return static_cast<std::uint64_t>(now_ms) << shm::kIncarnationRandomBits |
         (random_bits() & kRandomBits);
}

StateFiles open_state_folder(const std::string& directory, const std::string& node,
                             IfUnusable if_unusable, PowerCut power_cut) {
  if (!recording::can_name_a_file(node)) {
    throw RefusedOptions("the node's name " + nlohmann::json(node).dump(-1, ' ', true) +
                         " can't name a folder in --state-dir");
  }
  const fs::path folder = fs::path(directory) / node;
  try {
    make_folder(folder);
    StateFiles files = open_locked(folder);
    try {
      prepare(files, folder, if_unusable);
    } catch (const CorruptSegment& problem) {
      make_way(problem, folder, if_unusable);
      files = open_locked(folder);
      prepare(files, folder, if_unusable);
    }
    if (power_cut == PowerCut::is_survived) bring_to_disk(files, folder);
    return files;
  } catch (const shm::NoRoom& problem) {
    throw NodeFailure(folder.string() + ": " + problem.what() + ". A node needs " +
                      std::to_string(kFirstBytes / 1024) +
                      " KiB there to start, and more for its state");
  }
}

}  // namespace hearsay::supervisor
