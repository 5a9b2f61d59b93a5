#include "common/options/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <utility>

#include "common/base/line_output.h"
#include "common/base/terminal.h"
#include "common/options/fold.h"
#include "common/options/nearest_word.h"

namespace hearsay {
namespace {

// As people write numbers: 0.001, 64, 1000000.
std::string as_text(double number) {
  std::ostringstream text;
  text.precision(12);
  text << number;
  return text.str();
}

template <typename Value>
CommandLineOption add_shown(CLI::App& app, const std::string& names, Value& value,
                            const std::string& help) {
  return CommandLineOption(*app.add_option(names, value, help)->capture_default_str());
}

// The help shows what may be chosen, and completion reads it there: "{relay,push}".
std::string in_braces(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "{" : ",") + word;
  return text + "}";
}

// The library would take "010" for 8.
void forget_leading_zeros(std::string& number) {
  const std::size_t begin = number.starts_with('-') ? 1 : 0;
  while (number.size() > begin + 1 && number[begin] == '0') number.erase(begin, 1);
}

// And "0x10" for 16. What is no number at all others refuse.
CLI::Validator decimal() {
  return {[](std::string& text) {
            const bool digits = text.find_first_not_of("-0123456789") == std::string::npos;
            if (digits) forget_leading_zeros(text);
            const bool other_base = !digits && (text.starts_with('0') || text.starts_with("-0")) &&
                                    text.find_first_of("xXbBoO") != std::string::npos;
            return other_base ? "a whole number in decimal digits, not \"" + text + "\""
                              : std::string();
          },
          {}};
}

// The library would take "-1" for a large unsigned number, and what is too large for the largest.
CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t number = 0;
            const char* end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, number);
            const bool good = error == std::errc() && rest == end;
            if (good) forget_leading_zeros(text);
            return good ? std::string()
                        : "a whole number from 0 to 18446744073709551615, not \"" + text + "\"";
          },
          {}};
}

// It would also take "nan" and "inf".
CLI::Validator finite_number() {
  return {[](const std::string& text) {
            char* rest = nullptr;
            const double number = std::strtod(text.c_str(), &rest);
            const bool good = !text.empty() && *rest == '\0' && std::isfinite(number);
            return good ? std::string() : "a number, not \"" + text + "\"";
          },
          {}};
}

// What a script made of a variable that is not set.
CLI::Validator not_empty() {
  return {[](const std::string& text) {
            return text.empty() ? std::string("needs a value, not \"\"") : std::string();
          },
          {}};
}

// "relay, push or flood"
std::string list_words(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return list;
}

std::string refuse_word(const std::string& text, const std::vector<std::string>& words) {
  return list_words(words) + ", not \"" + text + "\"" + suggest(text, words);
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands(nullptr)) names.push_back(each->get_name());
  return names;
}

// The subcommand that was chosen, or the command itself.
const CLI::App& chosen(const CLI::App& app) {
  const auto subcommands = app.get_subcommands();
  return subcommands.empty() ? app : chosen(*subcommands.front());
}

// Something stands on the command line that nobody takes.
[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& first) {
  const CLI::App& command = chosen(app);
  std::vector<std::string> known;
  if (first.starts_with('-')) {
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_group().empty()) known.push_back(option->get_name());
    }
    const std::string name = first.substr(0, first.find('='));
    if (&command != &app && command.get_option_no_throw(name) != nullptr) {
      throw BadCommandLine("options stand behind the command: " + command.get_name() + " " + first +
                           " ...");
    }
    throw UnknownOption("unknown option " + name + suggest(name, known));
  }
  known = names_of_commands(command);
  const std::string what = known.empty() ? "unexpected argument " : "unknown command ";
  throw BadCommandLine(what + first + suggest(first, known));
}

// Help that is asked for of a command that there is not: that of another one would hide it.
void refuse_unknown_command(const CLI::App& app) {
  const auto rest = app.remaining(true);
  const bool has_commands = !names_of_commands(chosen(app)).empty();
  if (has_commands && !rest.empty() && !rest.front().starts_with('-'))
    refuse_extra(app, rest.front());
}

// "--rate: 1 required HZ missing", "--rate: At Most 1 required but received 2"
std::string in_plain_words(const CLI::ArgumentMismatch& error) {
  const std::string problem = error.what();
  const auto says = [&](const char* words) { return problem.find(words) != std::string::npos; };
  const std::string name = problem.substr(0, problem.find(':'));
  if (says("At Most 1 required")) return name + ": given more than once";
  return says(" missing") ? name + ": needs a value behind it" : problem;
}

