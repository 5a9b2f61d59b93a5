// The replay of one recording, as somebody follows it: where it stops, what it prints there, and
// what is done next.
#pragma once

#include <string>

#include "tools/replay/options.h"
#include "tools/replay/player.h"

namespace hearsay::replay {

class Session {
 public:
  // Throws what Player throws.
  explicit Session(const ReplayOptions& options);

  // Returns the exit code.
  int run();

 private:
  bool is_target(const Player::Next& next) const;
  bool stops_at(const Player::Next& next) const;
  bool wants_last_steps(const Life& life, const Player::Next* fatal);
  void stop_at_end_of(const Life& life);
  void before(const Player::Next& next);
  void after();
  // False: no more.
  bool ask(const Player::Next& next);
  void print_outputs() const;
  void print_state(const core::Node& core) const;
  bool has_stops() const;
  std::string what_does_not_fit() const;

  ReplayOptions options_;
  bench::LoopProgress progress_;
  Player player_;
  bool each_ = false;     // stop at every input
  bool stopped_ = false;  // at the input at hand
  bool stopped_once_ = false;
  bool found_ = false;  // the --to was
  bool over_ = false;
  bool quit_ = false;  // somebody said so, or stdin ended
  std::uint64_t last_number_ = 0;
};

}  // namespace hearsay::replay
