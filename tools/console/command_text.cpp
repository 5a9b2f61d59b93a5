#include "tools/console/command_text.h"

namespace hearsay::bench {

std::string as_typed(const std::string& program, const std::vector<std::string>& arguments) {
  std::string command = program;
  for (const std::string& argument : arguments) {
    const bool plain = argument.find_first_of(" \t\n'\"\\$*?&|;<>()`") == std::string::npos;
    if (plain && !argument.empty()) {
      command.append(" ").append(argument);
      continue;
    }
    command += " '";
    for (const char c : argument) {
      if (c == '\'') {
        command += "'\\''";
      } else {
        command += c;
      }
    }
    command += '\'';
  }
  return command;
}

}  // namespace hearsay::bench
