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

// Once that the request was read: clients that begin anew use a name again.
struct Asking {
  std::vector<Station> stations;
  StepKey last_step;              // the one that answers it, if one does
  std::size_t lines_before = 0;   // sent by the step at hand so far
  std::size_t lines_written = 0;  // of them
  std::optional<std::size_t> answer_line;
  std::optional<std::int64_t> answered_ns;
  bool dropped = false;  // its answer
  bool settled = false;  // without being served

  bool is_served() const { return answered_ns || settled; }
  void add(const TraceEvent& event, std::string_view station) {
    stations.push_back(
        {event.time_ns, std::string(event.node_name), std::string(station) + in_words(event)});
  }
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
    for (const Asking& asking : askings_) print(asking);
    out_.flush();
    const bool all_served = std::all_of(askings_.begin(), askings_.end(),
                                        [](const Asking& each) { return each.is_served(); });
    return all_served ? bench::kExitValid : bench::kExitInvalid;
  }

 private:
  [[noreturn]] void refuse_unknown() const {
    if (!steps_.rejected().empty()) {
      throw TraceProblem(fmt::format("{}: {}", message_, steps_.rejected()));
    }
    throw TraceProblem(fmt::format(
        "no node has read a request {} in this trace. A request's name is its client and its "
        "msg_id, as in c3:5; those that were read: {} --event line_read",
        message_, run_.command("log")));
  }

  // Deaths count while the request is open.
  static bool is_of_a_death(const TraceEvent& event) {
    return event.event == Event::worker_died || event.event == Event::worker_ready ||
           event.event == Event::worker_recovered || event.event == Event::worker_killed;
  }

  void take(const TraceEvent& event) {
    if (steps_.holds(event) && event.event != Event::step_committed) {
      if (askings_.empty() || event.event == Event::line_read) askings_.emplace_back();
      take_step(event, askings_.back());
    } else if (askings_.empty()) {
      return;
    } else if (event.event == Event::step_committed) {
      if (steps_.is_covered_by(event)) askings_.back().add(event, "ring and journal: ");
    } else if (is_of_a_death(event) && steps_.is_of_node(event)) {
      if (!askings_.back().answered_ns) askings_.back().add(event, "");
    }
  }

  void take_step(const TraceEvent& event, Asking& asking) const {
    asking.last_step = {event.node, event.life, *event.position()};
    std::string_view station;
    switch (event.event) {
      case Event::line_read:
        station = "line in: ";
        break;
      case Event::message_received:
        asking.lines_before = asking.lines_written = 0;
        asking.answer_line.reset();
        station = "through the ring, step begins: ";
        break;
      case Event::message_sent:
        if (event.text(FieldName::message) == message_) asking.answer_line = asking.lines_before;
        ++asking.lines_before;
        break;
      case Event::line_written:
      case Event::reply_dropped: {
        const bool is_answer = asking.answer_line && asking.lines_written++ == *asking.answer_line;
        if (is_answer && event.event == Event::line_written) asking.answered_ns = event.time_ns;
        if (is_answer && event.event == Event::reply_dropped) asking.dropped = true;
        station = is_answer ? "through the ring, the answer: " : "through the ring: ";
        break;
      }
      case Event::request_rejected:
      case Event::message_dropped:
        asking.settled = true;
        break;
      default:
        break;
    }
    asking.add(event, station);
  }

  void print(const Asking& asking) {
    if (&asking != &askings_.front()) out_.line("\nThe same name again:");
    const Station* before = nullptr;
    for (const Station& each : asking.stations) {
      const std::string since =
          before == nullptr ? "" : "+" + duration_text(each.time_ns - before->time_ns);
      out_.line("{:>10} {:>9}  {}  {}", seconds_text(run_.since_start(each.time_ns), true), since,
                bench::printable(each.node), each.text);
      before = &each;
    }
    if (!steps_.level().reaches(trace::Level::trace)) {
      out_.line("When it was committed is not known: {}",
                steps_.level().advice(trace::Level::trace));
    }
    if (asking.answered_ns) {
      out_.line("Answered {} after it was read.",
                duration_text(*asking.answered_ns - asking.stations.front().time_ns));
    } else {
      out_.line("{}", asking.dropped   ? "Its answer was dropped: nobody waited for it any more."
                      : asking.settled ? "It was not served."
                                       : "No answer in this trace.");
    }
    const auto [node, life, position] = asking.last_step;
    out_.line("Replay: {}", bench::printable(steps_.recordings().advice(
                                run_.logs(), {node, life, position, std::nullopt})));
  }

  const RunReader& run_;
  std::string message_;
  RequestSteps steps_;
  std::vector<Asking> askings_;
  Output out_;
};

}  // namespace

int show_message(const TraceOptions& options) {
  const RunReader run(options.run);
  return MessagePage(run, options.message).print();
}

}  // namespace hearsay::traces
