// `hearsay trace message`: one request through all its stations, and how long each took.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tools/console/exit_codes.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/commands.h"
#include "tools/trace/output.h"
#include "tools/trace/recordings.h"
#include "tools/trace/run_reader.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// A step: node, life, position.
using StepKey = std::tuple<std::uint32_t, std::uint32_t, std::int64_t>;

struct Station {
  std::int64_t time_ns;
  std::string node;
  std::string text;
};

// Finds the steps that read and that answer a request.
class RequestSteps {
 public:
  RequestSteps(const RunReader& run, const std::string& message) {
    MergedTrace trace = run.open();
    while (const TraceEvent* event = trace.next()) {
      level_.take(*event);
      recordings_.take(*event);
      if (event->text(FieldName::message) != message) continue;
      if (event->event == Event::line_rejected) rejected_ = in_words(*event);
      const auto position = event->position();
      if (!position) continue;
      steps_.emplace(event->node, event->life, *position);
    }
  }

  const std::set<StepKey>& steps() const { return steps_; }
  const std::string& rejected() const { return rejected_; }
  const LevelSeen& level() const { return level_; }
  const Recordings& recordings() const { return recordings_; }
  bool holds(const TraceEvent& event) const {
    const auto position = event.position();
    return position && steps_.count({event.node, event.life, *position}) > 0;
  }
  bool is_covered_by(const TraceEvent& commit) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const StepKey& step) {
      const auto [node, life, position] = step;
      return node == commit.node && life == commit.life &&
             position >= commit.number(FieldName::first) &&
             position <= commit.number(FieldName::last);
    });
  }
  bool is_of_node(const TraceEvent& event) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const StepKey& step) {
      return std::get<0>(step) == event.node && std::get<1>(step) == event.life;
    });
  }

 private:
  std::set<StepKey> steps_;
  std::string rejected_;
  LevelSeen level_;
  Recordings recordings_;
};

class MessagePage {
 public:
  MessagePage(const RunReader& run, const std::string& message)
      : run_(run), message_(message), steps_(run, message) {}

  int print() {
    steps_.level().require(trace::Level::debug, "The way of a message");
    if (steps_.steps().empty()) refuse_unknown();
    MergedTrace trace = run_.open();
    while (const TraceEvent* event = trace.next()) take(*event);
    out_.line("Request {}; times: {}", bench::printable(message_), run_.clock_text());
    const Station* before = nullptr;
    for (const Station& each : stations_) {
      const std::string since =
          before == nullptr ? "" : "+" + duration_text(each.time_ns - before->time_ns);
      out_.line("{:>10} {:>9}  {}  {}", seconds_text(run_.since_start(each.time_ns), true), since,
                bench::printable(each.node), each.text);
      before = &each;
    }
    print_end();
    out_.flush();
    return answered_ ? bench::kExitValid : bench::kExitInvalid;
  }

 private:
  [[noreturn]] void refuse_unknown() const {
    if (!steps_.rejected().empty()) {
      throw TraceProblem(fmt::format("{}: {}", message_, steps_.rejected()));
    }
    throw TraceProblem(fmt::format(
        "no node has read a request {} in this trace. A request's name is its client and its "
        "msg_id, as in c3:5; those that were read: hearsay trace log --event line_read",
        message_));
  }

  // Deaths count while the request is open.
  static bool is_of_a_death(const TraceEvent& event) {
    return event.event == Event::worker_died || event.event == Event::worker_ready ||
           event.event == Event::worker_recovered || event.event == Event::worker_killed;
  }

  void take(const TraceEvent& event) {
    if (event.event == Event::step_committed) {
      if (steps_.is_covered_by(event)) add(event, "ring and journal: ");
    } else if (is_of_a_death(event)) {
      if (begun_ && !answered_ && steps_.is_of_node(event)) add(event, "");
    } else if (steps_.holds(event)) {
      take_step(event);
    }
  }

  void take_step(const TraceEvent& event) {
    begun_ = true;
    switch (event.event) {
      case Event::line_read:
        add(event, "line in: ");
        break;
      case Event::message_received:
        lines_before_ = lines_written_ = 0;
        answer_line_.reset();
        add(event, "through the ring, step begins: ");
        break;
      case Event::message_sent:
        if (event.text(FieldName::message) == message_) answer_line_ = lines_before_;
        ++lines_before_;
        add(event, "");
        break;
      case Event::line_written:
      case Event::reply_dropped: {
        const bool is_answer = answer_line_ && lines_written_++ == *answer_line_;
        answered_ = answered_ || is_answer;
        if (is_answer) answered_ns_ = event.time_ns;
        add(event, is_answer ? "through the ring, the answer: " : "through the ring: ");
        break;
      }
      case Event::request_rejected:
      case Event::message_dropped:
        settled_ = true;
        add(event, "");
        break;
      default:
        add(event, "");
        break;
    }
  }

  void add(const TraceEvent& event, std::string_view station) {
    stations_.push_back(
        {event.time_ns, std::string(event.node_name), std::string(station) + in_words(event)});
  }

  void print_end() {
    if (!steps_.level().reaches(trace::Level::trace)) {
      out_.line("When it was committed is not known: {}",
                steps_.level().advice(trace::Level::trace));
    }
    if (answered_) {
      out_.line("Answered {} after it was read.",
                duration_text(answered_ns_ - stations_.front().time_ns));
    } else {
      out_.line("{}", settled_ ? "It was not served." : "No answer in this trace.");
      answered_ = settled_;
    }
    // The step that answers it is the last one that names it.
    const auto [node, life, position] = *steps_.steps().rbegin();
    out_.line("Replay: {}", bench::printable(steps_.recordings().advice(
                                run_.logs(), {node, life, position, std::nullopt})));
  }

  const RunReader& run_;
  std::string message_;
  RequestSteps steps_;
  std::vector<Station> stations_;
  std::size_t lines_before_ = 0;  // sent by the step at hand so far
  std::size_t lines_written_ = 0;
  std::optional<std::size_t> answer_line_;
  bool begun_ = false;
  bool answered_ = false;
  bool settled_ = false;
  std::int64_t answered_ns_ = 0;
  Output out_;
};

}  // namespace

int show_message(const TraceOptions& options) {
  const RunReader run(options.run);
  return MessagePage(run, options.message).print();
}

}  // namespace hearsay::traces
