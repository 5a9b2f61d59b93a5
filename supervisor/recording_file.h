// Where `--record PATH` puts a node's recording.
//
// A PATH that ends in ".recording" is a file; any other is a folder, made if it is missing, in
// which the file is called after the node.
#pragma once

#include <string>

#include "common/recording/file.h"

namespace hearsay::supervisor {

// Before the node's name is known. Throws RefusedOptions when nothing could be written there.
void require_recording_place(const std::string& path);

// Throws RefusedOptions.
recording::RecordingFile create_recording_file(const std::string& path, const std::string& node);

}  // namespace hearsay::supervisor
