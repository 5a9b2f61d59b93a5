// Files in a folder that a command made for itself, such as a run's.
//
// Nodes run beside it and may put anything there: a FIFO would hold its writer for ever, a link
// leads out of the folder. Only regular files are opened that have no other name, links are not
// followed, nothing waits. What stands there already stays.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::bench {

// One of the two.
struct OwnFile {
  FileDescriptor file;
  std::string problem;  // the reason, without the path
};

// A new one, to write to.
OwnFile create_own_file(const std::string& path);
// To write to its end. It is made if it is missing.
OwnFile append_to_own_file(const std::string& path);

}  // namespace hearsay::bench
