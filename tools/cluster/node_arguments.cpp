#include "tools/cluster/node_arguments.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace hearsay::cluster {
namespace {

constexpr std::size_t kMostLineBytes = std::size_t{20} << 20U;
constexpr std::string_view kMaxLine = "--max-line-bytes";

bool names_line_limit(const std::string& argument) {
  return argument == kMaxLine || argument.starts_with(std::string(kMaxLine) + "=");
}

}  // namespace

std::vector<std::string> node_arguments(const AttachOptions& options, const std::string& program,
                                        std::size_t longest_text) {
  std::vector<std::string> arguments = options.node_arguments;
  const bool ours = std::filesystem::path(program).filename() == "hearsay-node";
  if (!ours || std::any_of(arguments.begin(), arguments.end(), names_line_limit)) return arguments;
  arguments.push_back(
      fmt::format("{}={}", kMaxLine, std::clamp(longest_text, kLeastLineBytes, kMostLineBytes)));
  return arguments;
}

}  // namespace hearsay::cluster
