#include "tools/console/command_text.h"

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::bench {
namespace {

// As bash reads it between $' and ': what could harm is spelled out.
std::string in_dollar_quotes(const std::string& argument) {
  std::string quoted;
  for (const char c : argument) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return printable(quoted);
}

}  // namespace

std::string as_typed(const std::string& program, const std::vector<std::string>& arguments) {
  std::string command = program;
  for (const std::string& argument : arguments) {
    const bool plain = argument.find_first_of(" \t\n'\"\\$*?&|;<>()`!#~[]{}") == std::string::npos &&
                       printable(argument) == argument;
    if (plain && !argument.empty()) {
      command.append(" ").append(argument);
      continue;
    }
    if (printable(argument) != argument) {
      command.append(" $'").append(in_dollar_quotes(argument)).append("'");
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
