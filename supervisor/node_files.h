// The files that supervisor and worker share: segment, journals, spill file, shelf, doorbell.
//
// In memory they are anonymous and gone with the node. In a directory (--state-dir) segment and
// journals are the files of state_folder.h, and the state outlives both processes.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"
#include "supervisor/state_folder.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {

struct NodeFiles {
  FileDescriptor segment;
  FileDescriptor first_journal;
  FileDescriptor second_journal;
  FileDescriptor spill;
  FileDescriptor shelf;
  FileDescriptor doorbell;
  std::string folder{};  // of the state; empty: in memory

  // Throws std::system_error, shm::NoRoom.
  static NodeFiles in_memory();
  // Those of `node` (open_state_folder). Throws NodeFailure, std::system_error.
  static NodeFiles in_directory(const std::string& directory, const std::string& node,
                                IfUnusable if_unusable, PowerCut power_cut);

  // Throws NodeFailure when somebody has removed or moved a file of the state: what is kept there
  // is lost with the node, and another one may begin beside it.
  void require_in_place() const;

  SharedFiles shared(int trace) const {
    return {segment.get(), first_journal.get(), second_journal.get(),
            spill.get(),   shelf.get(),         doorbell.get(),
            trace};
  }
};

}  // namespace hearsay::supervisor
