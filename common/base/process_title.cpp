#include "common/base/process_title.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace hearsay {
namespace {

constexpr std::size_t kShortNameBytes = 15;
constexpr std::size_t kLongestTitle = 100;

// The arguments lie behind each other; where they don't, only the first is overwritten.
std::size_t bytes_of_arguments(int argc, char** argv) {
  if (argc == 0) return 0;
  const char* end = argv[0] + std::strlen(argv[0]) + 1;
  for (int i = 1; i < argc && argv[i] == end; ++i) end += std::strlen(argv[i]) + 1;
  return static_cast<std::size_t>(end - argv[0]);
}

}  // namespace

ProcessTitle::ProcessTitle(int argc, char** argv)
    : program_(argc == 0 ? "" : std::filesystem::path(argv[0]).filename().string()),
      begin_(argc == 0 ? nullptr : argv[0]),
      room_(bytes_of_arguments(argc, argv)) {}

void ProcessTitle::set(std::string_view title) {
  std::string text(title.substr(0, kLongestTitle));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() <= kShortNameBytes) ::prctl(PR_SET_NAME, text.c_str());
  if (room_ == 0) return;
  const std::size_t shown = std::min(text.size(), room_ - 1);
  std::memcpy(begin_, text.data(), shown);
  std::memset(begin_ + shown, 0, room_ - shown);
}

}  // namespace hearsay
