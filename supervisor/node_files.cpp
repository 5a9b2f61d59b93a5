#include "supervisor/node_files.h"

#include <sys/eventfd.h>

#include <array>
#include <filesystem>
#include <utility>

#include "common/shm/journal.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "supervisor/node_failure.h"

namespace hearsay::supervisor {
namespace {

FileDescriptor make_doorbell() {
  return moved_up(
      FileDescriptor(check_syscall(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")));
}

FileDescriptor make_journal() {
  return moved_up(
      shm::create_memory_file("hearsay-journal", shm::kJournalFirstBytes, shm::Sealed::no));
}

FileDescriptor make_empty(const char* name) {
  return moved_up(shm::create_memory_file(name, 0, shm::Sealed::no));
}

FileDescriptor make_spill() {
  return make_empty("hearsay-spill");
}

FileDescriptor make_shelf() {
  return make_empty("hearsay-shelf");
}

}  // namespace

NodeFiles NodeFiles::in_memory() {
  return {moved_up(shm::Segment::create(new_incarnation(), random_bits())),
          make_journal(),
          make_journal(),
          make_spill(),
          make_shelf(),
          make_doorbell()};
}

NodeFiles NodeFiles::in_directory(const std::string& directory, const std::string& node,
                                  IfUnusable if_unusable, PowerCut power_cut) {
  StateFiles state = open_state_folder(directory, node, if_unusable, power_cut);
  return {std::move(state.segment),
          std::move(state.first_journal),
          std::move(state.second_journal),
          make_spill(),
          make_shelf(),
          make_doorbell(),
          directory + '/' + node};
}

void NodeFiles::require_in_place() const {
  if (folder.empty()) return;
  const std::array files{&segment, &first_journal, &second_journal};
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (still_stands(*files.at(i), std::filesystem::path(folder) / kStateFileNames.at(i))) continue;
    throw NodeFailure("a file of the state in " + folder +
                      " was removed or moved away while the node ran: what it acknowledged is not "
                      "there any more, and it ends rather than acknowledge more. Keep the folder "
                      "where it is as long as a node uses it");
  }
}

}  // namespace hearsay::supervisor
