#include "supervisor/recording_file.h"

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

}  // namespace

void require_recording_place(const std::string& path) {
  const fs::path folder = names_a_file(path) ? fs::path(path).parent_path() : fs::path(path);
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    refuse_recording(path, "that is no folder; the name of a file must end in .recording");
  }
  fs::create_directories(folder, error);
  if (error) refuse_recording(path, error.message());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) refuse_recording(path, std::strerror(errno));
}

recording::RecordingFile create_recording_file(const std::string& path, const std::string& node) {
  if (!recording::can_name_a_file(node)) {
    refuse_recording(path, "the node's name '" + node + "' can't name a file");
  }
  try {
    const recording::RecordingFile made =
        recording::create_recording(names_a_file(path) ? path : recording::path_in(path, node));
    return {moved_up(made.file), made.path};
  } catch (const std::system_error& error) {
    refuse_recording(path, error.code().message());
  }
}

}  // namespace hearsay::supervisor
