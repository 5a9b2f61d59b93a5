#include "supervisor/recording_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "common/recording/format.h"
#include "supervisor/node_failure.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_recording(const std::string& path, const std::string& why) {
  throw RefusedOptions("--record " + path + ": " + why);
}

bool names_a_file(const std::string& path) {
  return path.ends_with(recording::kExtension);
}

fs::path folder_of(const std::string& path) {
  return names_a_file(path) ? fs::path(path).parent_path() : fs::path(path);
}

fs::path numbered(const fs::path& path, int number) {
  if (number == 1) return path;
  fs::path next = path;
  next.replace_filename(path.stem().string() + '-' + std::to_string(number));
  return next += recording::kExtension;
}

}  // namespace

void require_recording_place(const std::string& path) {
  const fs::path folder = folder_of(path);
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    refuse_recording(path, "that is no folder; the name of a file must end in .recording");
  }
  fs::create_directories(folder, error);
  if (error) refuse_recording(path, error.message());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) refuse_recording(path, std::strerror(errno));
}

RecordingFile create_recording_file(const std::string& path, const std::string& node) {
  if (node.find('/') != std::string::npos || node == "." || node == "..") {
    refuse_recording(path, "the node's name '" + node + "' can't name a file");
  }
  const fs::path first = names_a_file(path)
                             ? fs::path(path)
                             : fs::path(path) / (node + std::string(recording::kExtension));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  constexpr int kMode = 0644;
  for (int number = 1;; ++number) {
    const fs::path next = numbered(first, number);
    const FileDescriptor file(::open(next.c_str(), kFlags, kMode));
    if (file.valid()) return {moved_up(file), next.string()};
    if (errno != EEXIST) refuse_recording(next.string(), std::strerror(errno));
  }
}

}  // namespace hearsay::supervisor
