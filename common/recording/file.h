// The files that recordings are written to.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::recording {

struct RecordingFile {
  FileDescriptor file;
  std::string path;
};

// "FOLDER/n1.recording". The name of a node must be one of a file (can_name_a_file).
std::string path_in(const std::string& folder, const std::string& node);
bool can_name_a_file(const std::string& node);

// A new file. What stands there already is never written over: the next recording of a node is
// called "n1-2.recording", and so on. Throws std::system_error.
RecordingFile create_recording(const std::string& path);

}  // namespace hearsay::recording
