#include "tools/trace/words.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::traces {
namespace {

using E = Event;

struct Sentence {
  Event event;
  std::string_view pattern;
};

// clang-format off
constexpr std::array kSentences{
    Sentence{E::node_started, "node starts, hearsay {version}"},
    Sentence{E::node_initialised, "is one of {count} nodes from now on"},
    Sentence{E::node_continued, "goes on; somebody had stopped it, for at most {duration_ns}"},
    Sentence{E::node_stopped, "node ends: {cause}"},
    Sentence{E::input_ended, "stdin has ended"},
    Sentence{E::output_closed, "nobody reads stdout any more"},
    Sentence{E::worker_started, "worker {worker_pid} starts"},
    Sentence{E::worker_recovered, "state rebuilt from {bytes} bytes of journal in {duration_ns}; goes on at input {position}"},
    Sentence{E::worker_ready, "worker {worker_pid} is ready, {duration_ns} after its start[; without a worker for {outage_ns}]"},
    Sentence{E::worker_killed, "kills worker {worker_pid}: {cause}"},
    Sentence{E::worker_died, "worker {worker_pid} is dead: {cause}[, at input {position}]; seen {detection_ns} after its last sign of life"},
    Sentence{E::worker_delayed, "waits {delay_ns} before the next start ({count} in a row went wrong)"},
    Sentence{E::worker_not_started, "can't start a worker ({count} in a row): {cause}"},
    Sentence{E::segment_corrupt, "shared memory makes no sense[ at input {position}]: {cause}"},
    Sentence{E::internal_error, "worker ends of an error of its own[ at input {position}]: {cause}"},
    Sentence{E::line_rejected, "a line[ {message}][ from {peer}] is no message: {cause}"},
    Sentence{E::request_rejected, "answers {type}[ {message}] of {peer} with an error: {cause}"},
    Sentence{E::message_dropped, "drops {type}[ {message}] from {peer}: {cause}"},
    Sentence{E::input_skipped, "skips input {position}: {cause}"},
    Sentence{E::reply_dropped, "drops an answer[ to input {position}]: {duration_ns} after the request its client has gone"},
    Sentence{E::line_read, "reads {type}[ {message}] from {peer}"},
    Sentence{E::message_received, "takes up {type}[ {message}] from {peer}"},
    Sentence{E::message_sent, "sends {type} to {peer}[, the answer to {message}]"},
    Sentence{E::step_committed, "commits inputs {first} to {last} ({count}), {bytes} bytes of journal"},
    Sentence{E::line_written, "writes a line[ of input {position}], {duration_ns} after that came"},
    Sentence{E::value_learned, "learns {value} from {peer} by {way}[ {batch}]; has {count} now"},
    Sentence{E::values_sent, "tells {peer} {count value} by {way}[ {batch}][: {values}]"},
    Sentence{E::values_received, "hears {count value} from {peer} by {way}[ {batch}], {news} new[: {values}]"},
    Sentence{E::repair_asked, "asks {peer} for what it lacks, by {way}[: {count} of {batch} and later]"},
    Sentence{E::repair_given_up, "gives up asking {peer} for batch {batch} after {count} times, by {way}"},
    Sentence{E::relay_changed, "the relay is {peer} now (epoch {epoch}): {cause}"},
    Sentence{E::loss_noticed, "a message got lost, repeats from now on: {cause}"},
    Sentence{E::loss_over, "no more losses, stops to repeat after {duration_ns}: {cause}"},
    Sentence{E::timer_fired, "timer {token} is due"},
    Sentence{E::outputs_spilled, "{bytes} bytes of lines wait in a file: the reply ring is full"},
    Sentence{E::journal_compacted, "journal written anew: {bytes} bytes"},
    Sentence{E::events_dropped, "{count} events could not be written: {cause}"},
};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kSentences.size(); ++i) {
    if (static_cast<std::size_t>(kSentences[i].event) != i) return false;
  }
  return kSentences.size() == static_cast<std::size_t>(Event::last_) + 1;
}
static_assert(in_order(), "a sentence for each event, in the order of the enumeration");

std::optional<FieldName> field_named(std::string_view name) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(FieldName::last_); ++i) {
    if (name_of(static_cast<FieldName>(i)) == name) return static_cast<FieldName>(i);
  }
  return std::nullopt;
}

std::string list_values(const TraceEvent& event) {
  std::string text;
  for (const std::string_view value : event.values) {
    if (!text.empty()) text += ' ';
    text += value;
  }
  const bool more = event.number(FieldName::count) > static_cast<std::int64_t>(event.values.size());
  return text + (more ? " ..." : "");
}

// "" when the field is not there.
std::string field_text(const TraceEvent& event, FieldName name) {
  if (name == FieldName::values) return event.values.empty() ? "" : list_values(event);
  if (!event.has(name)) return "";
  if (!event.text(name).empty()) return std::string(event.text(name));
  if (name_of(name).ends_with("_ns")) return duration_text(event.number(name));
  return fmt::format("{}", event.number(name));
}

// What stands between braces: a field, or a field and what it counts: "count value".
std::string placeholder_text(const TraceEvent& event, std::string_view inside) {
  const std::size_t blank = inside.find(' ');
  const FieldName field = field_named(inside.substr(0, blank)).value();
  if (blank == std::string_view::npos || !event.has(field)) return field_text(event, field);
  return count_text(event.number(field), inside.substr(blank + 1));
}

// A piece without brackets. Nothing when it asks for a field that is not there and `optional`.
std::optional<std::string> fill(std::string_view piece, const TraceEvent& event, bool optional) {
  std::string text;
  while (!piece.empty()) {
    const std::size_t brace = std::min(piece.find('{'), piece.size());
    text += piece.substr(0, brace);
    piece.remove_prefix(brace);
    if (piece.empty()) break;
    const std::size_t end = piece.find('}');
    const std::string value = placeholder_text(event, piece.substr(1, end - 1));
    if (value.empty() && optional) return std::nullopt;
    text += value.empty() ? "?" : value;
    piece.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

std::string_view pattern_of(Event event) {
  return kSentences[static_cast<std::size_t>(event)].pattern;
}

std::string in_words(const TraceEvent& event) {
  std::string text;
  std::string_view pattern = pattern_of(event.event);
  while (!pattern.empty()) {
    const bool optional = pattern.front() == '[';
    const std::size_t end = std::min(pattern.find(optional ? ']' : '['), pattern.size());
    text += fill(pattern.substr(optional ? 1 : 0, end - (optional ? 1 : 0)), event, optional)
                .value_or("");
    pattern.remove_prefix(end + (optional ? 1 : 0));
  }
  return bench::printable(text);
}

std::string duration_text(std::int64_t ns) {
  const auto value = static_cast<double>(ns);
  if (ns < kNsPerMs) return fmt::format("{:.0f} us", value / 1e3);
  if (ns < 100 * kNsPerMs) return fmt::format("{:.1f} ms", value / 1e6);
  if (ns < 10 * kNsPerSecond) return fmt::format("{:.0f} ms", value / 1e6);
  return fmt::format("{:.1f} s", value / 1e9);
}

std::string seconds_text(std::int64_t ns, bool fine) {
  const auto seconds = static_cast<double>(ns) / 1e9;
  return fine ? fmt::format("{:.6f}", seconds) : fmt::format("{:.3f}", seconds);
}

std::string count_text(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace hearsay::traces
