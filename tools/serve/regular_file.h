// Files of a store, opened so that nothing waits: who put them there is not known.
//
// A FIFO without a writer would hold its reader for ever, and a device more than that. Only regular
// files are opened, links followed. Thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::serve {

// Invalid, with errno: there is none that can be read. EINVAL: it is no regular file.
FileDescriptor open_regular(const std::filesystem::path& path);

// All of it. Nothing, with errno: it can't be read. EFBIG: it has more than `most` bytes.
std::optional<std::string> read_regular(const std::filesystem::path& path, std::size_t most);

}  // namespace hearsay::serve
