// Where `--record PATH` puts a node's recording.
//
// A PATH that ends in ".recording" is a file; any other is a folder, made if it is missing, in
// which the file is called after the node. A recording that stands there already is never written
// over: the next one, of a node that was started again, gets "-2" behind its name, and so on.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

struct RecordingFile {
  FileDescriptor file;
  std::string path;
};

// Before the node's name is known. Throws RefusedOptions when nothing could be written there.
void require_recording_place(const std::string& path);

// Throws RefusedOptions.
RecordingFile create_recording_file(const std::string& path, const std::string& node);

}  // namespace hearsay::supervisor
