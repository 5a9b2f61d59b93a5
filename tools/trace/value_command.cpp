// `hearsay trace value`: how a value spread, or where it stopped.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/commands.h"
#include "tools/trace/output.h"
#include "tools/trace/value_story.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

using bench::printable;

// What was sent less than this before the end may be on its way.
constexpr std::int64_t kWayTakesNs = kNsPerSecond;

// One line of the story.
struct Told {
  std::int64_t time_ns;
  std::string text;
};

class ValuePage {
 public:
  ValuePage(const RunReader& run, const ValueStory& story) : run_(run), story_(story) {}

  int print() {
    for (const Learned& each : story_.learned()) tell_learned(each);
    tell_carried();
    std::stable_sort(told_.begin(), told_.end(),
                     [](const Told& a, const Told& b) { return a.time_ns < b.time_ns; });
    out_.line("Value {}; times: {}", printable(story_.value()), run_.clock_text());
    for (const Told& each : told_) {
      out_.line("{:>10} {}", seconds_text(run_.since_start(each.time_ns)), printable(each.text));
    }
    const bool everywhere = print_end();
    print_losses();
    if (!everywhere) print_missing();
    if (story_.lists_are_cut()) {
      out_.line(
          "The trace lists at most 1,500 bytes of a message's values: longer ones may have "
          "carried it too.");
    }
    out_.flush();
    return everywhere ? bench::kExitValid : bench::kExitInvalid;
  }

 private:
  const std::string& name(std::uint32_t node) const { return story_.nodes()[node]; }
  std::string at(std::int64_t time_ns) const { return seconds_text(run_.since_start(time_ns)); }
  std::int64_t begin_ns() const { return story_.learned().front().time_ns; }

  static std::string way_of(const std::string& way, const std::string& batch) {
    return batch.empty() ? way : way + " " + batch;
  }

  void tell_learned(const Learned& each) {
    std::string text = fmt::format("{} + learns it from {} by {}", name(each.node), each.peer,
                                   way_of(each.way, each.batch));
    if (!each.request.empty()) text += " (" + each.request + ")";
    if (each.on_way_ns) text += fmt::format(", {} on its way", duration_text(*each.on_way_ns));
    if (each.asked_ns) {
      text += fmt::format("; it had asked {} {} before", each.asked_peer,
                          duration_text(each.time_ns - *each.asked_ns));
    }
    if (each.time_ns > begin_ns()) {
      text += fmt::format(" ({} after the first)", duration_text(each.time_ns - begin_ns()));
    }
    told_.push_back({each.time_ns, std::move(text)});
  }

  // One line for all messages of a step with the same content.
  void tell_carried() {
    const auto& carried = story_.carried();
    for (std::size_t i = 0; i < carried.size();) {
      const Carried& first = carried[i];
      std::string to;
      std::size_t next = i;
      for (; next < carried.size() && is_same_step(first, carried[next]); ++next) {
        to += " " + carried[next].to + (is_lost(carried[next]) ? " (lost)" : "");
      }
      told_.push_back({first.sent_ns, fmt::format("{} > sends it by {}, with {} in all, to{}",
                                                  name(first.from), way_of(first.way, first.batch),
                                                  count_text(first.count, "value"), to)});
      i = next;
    }
  }

  static bool is_same_step(const Carried& a, const Carried& b) {
    return a.from == b.from && a.position == b.position && a.way == b.way && a.batch == b.batch;
  }
  // Whether that is known: by the log of the one to whom it went.
  bool is_lost(const Carried& each) const {
    return !each.received_ns && !is_under_way(each) && is_here(each.to);
  }
  bool is_here(const std::string& node) const {
    const auto& all = story_.telling();
    return std::any_of(all.begin(), all.end(),
                       [&](std::uint32_t each) { return name(each) == node; });
  }
  bool is_under_way(const Carried& each) const {
    return !each.received_ns && each.sent_ns > story_.end_ns() - kWayTakesNs;
  }

