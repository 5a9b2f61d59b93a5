#include "tools/replay/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/replay/breakpoint.h"
#include "tools/replay/output.h"
#include "tools/replay/verdict.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
namespace {

constexpr const char* kCommands =
    "next (n, or nothing)  run this input, stop at the following one\n"
    "continue (c)          on to the next --break or --to, or to the end\n"
    "to INPUT              on to this input: 57, @4096 or c3:5\n"
    "state (s)             the node's state, as its journal would be written anew\n"
    "quit (q)              no further\n";

void print_line(const std::string& text) {
  print(text + '\n');
}

std::string workers_of(const History& history) {
  if (history.lives.empty()) return "none";
  const auto [first, last] = std::minmax_element(
      history.lives.begin(), history.lives.end(),
      [](const Life& a, const Life& b) { return a.generation() < b.generation(); });
  if (first->generation() == last->generation()) return fmt::format("only {}", first->generation());
  return fmt::format("those from {} to {}", first->generation(), last->generation());
}

}  // namespace

Session::Session(const ReplayOptions& options)
    : options_(options), player_(options.path, &progress_) {
  each_ = options_.step && !has_stops();
  player_.set_wants_last_steps([this](const Life& life, const Player::Next* fatal) {
    return wants_last_steps(life, fatal);
  });
  if (options_.prints("workers")) player_.set_tell(print_line);
}

bool Session::has_stops() const {
  return options_.target || options_.worker || !options_.patterns.empty();
}

bool Session::is_target(const Player::Next& next) const {
  if (options_.worker && next.generation != *options_.worker) return false;
  return options_.target && options_.target->fits(next.number, next.input);
}

// Of inputs that were not committed only the one that was asked for: the others are run again.
bool Session::stops_at(const Player::Next& next) const {
  return each_ || is_target(next) ||
         std::any_of(options_.patterns.begin(), options_.patterns.end(),
                     [&](const InputPattern& each) { return each.fits(next.number, next.input); });
}

bool Session::wants_last_steps(const Life& life, const Player::Next* fatal) {
  if (options_.worker && life.generation() == *options_.worker) {
    if (options_.target) return fatal != nullptr && is_target(*fatal);
    if (fatal == nullptr) stop_at_end_of(life);
    if (fatal != nullptr) options_.target = InputPattern{fatal->number, {}, {}, {}, {}};
    return fatal != nullptr;
  }
  const bool own = life.end->cause == recording::Cause::crash;
  return !options_.worker && own && fatal != nullptr && is_target(*fatal);
}

void Session::stop_at_end_of(const Life& life) {
  found_ = over_ = true;
  print_line(fmt::format("worker {} ends here, with no input at hand; the next is {}",
                         life.generation(), life.to));
  if (options_.prints("state")) print_state(player_.core());
  replay_breakpoint(life.to, "", "");
}

void Session::before(const Player::Next& next) {
  last_number_ = next.number;
  stopped_ = stops_at(next);
  stopped_once_ = stopped_once_ || stopped_;
  if (is_target(next)) found_ = true;
  if (stopped_ || (!has_stops() && options_.prints("inputs"))) {
    std::string text = describe(next.number, next.input);
    text += fmt::format(" (worker {})", next.generation);
    if (!next.committed) text += ", not committed";
    if (next.skipped) {
      text += *next.skipped == core::Node::Skipped::after_crashes ? ", skipped: workers died of it"
                                                                  : ", skipped: no room for it";
    }
    print_line(text);
    print_line("  " + body_of(next.input));
  }
  if (!stopped_) return;
  const InputName name = name_of(next.input);
  replay_breakpoint(next.number, name.type.c_str(), name.message.c_str());
}

void Session::print_outputs() const {
  RecordReader outputs(player_.step_outputs());
  while (const auto record = outputs.next()) print_line("  -> " + describe_output(*record));
}

void Session::print_state(const core::Node& core) const {
  core::Effects snapshot;
  core.snapshot(snapshot);
  print_line("  state:");
  RecordReader changes(snapshot.journal());
  while (const auto record = changes.next()) print_line("    " + describe_change(*record));
}

void Session::after() {
  const bool shown = stopped_ || !has_stops();
  if (shown && (options_.prints("outputs") || (options_.step && stopped_))) print_outputs();
  if (shown && options_.prints("state")) print_state(player_.core());
}

bool Session::ask(const Player::Next& next) {
  for (std::string command;;) {
    if (::isatty(STDIN_FILENO) == 1) print("replay> ");
    if (!std::getline(std::cin, command)) return false;
    if (command.empty() || command == "n" || command == "next") {
      each_ = true;
      return true;
    }
    if (command == "c" || command == "continue") {
      each_ = false;
      return true;
    }
    if (command == "q" || command == "quit") return false;
    if (command == "s" || command == "state") {
      print_state(player_.core());
    } else if (command.starts_with("to ")) {
      try {
        options_.target = parse_target(command.substr(3));
        each_ = found_ = false;
        return !options_.target->fits(next.number, next.input) || (each_ = true);
      } catch (const BadCommandLine& problem) {
        print_line(problem.what());
      }
    } else {
      print(kCommands);
    }
  }
}

int Session::run() {
  name_faults();
  while (const Player::Next* next = player_.look()) {
    if (over_) break;
    show_replayed(progress_, next->number - player_.history().begin.fixed.first_input,
                  player_.history().inputs);
    before(*next);
    const bool target = stopped_ && is_target(*next);
    if (stopped_ && options_.step && !ask(*next)) {
      quit_ = true;
      break;
    }
    player_.run();
    after();
    if (target && !options_.step) {
      over_ = true;
      break;
    }
  }
  if (!over_ && !options_.step && (options_.target || options_.worker) && !found_ &&
      !player_.difference()) {
    bench::tell("hearsay replay: {}\n", what_does_not_fit());
    return bench::kExitUnknown;
  }
  if (over_ && player_.is_same()) return bench::kExitValid;
  if (quit_ && player_.is_same()) {
    print_line(
        fmt::format("{}: stopped before input {}, as asked; the same, byte for byte, up to there",
                    player_.history().begin.node, last_number_));
    return bench::kExitValid;
  }
  print(describe_verdict(player_, options_.path));
  const bool no_stop = !options_.patterns.empty() && !stopped_once_;
  if (!no_stop) return exit_code_of(player_);
  bench::tell("hearsay replay: no input of {} fits --break {}\n", options_.path,
              fmt::join(options_.breaks, " --break "));
  return player_.is_same() ? bench::kExitUnknown : exit_code_of(player_);
}

// Of --to and --worker.
std::string Session::what_does_not_fit() const {
  const History& history = player_.history();
  if (!options_.worker) {
    return fmt::format("no input of {} fits; it has those from {} to {}", options_.path,
                       history.begin.fixed.first_input, history.next_input() - 1);
  }
  const auto& lives = history.lives;
  const auto life = std::find_if(lives.begin(), lives.end(), [&](const Life& each) {
    return each.generation() == *options_.worker;
  });
  if (life == lives.end()) {
    return fmt::format("{} has no worker {}; it has {}", options_.path, *options_.worker,
                       workers_of(history));
  }
  if (!options_.target) {
    return fmt::format("worker {} of {} has no end there; --to says where to stop in its life",
                       *options_.worker, options_.path);
  }
  return fmt::format("no input that worker {} of {} ran fits", *options_.worker, options_.path);
}

}  // namespace hearsay::replay
