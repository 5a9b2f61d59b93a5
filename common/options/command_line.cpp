#include "common/options/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "common/base/line_output.h"

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

// The library would take "-1" for a large unsigned number.
CLI::Validator whole_number() {
  return {[](const std::string& text) {
            const bool good =
                !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
            return good ? std::string() : "a whole number from 0 on, not \"" + text + "\"";
          },
          {}};
}

template <typename Value>
CommandLineOption add_plain(CLI::App& app, const std::string& names, Value& value,
                            const std::string& help) {
  return CommandLineOption(*app.add_option(names, value, help));
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
  option_.check(CLI::IsMember(std::move(words)));
  return *this;
}

CommandLineOption& CommandLineOption::not_empty() {
  option_.check(CLI::Validator(
      [](const std::string& text) {
        return text.empty() ? std::string("needs a value, not \"\"") : std::string();
      },
      {}));
  return *this;
}

CommandLineOption& CommandLineOption::separated_by_commas() {
  option_.delimiter(',');
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
  return add_shown(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, std::int64_t& value,
                                   const std::string& help) {
  return add_shown(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, std::uint64_t& value,
                                   const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help)->check(whole_number());
  return CommandLineOption(*option->capture_default_str());
}
CommandLineOption CommandLine::add(const std::string& names, int& value, const std::string& help) {
  return add_shown(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, double& value,
                                   const std::string& help) {
  return add_shown(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, std::optional<double>& value,
                                   const std::string& help) {
  return add_plain(app_, names, value, help);
}
CommandLineOption CommandLine::add(const std::string& names, std::optional<std::uint64_t>& value,
                                   const std::string& help) {
  return CommandLineOption(*app_.add_option(names, value, help)->check(whole_number()));
}
CommandLineOption CommandLine::add(const std::string& names, std::vector<std::string>& values,
                                   const std::string& help) {
  return add_plain(app_, names, values, help);
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
  option->transform(CLI::IsMember(words, CLI::ignore_case));
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

bool CommandLine::has_subcommand(const std::string& name) const {
  return std::any_of(subcommands_.begin(), subcommands_.end(),
                     [&](const auto& command) { return command->app_.get_name() == name; });
}

void CommandLine::require_subcommand() {
  app_.require_subcommand(1);
}

bool CommandLine::is_chosen() const {
  return app_.parsed();
}

CommandLine::Outcome CommandLine::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app_.parse(reversed);
  } catch (const CLI::Success& asked) {
    app_.exit(asked);
    return Outcome::answered;
  } catch (const CLI::ExtrasError& error) {
    throw UnknownOption(error.what());
  } catch (const CLI::ParseError& error) {
    throw BadCommandLine(error.what());
  }
  return Outcome::parsed;
}

CommandLine::Outcome CommandLine::parse(int argc, const char* const* argv) {
  return parse(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}

std::string CommandLine::help() const {
  return app_.help();
}

void complain(const BadCommandLine& problem) {
  say_on_stderr(std::string(problem.what()) + "\nRun with --help for more information.\n");
}

}  // namespace hearsay
