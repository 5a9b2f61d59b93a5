#include "tools/processes/program.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "tools/console/command_text.h"

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFirstLine = 4096;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

// Where execvp(3) looks when there is no PATH.
std::string usual_path() {
  std::string path(::confstr(_CS_PATH, nullptr, 0), '\0');
  ::confstr(_CS_PATH, path.data(), path.size());
  if (!path.empty()) path.pop_back();  // its end
  return path;
}

// Empty: PATH has none.
std::string find_in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? usual_path() : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
    if (is_program(candidate)) return candidate;
  }
  return "";
}

// Of a name that is a whole command line. "": it is none.
std::string hint_on_arguments(const std::string& name) {
  const std::size_t blank = name.find(' ');
  if (blank == std::string::npos) return "";
  const std::string program = name.substr(0, blank);
  std::error_code ignored;
  if (find_in_path(program).empty() && !fs::exists(program, ignored)) return "";
  return fmt::format(
      ". It takes one program; what that gets stands behind --: --bin {} -- ARGUMENTS", program);
}

std::string first_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLongestFirstLine, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text.substr(0, text.find('\n'));
}

// Of a script, whose first line is "#!INTERPRETER ARGUMENT". "" if all is well.
std::string check_interpreter(const std::string& line) {
  if (line.ends_with('\r')) {
    return "its first line ends with a carriage return (Windows line ends), which belongs to the "
           "interpreter's name then: save it with Unix line ends";
  }
  std::istringstream words(line.substr(2));
  std::string interpreter;
  std::string argument;
  words >> interpreter >> argument;
  if (!is_program(interpreter)) {
    return fmt::format("its first line names the interpreter \"{}\", which is not there",
                       interpreter);
  }
  const bool by_env = fs::path(interpreter).filename() == "env" && !argument.empty() &&
                      argument[0] != '-' && argument.find('=') == std::string::npos;
  if (std::string more; by_env && words >> more) {
    return fmt::format(
        "its first line gives env two words, which env takes for one: write #!{} -S {} {}",
        interpreter, argument, more);
  }
  if (by_env && find_in_path(argument).empty()) {
    return fmt::format("its first line asks for \"{}\", which is not in PATH", argument);
  }
  return "";
}

std::string check_contents(const std::string& path) {
  std::error_code ignored;
  if (fs::is_empty(path, ignored)) return "it is empty";
  const std::string line = first_line(path);
  if (line.starts_with("\xEF\xBB\xBF")) {
    return "a byte-order mark (UTF-8) stands before its first line, so the system sees no #! "
           "there: "
           "save it without one";
  }
  if (line.starts_with("#!")) return check_interpreter(line);
  if (line.starts_with("\x7F"
                       "ELF"))
    return "";
  return "it is neither a program nor a script that names its interpreter in the first line, like "
         "#!/usr/bin/env python3";
}

// The one that is taken where nobody names another.
bool is_our_node(const fs::path& path) {
  std::error_code ignored;
  const fs::path own = fs::read_symlink("/proc/self/exe", ignored);
  return path == own.parent_path() / "hearsay-node";
}

std::string check_file(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return error && error != std::errc::no_such_file_or_directory ? error.message()
                                                                  : "there is no such file";
  }
  if (!fs::is_regular_file(path, error)) return "it is no file";
  if (::access(path.c_str(), X_OK) != 0) {
    return fmt::format("it is not executable ({})", as_typed("chmod +x", {path}));
  }
  return ::access(path.c_str(), R_OK) == 0 ? check_contents(path) : "";
}

}  // namespace

Program find_program(const std::string& name) {
  Program program;
  std::error_code ignored;
  program.path = fs::absolute(name, ignored).lexically_normal();
  const bool plain = name.find('/') == std::string::npos && !fs::exists(name, ignored);
  if (plain) {
    program.path = find_in_path(name);
    if (program.path.empty()) {
      program.problem = fmt::format("there is no program {} (--bin), neither here nor in PATH{}",
                                    name, hint_on_arguments(name));
      return program;
    }
  }
  if (is_our_node(program.path) && !fs::exists(program.path, ignored)) {
    program.problem = fmt::format(
        "there is no {}: the node is not built beside hearsay. tools/build builds both, and --bin "
        "names another node",
        program.path);
    return program;
  }
  const std::string wrong = check_file(program.path);
  if (!wrong.empty()) program.problem = fmt::format("can't start {} (--bin): {}", name, wrong);
  if (wrong.empty()) program.path = fs::canonical(program.path, ignored);
  return program;
}

}  // namespace hearsay::bench
