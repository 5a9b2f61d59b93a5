#include "tools/replay/breakpoint.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

extern "C" __attribute__((noinline)) void replay_breakpoint(std::uint64_t input, const char* type,
                                                            const char* message) {
  asm volatile("" : : "r"(input), "r"(type), "r"(message) : "memory");
}

namespace hearsay::replay {
namespace {

constexpr std::array kFaults{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// Read in a signal handler of the one thread that writes it.
volatile std::uint64_t input_at_hand = 0;

void say(std::string_view text) {
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

void tell_fault(int number) {
  std::array<char, 24> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), std::uint64_t{input_at_hand});
  say("hearsay replay: died at input ");
  say({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
  say(" (--to that input --gdb stops right before it)\n");
  ::raise(number);  // as if nobody had caught it
}

}  // namespace

void now_at(std::uint64_t input) {
  input_at_hand = input;
}

void name_faults() {
  struct sigaction action {};
  action.sa_handler = tell_fault;
  action.sa_flags = static_cast<int>(static_cast<unsigned>(SA_RESETHAND) | SA_NODEFER);
  for (const int number : kFaults) ::sigaction(number, &action, nullptr);
}

std::vector<std::string> gdb_command(const std::vector<std::string>& replay) {
  std::vector<std::string> words{"gdb",   "-q",  "-ex", "break replay_breakpoint",
                                 "-ex",   "run", "-ex", "tbreak hearsay::core::Node::step",
                                 "--args"};
  words.insert(words.end(), replay.begin(), replay.end());
  return words;
}

std::string become(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  return command.front() + ": " + std::strerror(errno);
}

}  // namespace hearsay::replay
