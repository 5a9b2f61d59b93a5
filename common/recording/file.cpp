#include "common/recording/file.h"

#include <fcntl.h>

#include <cerrno>
#include <string_view>

#include "common/recording/format.h"

namespace hearsay::recording {
namespace {

std::string numbered(const std::string& path, int number) {
  if (number == 1) return path;
  const std::string_view stem = std::string_view(path).substr(0, path.rfind(kExtension));
  return std::string(stem) + '-' + std::to_string(number) + std::string(kExtension);
}

}  // namespace

std::string path_in(const std::string& folder, const std::string& node) {
  return folder + '/' + node + std::string(kExtension);
}

bool can_name_a_file(const std::string& node) {
  constexpr std::string_view kNotInAName("/\0", 2);
  return node.find_first_of(kNotInAName) == std::string::npos && node != "." && node != "..";
}

RecordingFile create_recording(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  constexpr int kMode = 0644;
  for (int number = 1;; ++number) {
    const std::string next = numbered(path, number);
    FileDescriptor file(::open(next.c_str(), kFlags, kMode));
    if (file.valid()) return {std::move(file), next};
    if (errno != EEXIST) throw_errno(next);
  }
}

}  // namespace hearsay::recording
