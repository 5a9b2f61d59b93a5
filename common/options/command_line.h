// A command line: the options that a program takes, its help, and words for what is wrong.
//
// The only place that knows the library which parses (CLI11, whose headers cost seconds in every
// source that includes them). Options are written into plain variables, which outlive the parsing.
// A number is checked against its bounds, a word against its choices; nothing takes an empty value,
// which is what a script makes of a variable that is not set. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearsay {

// What is wrong with a command line, in words for people: "--rate: a number from 0 to 1, not "x"".
class BadCommandLine : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  BadCommandLine(const std::string& option, const std::string& why)
      : std::runtime_error(option + ": " + why) {}
};

// An option that nobody knows.
class UnknownOption : public BadCommandLine {
 public:
  using BadCommandLine::BadCommandLine;
};

// One option, to say more of it.
class CommandLineOption {
 public:
  explicit CommandLineOption(CLI::Option& option) : option_(option) {}

  // What stands for its value in the help: "MS".
  CommandLineOption& value_name(const std::string& name);
  CommandLineOption& between(double least, double most);
  CommandLineOption& one_of(std::vector<std::string> words);
  // Several values in one word, separated by commas.
  CommandLineOption& separated_by_commas();
  // One value each time that it is given.
  CommandLineOption& one_at_a_time();
  CommandLineOption& required(bool is = true);
  // Its heading in the help.
  CommandLineOption& group(const std::string& name);
  // The help shows no default: the variable's first value is a sign for "nobody said".
  CommandLineOption& hide_default();

 private:
  CLI::Option& option_;
};

class CommandLine {
 public:
  enum class Outcome {
    parsed,
    answered  // --help or --version: the answer stands on stdout, there is nothing more to do
  };

  explicit CommandLine(const std::string& description, const std::string& program = "");
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // `names`: "-w,--workload". The variable's value is the default, and shown as such.
  CommandLineOption add(const std::string& names, std::string& value, const std::string& help);
  CommandLineOption add(const std::string& names, std::int64_t& value, const std::string& help);
  CommandLineOption add(const std::string& names, std::uint64_t& value, const std::string& help);
  CommandLineOption add(const std::string& names, int& value, const std::string& help);
  CommandLineOption add(const std::string& names, double& value, const std::string& help);
  CommandLineOption add(const std::string& names, std::optional<double>& value,
                        const std::string& help);
  CommandLineOption add(const std::string& names, std::optional<std::uint64_t>& value,
                        const std::string& help);
  CommandLineOption add(const std::string& names, std::vector<std::string>& values,
                        const std::string& help);
  CommandLineOption add_flag(const std::string& names, bool& value, const std::string& help);
  // One of `words`, in upper or lower case; `take` gets its number. The help shows the first as the
  // default if `default_word` says nothing else.
  CommandLineOption add_choice(const std::string& names, const std::vector<std::string>& words,
                               std::string_view default_word, std::function<void(std::size_t)> take,
                               const std::string& help);
  // `take` gets the word, and may throw BadCommandLine.
  CommandLineOption add_word(const std::string& names, std::string_view default_word,
                             const std::function<void(const std::string&)>& take,
                             const std::string& help);
  // Refused with the reason when it is given; not in the help.
  void add_refused(const std::string& names, bool has_value, const std::string& why);
  // Answered with this line.
  void add_version(const std::string& line);

  CommandLineOption option(const std::string& name);
  // Below all options in the help.
  void footer(const std::string& text);
  // The same, made when the help is asked for: options that stand on the command line are set.
  void footer(std::function<std::string()> make_text);
  // Called when all options were read; may throw BadCommandLine.
  void on_parsed(std::function<void()> check);
  // The names of the options that were given, --help left out.
  std::vector<std::string> given() const;

  // Lives as long as this.
  CommandLine& add_subcommand(const std::string& name, const std::string& description);
  // Null: there is none of this name.
  const CommandLine* find_subcommand(const std::string& name) const;
  void require_subcommand();
  bool is_chosen() const;
  // The subcommands that were chosen, from the outermost on: " cluster up". "": none.
  std::string chosen_names() const;

  // Without the program's name. Throws BadCommandLine.
  Outcome parse(const std::vector<std::string>& arguments);
  Outcome parse(int argc, const char* const* argv);

 private:
  explicit CommandLine(CLI::App& subcommand);

  std::unique_ptr<CLI::App> owned_;  // null: a subcommand
  CLI::App& app_;
  std::vector<std::unique_ptr<CommandLine>> subcommands_;
};

// "PROGRAM: PROBLEM" and where the help is, to stderr.
void complain(const std::string& program, const BadCommandLine& problem);

}  // namespace hearsay
