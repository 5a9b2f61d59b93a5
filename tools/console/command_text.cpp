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

std::string quoted(const std::string& argument) {
  if (printable(argument) != argument) return "$'" + in_dollar_quotes(argument) + "'";
  const bool plain = argument.find_first_of(" \t\n'\"\\$*?&|;<>()`!#~[]{}") == std::string::npos;
  if (plain && !argument.empty()) return argument;
  std::string text = "'";
  for (const char c : argument) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + '\'';
}

std::string as_typed(const std::string& program, const std::vector<std::string>& arguments) {
  std::string command = program;
  for (const std::string& argument : arguments) command.append(" ").append(quoted(argument));
  return command;
}

}  // namespace hearsay::bench
