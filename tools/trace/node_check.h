// What one node's trace must show, one life after the other.
//
// A step's lines are compared with what was written of them. Times tell the order: a step says what
// it sends before it is committed, and nothing is written before that.
// A new worker says from where it runs inputs again: what was written of them may not be. Memory
// holds only steps that are still open. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/trace/trace_event.h"
#include "tools/trace/verdicts.h"

namespace hearsay::traces {

// Of all nodes.
struct AnswerBook {
  // By a request's name. A client that gives a name twice gets two answers.
  struct Request {
    std::int64_t asked = 0;
    std::int64_t answered = 0;
    std::int64_t position = 0;  // of the last answer
    std::int64_t time_ns = 0;
  };
  std::unordered_map<std::string, Request> requests;
  std::vector<std::string> acknowledged;  // values, of which the client knows
};

class NodeCheck {
 public:
  NodeCheck(std::uint32_t node, Verdicts& verdicts, AnswerBook& book)
      : node_(node), verdicts_(verdicts), book_(book) {}

  void take(const TraceEvent& event);
  // The end of the trace.
  void finish() { end_life(); }
  // It had ended by then, and has not begun again.
  bool has_ended_by(std::int64_t time_ns) const { return ended_ns_ && *ended_ns_ <= time_ns; }

  std::int64_t dropped() const { return dropped_; }
  std::int64_t excused_starts() const { return excused_starts_; }

 private:
  struct Step {
    std::int64_t position;
    std::vector<std::string> lines;   // a line each: the request that it answers, or ""
    std::vector<std::string> values;  // that a client brought
    std::size_t written = 0;
  };
  struct Written {
    std::int64_t position;
    std::int64_t time_ns;
  };
  struct Unanswered {
    std::int64_t read_ns;
    bool asks_others;  // the answer waits for a service or another node
  };
  struct Count {
    std::int64_t position;
    std::int64_t values;
  };
  bool is_of_another_start(const TraceEvent& event) const;
  void begin_life(const TraceEvent& event);
  void end_life();
  void take_start(const TraceEvent& event);
  void take_recovery(const TraceEvent& event);
  void take_commit(const TraceEvent& event);
  void take_step_begin(const TraceEvent& event);
  void take_sent(const TraceEvent& event);
  void take_line(const TraceEvent& event, bool written);
  void take_learned(const TraceEvent& event);
  void take_request(const TraceEvent& event);
  void note_asking(const TraceEvent& sent);
  void settle(const std::string& message);
  void note_answer(const Step& step, const std::string& message, const TraceEvent& event);
  Step& step_at(std::int64_t position);
  Step* find_step(std::int64_t position);
  void forget_before(std::int64_t position);

  std::uint32_t node_;
  Verdicts& verdicts_;
  AnswerBook& book_;
  std::int64_t dropped_ = 0;
  std::int64_t excused_starts_ = 0;
  std::int64_t last_ns_ = 0;

  // Of this life.
  std::uint32_t life_ = 0;
  std::int64_t supervisor_pid_ = 0;
  bool ended_by_itself_ = false;
  std::optional<std::int64_t> ended_ns_;
  std::string step_request_;                       // of the step at hand; "": it has none
  std::map<std::int64_t, std::int64_t> starting_;  // by pid: when
  std::deque<Step> open_;
  std::deque<Written> uncommitted_;  // lines that are written, their commit not seen yet
  bool tells_commits_ = false;       // level trace
  std::optional<Written> latest_written_;
  std::optional<std::int64_t> committed_;  // the last position
  std::deque<Count> counts_;
  std::optional<std::int64_t> settled_count_;
  std::unordered_map<std::string, Unanswered> unanswered_;
};

}  // namespace hearsay::traces
