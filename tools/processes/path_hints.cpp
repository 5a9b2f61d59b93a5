#include "tools/processes/path_hints.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

bool tells_of_a_missing_file(std::string_view line) {
  return line.find("o such file or directory") != std::string_view::npos;
}

bool is_part_of_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// Whether the name stands there by itself, or with "./" in front, and not behind another path.
bool names(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != std::string_view::npos;
       at = line.find(name, at + 1)) {
    std::string_view before = line.substr(0, at);
    if (before.ends_with("./")) before.remove_suffix(2);
    const std::size_t end = at + name.size();
    const bool begins =
        before.empty() || (!is_part_of_a_name(before.back()) && before.back() != '/');
    if (begins && (end == line.size() || !is_part_of_a_name(line[end]))) return true;
  }
  return false;
}

}  // namespace

std::string hint_on_relative_paths(const NodeCommand& command) {
  std::error_code ignored;
  for (const std::string& argument : command.arguments) {
    const bool is_ours = !argument.starts_with('/') && fs::is_regular_file(argument, ignored) &&
                         !fs::exists(fs::path(NodeProcess::kWorkingDirectory) / argument, ignored);
    if (!is_ours) continue;
    return fmt::format("Nodes start in {}, where there is no {}: give it as {}\n",
                       NodeProcess::kWorkingDirectory, argument,
                       fs::absolute(argument, ignored).lexically_normal().string());
  }
  return "";
}

std::string hint_on_missing_file(const NodeCommand& command,
                                 const std::vector<std::string>& last_log_lines) {
  const fs::path program(command.binary);
  std::error_code ignored;
  const fs::directory_iterator end;
  for (fs::directory_iterator entry(program.parent_path(), ignored); !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    const bool is_missed =
        entry->path() != program &&
        std::any_of(last_log_lines.begin(), last_log_lines.end(), [&](const std::string& line) {
          return tells_of_a_missing_file(line) && names(line, name);
        });
    if (!is_missed) continue;
    return fmt::format(
        "Nodes start in {}, here as under Maelstrom: {}, which lies beside the program, needs its "
        "whole path\n",
        NodeProcess::kWorkingDirectory, name);
  }
  return "";
}

}  // namespace hearsay::bench
