// `hearsay trace crash`: each death of a worker, in words.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tools/console/exit_codes.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/commands.h"
#include "tools/trace/deaths.h"
#include "tools/trace/output.h"
#include "tools/trace/recordings.h"
#include "tools/trace/run_reader.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kInputsShown = 8;

std::string name_of_input(const Input& input) {
  return bench::printable(input.message.empty()
                              ? input.type + (input.peer.empty() ? "" : " of " + input.peer)
                              : input.type + " " + input.message);
}

template <typename Describe>
std::string list_inputs(const std::vector<InFlight>& inputs, Describe describe) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kInputsShown, inputs.size()); ++i) {
    text += (i == 0 ? "" : "; ") + describe(inputs[i]);
  }
  if (inputs.size() > kInputsShown) text += fmt::format("; {} more", inputs.size() - kInputsShown);
  return text;
}

class CrashPage {
 public:
  explicit CrashPage(const TraceOptions& options) : run_(options.run), trace_(run_.open()) {
    while (const TraceEvent* event = trace_.next()) {
      level_.take(*event);
      deaths_.take(*event);
      recordings_.take(*event);
    }
    level_.require(trace::Level::info, "");
  }

  // `only`: from 1 on; nothing: all.
  int print(std::optional<std::uint64_t> only) {
    const std::size_t count = deaths_.deaths().size();
    if (only && *only > count) {
      throw TraceProblem(fmt::format("there is no death {}: {} in this trace", *only,
                                     count_text(static_cast<std::int64_t>(count), "death")));
    }
    if (count == 0) {
      out_.line("No worker died in this trace.");
    } else {
      out_.line("Times: {}", run_.clock_text());
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (!only || *only == i + 1) print_death(i);
    }
    if (count > 0 && !level_.reaches(trace::Level::debug)) {
      out_.line("\nWhat was in flight, run again and answered: {}",
                level_.advice(trace::Level::debug));
    }
    out_.flush();
    return bench::kExitValid;
  }

 private:
  std::string at(std::int64_t time_ns) const { return seconds_text(run_.since_start(time_ns)); }

  void print_death(std::size_t number) {
    const Death& death = deaths_.deaths()[number];
    out_.line("\nDeath {} of {}: {} at {}: worker {}, generation {}: {}", number + 1,
              deaths_.deaths().size(), bench::printable(trace_.nodes()[death.node]),
              at(death.died_ns), death.pid, death.generation, bench::printable(death.cause));
    if (!death.before.empty()) out_.line("  Before:");
    for (std::size_t i = 0; i < death.before.size(); ++i) {
      out_.line("    {} {}", seconds_text(run_.since_start(death.before_ns[i]), true),
                death.before[i]);
    }
    out_.line("  Outage: {}", outage_text(death));
    if (level_.reaches(trace::Level::debug)) print_inputs(death);
    out_.line("  Replay: {}",
              bench::printable(recordings_.advice(
                  run_.logs(), {death.node, death.life, death.at_input, death.generation})));
  }

  static std::string outage_text(const Death& death) {
    const std::string seen =
        duration_text(death.detection_ns) + " from the last sign of life until it was seen";
    const std::string waited =
        (death.delay_ns > 0 ? fmt::format(", {} waited on purpose", duration_text(death.delay_ns))
                            : "") +
        (death.failed_starts > 0
             ? ", " + count_text(death.failed_starts, "start") + " refused by the system"
             : "");
    if (death.again) return seen + waited + "; the next worker died before it was ready";
    if (!death.outage_ns) return seen + waited + "; no worker was ready after it in this trace";
    return fmt::format(
        "{}: {}{}, {} for the start of the next worker, {} of that to rebuild its "
        "state from {} bytes of journal",
        duration_text(*death.outage_ns), seen, waited, duration_text(death.start_ns),
        duration_text(death.recovery_ns), death.journal_bytes);
  }

  void print_inputs(const Death& death) {
    const auto describe = [&](const InFlight& each) {
      return fmt::format("{} ({})", name_of_input(*each.input), state_of(death, each));
    };
    out_.line("  In flight: {}",
              death.in_flight.empty() ? "nothing" : list_inputs(death.in_flight, describe));
    if (!death.goes_on_at) return;
    const auto name = [](const InFlight& each) { return name_of_input(*each.input); };
    out_.line("  Run again: {}", death.run_again.empty()
                                     ? fmt::format("nothing; on with input {}", *death.goes_on_at)
                                     : fmt::format("from input {} on: {}", *death.goes_on_at,
                                                   list_inputs(death.run_again, name)));
    std::vector<InFlight> asked;
    for (const InFlight& each : death.in_flight) {
      if (!each.input->message.empty()) asked.push_back(each);
    }
    const auto tell_fate = [&](const InFlight& each) {
      return bench::printable(each.input->message) + " " + fate_of(death, *each.input);
    };
    out_.line("  Clients: {}",
              asked.empty() ? "nobody was waiting" : list_inputs(asked, tell_fate));
  }

  static std::string state_of(const Death& death, const InFlight& each) {
    if (death.goes_on_at && each.input->position < *death.goes_on_at) {
      return "done, its answer on its way";
    }
    return each.begun ? "begun" : "waiting in the ring";
  }

  static std::string fate_of(const Death& death, const Input& input) {
    if (input.dropped) return "dropped: it had waited too long";
    if (!input.answered_ns) return "not answered in this trace";
    return fmt::format("answered {} after it was read, {} after the death was seen",
                       duration_text(*input.answered_ns - input.read_ns),
                       duration_text(*input.answered_ns - death.died_ns));
  }

  RunReader run_;
  MergedTrace trace_;
  Deaths deaths_;
  Recordings recordings_;
  LevelSeen level_;
  Output out_;
};

}  // namespace

int show_crashes(const TraceOptions& options) {
  return CrashPage(options).print(options.death);
}

}  // namespace hearsay::traces
