// Where the program lies that runs in this process: what belongs to it lies beside.
#pragma once

#include <filesystem>

namespace hearsay {

// Throws std::runtime_error in words: without /proc nothing says so, and a sandbox may refuse it.
std::filesystem::path own_program();

}  // namespace hearsay
