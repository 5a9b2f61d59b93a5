// The file of --trace-file: opened once, written to by both processes.
#pragma once

#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

// For appending, and such that no write ever waits. Throws RefusedOptions when nothing could be
// written to it.
FileDescriptor open_trace_file(const std::string& path);

}  // namespace hearsay::supervisor
