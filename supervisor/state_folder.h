// DIR/NODE of --state-dir: the files in which a node's state outlives both its processes.
//
//   segment journal-0 journal-1   the state
//   corrupt-1 corrupt-2 ...       folders with such files, set aside because they were damaged
//
// The segment is locked (flock) for as long as any process has it open, a dying worker of the last
// life included: who gets the lock knows that no one else writes. Whoever waited for the lock of a
// file that was set aside meanwhile takes the one that stands there now.
//
// What is there but can't be gone on from is refused, never begun anew without being told to. What
// is damaged is set aside first: nobody can go on from it by mistake. What merely lacks something,
// or is of another version, stays where it is. After a boot of the machine, and only then, what
// does not fit together is what a power cut left: the node goes on from what was on disk for
// certain (shm::durable_slot), if it was run so that there is such a thing, and says so.
//
// After a boot, or in files that somebody brought back from a copy, the state may have gone back in
// time: the node goes on from it under a new incarnation (core::Service::on_new_incarnation).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

struct StateFiles {
  FileDescriptor segment;
  FileDescriptor first_journal;
  FileDescriptor second_journal;
};

// If the state can't be gone on from.
enum class IfUnusable { refuse, begin_anew };

// As StateFiles has them.
inline constexpr std::array<const char*, 3> kStateFileNames{"segment", "journal-0", "journal-1"};
// Whether `file` is what is found under `path`; true also where that can't be known.
bool still_stands(const FileDescriptor& file, const std::filesystem::path& path);

// What a node is promised of its disk (--sync).
enum class PowerCut { may_lose, is_survived };

// Milliseconds of Unix time above 20 random bits: later lives have larger ones, and two of the same
// node in the same millisecond still differ.
std::uint64_t new_incarnation();
std::uint64_t random_bits();

// The files of `node`, made if they don't exist, and ready for a new life. Waits a few seconds for
// a last life to end. Throws NodeFailure, std::system_error.
StateFiles open_state_folder(const std::string& directory, const std::string& node,
                             IfUnusable if_unusable, PowerCut power_cut);

}  // namespace hearsay::supervisor
