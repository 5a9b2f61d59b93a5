// The files that supervisor and worker share: segment, journals, spill file, doorbell.
//
// In memory they are anonymous and gone with the node. In a directory (--state-dir) they are
// DIR/NODE/segment, journal-0 and journal-1, and the state outlives both processes. The segment is
// locked (flock) for as long as any process has it open, a dying worker of the last life included:
// who gets the lock knows that no one else writes.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {

struct NodeFiles {
  FileDescriptor segment;
  FileDescriptor first_journal;
  FileDescriptor second_journal;
  FileDescriptor spill;
  FileDescriptor doorbell;

  // Throws std::system_error, shm::NoRoom.
  static NodeFiles in_memory();
  // Those of `node`, made if they don't exist. Waits a few seconds for a last life to end. What
  // is there but can't be gone on from is refused, never begun anew. Throws NodeFailure,
  // std::system_error.
  static NodeFiles in_directory(const std::string& directory, const std::string& node);

  SharedFiles shared(int trace) const {
    return {segment.get(), first_journal.get(), second_journal.get(),
            spill.get(),   doorbell.get(),      trace};
  }
};

}  // namespace hearsay::supervisor