// "Could not convert: --node-count = 2.5": whole numbers only have no check of their own.
std::string in_plain_words(const CLI::ConversionError& error) {
  std::string problem = error.what();
  constexpr std::string_view kStart = "Could not convert: ";
  const std::size_t equals = problem.find(" = ");
  if (!problem.starts_with(kStart) || equals == std::string::npos) return problem;
  return problem.substr(kStart.size(), equals - kStart.size()) + ": a whole number, not \"" +
         problem.substr(equals + 3) + "\"";
}

}  // namespace

CommandLineOption& CommandLineOption::value_name(const std::string& name) {
  option_.type_name(name);
  return *this;
}

// CLI::Range lets NaN through.
CommandLineOption& CommandLineOption::between(double least, double most) {
  option_.check(CLI::Validator(
      [=](const std::string& text) {
        char* rest = nullptr;
        const double number = std::strtod(text.c_str(), &rest);
        const bool good = !text.empty() && *rest == '\0' && number >= least && number <= most;
        return good ? std::string()
                    : "a number from " + as_text(least) + " to " + as_text(most) + ", not \"" +
                          text + "\"";
      },
      {}));
  return *this;
}

CommandLineOption& CommandLineOption::one_of(std::vector<std::string> words) {
  const std::string shown = in_braces(words);
  option_.check(CLI::Validator(
      [words = std::move(words)](const std::string& text) {
        const bool known = std::find(words.begin(), words.end(), text) != words.end();
        return known ? std::string() : refuse_word(text, words);
      },
      shown));
  return *this;
}

CommandLineOption& CommandLineOption::separated_by_commas() {
  option_.delimiter(',');
  option_.transform(CLI::Validator(
      [](std::string& text) {
        CLI::detail::trim(text);
        return std::string();
      },
      {}));
  return *this;
}

CommandLineOption& CommandLineOption::one_at_a_time() {
  option_.allow_extra_args(false);
  return *this;
}

CommandLineOption& CommandLineOption::required(bool is) {
  option_.required(is);
  return *this;
}

CommandLineOption& CommandLineOption::group(const std::string& name) {
  option_.group(name);
  return *this;
}

CommandLineOption& CommandLineOption::hide_default() {
  option_.default_str("");
  return *this;
}

CommandLine::CommandLine(const std::string& description, const std::string& program)
    : owned_(std::make_unique<CLI::App>(description, program)), app_(*owned_) {}

CommandLine::CommandLine(CLI::App& subcommand) : app_(subcommand) {}

CommandLine::~CommandLine() = default;

CommandLineOption CommandLine::add(const std::string& names, std::string& value,
                                   const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help)->check(not_empty());
  return CommandLineOption(*option->capture_default_str());
}
CommandLineOption CommandLine::add(const std::string& names, std::int64_t& value,
                                   const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help)->transform(decimal());
  return CommandLineOption(*option->capture_default_str());
}
CommandLineOption CommandLine::add(const std::string& names, std::uint64_t& value,
                                   const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help)->transform(whole_number());
  return CommandLineOption(*option->capture_default_str());
}
CommandLineOption CommandLine::add(const std::string& names, int& value, const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help)->transform(decimal());
  return CommandLineOption(*option->capture_default_str());
}
CommandLineOption CommandLine::add(const std::string& names, double& value,
                                   const std::string& help) {
  return add_shown(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, std::optional<double>& value,
                                   const std::string& help) {
  return CommandLineOption(*app_.add_option(names, value, help)->check(finite_number()));
}
CommandLineOption CommandLine::add(const std::string& names, std::optional<std::uint64_t>& value,
                                   const std::string& help) {
  return CommandLineOption(*app_.add_option(names, value, help)->transform(whole_number()));
}
CommandLineOption CommandLine::add(const std::string& names, std::vector<std::string>& values,
                                   const std::string& help) {
  return CommandLineOption(*app_.add_option(names, values, help)->check(not_empty()));
}

CommandLineOption CommandLine::add_flag(const std::string& names, bool& value,
                                        const std::string& help) {
  return CommandLineOption(*app_.add_flag(names, value, help));
}

CommandLineOption CommandLine::add_choice(const std::string& names,
                                          const std::vector<std::string>& words,
                                          std::string_view default_word,
                                          std::function<void(std::size_t)> take,
                                          const std::string& help) {
  const auto choose = [words, take = std::move(take)](const CLI::results_t& given) {
    const auto word = std::find(words.begin(), words.end(), given.at(0));
    if (word != words.end()) take(static_cast<std::size_t>(word - words.begin()));
    return word != words.end();
  };
  CLI::Option* option = app_.add_option(names, choose, help);
  // The check also turns the word into the case in which it stands here.
  option->transform(CLI::Validator(
      [words](std::string& text) {
        const std::string lower = CLI::detail::to_lower(text);
        const auto same = [&](const std::string& word) {
          return CLI::detail::to_lower(word) == lower;
        };
        const auto known = std::find_if(words.begin(), words.end(), same);
        if (known == words.end()) return refuse_word(text, words);
        text = *known;
        return std::string();
      },
      in_braces(words)));
  option->default_str(std::string(default_word));
  return CommandLineOption(*option);
}

CommandLineOption CommandLine::add_word(const std::string& names, std::string_view default_word,
                                        const std::function<void(const std::string&)>& take,
                                        const std::string& help) {
  CLI::Option* option = app_.add_option_function<std::string>(names, take, help);
  option->check(CLI::Validator(
      [take](const std::string& text) {
        try {
          take(text);
          return std::string();
        } catch (const BadCommandLine& problem) {
          return std::string(problem.what());
        }
      },
      ""));
  option->default_str(std::string(default_word));
  return CommandLineOption(*option);
}

void CommandLine::add_refused(const std::string& names, bool has_value, const std::string& why) {
  const auto refuse = [names, why](const CLI::results_t&) -> bool {
    throw CLI::ValidationError(names, why);
  };
  CLI::Option* option = app_.add_option(names, refuse)->group("");
  if (!has_value) option->expected(0);
}

void CommandLine::add_version(const std::string& line) {
  app_.set_version_flag("--version", line, "Print the version, and exit");
}

CommandLineOption CommandLine::option(const std::string& name) {
  return CommandLineOption(*app_.get_option(name));
}

void CommandLine::footer(const std::string& text) {
  app_.footer(text);
}

void CommandLine::footer(std::function<std::string()> make_text) {
  app_.footer(std::move(make_text));
}

void CommandLine::on_parsed(std::function<void()> check) {
  app_.parse_complete_callback([check = std::move(check)] {
    try {
      check();
    } catch (const BadCommandLine& problem) {
      throw CLI::ParseError(problem.what(), CLI::ExitCodes::ValidationError);
    }
  });
}

std::vector<std::string> CommandLine::given() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : std::as_const(app_).get_options()) {
    if (option->count() > 0 && option != app_.get_help_ptr()) names.push_back(option->get_name());
  }
  return names;
}

