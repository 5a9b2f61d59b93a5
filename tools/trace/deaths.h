// Each death of a worker: what came before, what was in flight, what was run again, what clients
// saw, and the parts of the outage. One pass; memory holds deaths and what is in flight. Not
// thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/trace/death_causes.h"
#include "tools/trace/line_parser.h"
#include "tools/trace/trace_event.h"

namespace hearsay::traces {

// An input of a worker: a message, or (level trace) a timer.
struct Input {
  std::int64_t position = 0;
  std::string type;
  std::string peer;
  std::string message;  // "": nobody waits for an answer
  std::int64_t read_ns = 0;
  bool begun = false;  // by the worker at hand
  std::int64_t sent = 0;
  std::int64_t written = 0;
  std::optional<std::int64_t> answer;  // which of its lines
  std::optional<std::int64_t> answered_ns;
  bool dropped = false;  // instead: the client had gone

  bool is_settled() const { return message.empty() || answered_ns || dropped; }
};

struct InFlight {
  std::shared_ptr<Input> input;
  bool begun;  // by the worker that died
};

struct Death {
  std::uint32_t node = 0;
  std::uint32_t life = 0;
  std::int64_t generation = 0;
  std::int64_t pid = 0;
  std::string cause;
  std::optional<std::int64_t> at_input;
  std::int64_t died_ns = 0;
  std::vector<std::string> before;  // the last events, in words, the oldest first
  std::vector<std::int64_t> before_ns;

  // The parts of the outage.
  std::int64_t detection_ns = 0;
  std::int64_t delay_ns = 0;
  std::int64_t start_ns = 0;  // from the process's start until it was ready
  std::int64_t recovery_ns = 0;
  std::int64_t journal_bytes = 0;
  std::optional<std::int64_t> outage_ns;
  std::int64_t failed_starts = 0;  // refused by the system
  bool again = false;              // the next worker died before it was ready

  std::optional<std::int64_t> goes_on_at;  // input, of the next worker
  std::vector<InFlight> in_flight;
  std::vector<InFlight> run_again;
};

class Deaths {
 public:
  // Every event.
  void take(const TraceEvent& event);
  // In the order of time.
  const std::deque<Death>& deaths() const { return deaths_; }

 private:
  static constexpr std::size_t kBefore = 6;
  struct Line {
    std::string text;
    std::int64_t time_ns = 0;
  };
  struct Node {
    std::array<Line, kBefore> recent;
    std::size_t next = 0;
    std::deque<std::shared_ptr<Input>> open;
    Death* death = nullptr;  // that has no ready successor yet
  };

  void take_input(Node& node, const TraceEvent& event);
  void take_line(Node& node, const TraceEvent& event, bool written);
  void die(Node& node, const TraceEvent& event);
  void recover(Node& node, const TraceEvent& event);
  void take_life(Node& node, const TraceEvent& event);
  void tell_before(Node& node, Death& death);
  static Input* find(Node& node, std::int64_t position);
  static void forget_before(Node& node, std::int64_t position);

  std::vector<Node> nodes_;
  std::deque<Death> deaths_;
  DeathCauses causes_;
  LineParser parser_;
};

}  // namespace hearsay::traces