  bool print_end() {
    std::size_t have = 0;
    std::int64_t last_ns = begin_ns();
    for (const std::uint32_t node : story_.telling()) {
      if (!story_.has(node)) continue;
      ++have;
      last_ns = std::max(last_ns, story_.learned_ns(node).value_or(last_ns));
    }
    out_.line("At {} of {} nodes {} after the first learned it.", have, story_.telling().size(),
              duration_text(last_ns - begin_ns()));
    print_others();
    return have == story_.telling().size();
  }

  void print_others() {
    std::set<std::string> others;
    for (const Carried& each : story_.carried()) {
      if (!is_here(each.to)) others.insert(each.to);
    }
    if (others.empty()) return;
    std::string names;
    for (const std::string& other : others) names += (names.empty() ? "" : ", ") + other;
    out_.line("Not looked at: {}, whose logs are not here, or are of another level.",
              printable(names));
  }

  void print_losses() {
    for (const Carried& each : story_.carried()) {
      if (!is_lost(each)) continue;
      out_.line("Lost: {} to {} at {} by {}: {}", printable(name(each.from)), printable(each.to),
                at(each.sent_ns), printable(way_of(each.way, each.batch)),
                printable(outcome(each)));
    }
  }

  // What became of a node that did not get a message.
  std::string outcome(const Carried& lost) const {
    for (const Learned& each : story_.learned()) {
      if (name(each.node) != lost.to) continue;
      if (each.time_ns <= lost.sent_ns) return "it had the value already";
      std::string text =
          fmt::format("repaired {} later, by {} from {}",
                      duration_text(each.time_ns - lost.sent_ns), each.way, each.peer);
      if (each.asked_ns) text += fmt::format(", after it had asked {}", each.asked_peer);
      return text;
    }
    return "it never got the value";
  }

  void print_missing() {
    std::string holders;
    for (const std::uint32_t node : story_.telling()) {
      if (story_.has(node)) holders += " " + name(node);
    }
    const Learned& last = story_.learned().back();
    out_.line("The last to learn it: {} at {}. Who has it at the end:{}",
              printable(name(last.node)), at(last.time_ns),
              holders.empty() ? " nobody" : printable(holders));
    for (const std::uint32_t node : story_.telling()) {
      if (!story_.has(node))
        out_.line("Not at {}: {}", printable(name(node)), printable(where_it_stopped(node)));
    }
  }

  std::string where_it_stopped(std::uint32_t node) const {
    const auto before_ns = story_.learned_ns(node);
    if (before_ns) {
      return fmt::format("it had the value from {} on and forgot it: it started anew from nothing",
                         at(*before_ns));
    }
    const Carried* last = nullptr;
    for (const Carried& each : story_.carried()) {
      if (each.to == name(node)) last = &each;
    }
    if (last == nullptr) return "no message with it was ever sent to it";
    const std::string message = fmt::format("{} sent it at {} by {}", name(last->from),
                                            at(last->sent_ns), way_of(last->way, last->batch));
    if (is_under_way(*last)) return message + "; that was on its way when the trace ended";
    if (is_lost(*last)) return message + "; that never arrived, and nobody sent it again";
    return fmt::format("{}; that arrived at {}, but the node did not learn it", message,
                       at(*last->received_ns));
  }

  const RunReader& run_;
  const ValueStory& story_;
  std::vector<Told> told_;
  Output out_;
};

// As the trace writes it. What is no JSON is meant as a text.
std::string as_value(const std::string& given) {
  const auto json = nlohmann::json::parse(given, nullptr, false);
  return json.is_discarded()
             ? nlohmann::json(given).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
             : given;
}

}  // namespace

int show_value(const TraceOptions& options) {
  const RunReader run(options.run);
  const ValueStory story(run, as_value(options.value));
  story.level().require(trace::Level::debug, "The way of a value");
  if (story.learned().empty()) {
    throw TraceProblem(fmt::format(
        "no node has learned the value {} in this trace. Those that were: {} --event value_learned",
        story.value(), run.command("log")));
  }
  return ValuePage(run, story).print();
}

}  // namespace hearsay::traces