CommandLine& CommandLine::add_subcommand(const std::string& name, const std::string& description) {
  subcommands_.emplace_back(new CommandLine(*app_.add_subcommand(name, description)));
  return *subcommands_.back();
}

const CommandLine* CommandLine::find_subcommand(const std::string& name) const {
  const auto found =
      std::find_if(subcommands_.begin(), subcommands_.end(),
                   [&](const auto& command) { return command->app_.get_name() == name; });
  return found == subcommands_.end() ? nullptr : found->get();
}

void CommandLine::require_subcommand() {
  app_.require_subcommand(1);
}

bool CommandLine::is_chosen() const {
  return app_.parsed();
}

std::string CommandLine::chosen_names() const {
  for (const auto& command : subcommands_) {
    if (command->is_chosen()) return " " + command->app_.get_name() + command->chosen_names();
  }
  return "";
}

CommandLine::Outcome CommandLine::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app_.parse(reversed);
  } catch (const CLI::Success& asked) {
    refuse_unknown_command(app_);
    std::ostringstream text;
    app_.exit(asked, text, text);
    const auto columns = terminal_columns(STDOUT_FILENO);
    std::cout << (columns ? fold(text.str(), *columns) : text.str()) << std::flush;
    if (!std::cout) throw BadCommandLine("stdout takes nothing");
    return Outcome::answered;
  } catch (const CLI::ExtrasError&) {
    refuse_extra(app_, app_.remaining(true).front());
  } catch (const CLI::RequiredError& error) {
    const CLI::App& command = chosen(app_);
    const std::vector<std::string> commands = names_of_commands(command);
    const auto rest = app_.remaining(true);
    const bool strays = !rest.empty() && (!commands.empty() || rest.front().starts_with('-'));
    if (strays) refuse_extra(app_, rest.front());
    if (commands.empty()) throw BadCommandLine(error.what());
    throw BadCommandLine("which command? " + list_words(commands));
  } catch (const CLI::ArgumentMismatch& error) {
    throw BadCommandLine(in_plain_words(error));
  } catch (const CLI::ConversionError& error) {
    throw BadCommandLine(in_plain_words(error));
  } catch (const CLI::ParseError& error) {
    throw BadCommandLine(error.what());
  }
  return Outcome::parsed;
}

CommandLine::Outcome CommandLine::parse(int argc, const char* const* argv) {
  return parse(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}

void complain(const std::string& program, const BadCommandLine& problem) {
  say_on_stderr(program + ": " + problem.what() + "\nRun with --help for more information.\n");
}

}  // namespace hearsay
