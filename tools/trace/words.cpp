#include "tools/trace/words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

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
    Sentence{E::node_continued, "goes on; it stood still, for at most {duration_ns}"},
    Sentence{E::incarnation_begun,
             "goes on under a new incarnation: its state may have gone back in time"},
    Sentence{E::node_stopped, "node ends: {cause}"},
    Sentence{E::input_ended, "stdin has ended"},
    Sentence{E::output_closed, "nobody reads stdout any more"},
    Sentence{E::worker_started, "worker {worker_pid} starts"},
    Sentence{E::worker_recovered, "state rebuilt from {bytes} bytes of journal in {duration_ns}; goes on at input {position}"},
    Sentence{E::worker_ready, "worker {worker_pid} is ready, {duration_ns} after its start[; without a worker for {outage_ns}]"},
    Sentence{E::worker_killed, "kills worker {worker_pid}: {cause}"},
    Sentence{E::worker_died, "worker {worker_pid} is dead: {cause}[ ({station})][, at input {position}]; seen {detection_ns} after its last sign of life"},
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
    Sentence{E::loss_noticed, "messages get lost, more than by chance: {cause}"},
    Sentence{E::loss_over, "hardly any message gets lost, after {duration_ns} in which they did: {cause}"},
    Sentence{E::timer_fired, "timer {token} is due"},
    Sentence{E::outputs_spilled, "{bytes} bytes of lines wait in a file: the reply ring is full"},
    Sentence{E::journal_compacted, "journal written anew: {bytes} bytes"},
    Sentence{E::recording_started, "is recorded in {file}"},
    Sentence{E::recording_stopped, "the recording stops at {count} records, {bytes} bytes: {cause}"},
    Sentence{E::recording_ended, "the recording has {count} records, {bytes} bytes, and misses {missed}"},
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

// A sentence taken apart.
struct Piece {
  std::string_view text;  // as it stands, or, with a field, what that counts
  std::optional<FieldName> field;
};
struct Part {
  bool optional;  // left out when one of its fields is not there
  std::vector<Piece> pieces;
};

FieldName field_named(std::string_view name) {
  std::size_t i = 0;
  while (name_of(static_cast<FieldName>(i)) != name) ++i;  // a test sees to it that it is there
  return static_cast<FieldName>(i);
}

// Without brackets.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const bool is_field = text.front() == '{';
    const std::size_t end = std::min(text.find(is_field ? '}' : '{'), text.size());
    const std::string_view inside = text.substr(is_field ? 1 : 0, end - (is_field ? 1 : 0));
    if (is_field) {
      const std::size_t blank = std::min(inside.find(' '), inside.size());
      const std::size_t counted = std::min(blank + 1, inside.size());
      pieces.push_back({inside.substr(counted), field_named(inside.substr(0, blank))});
    } else {
      pieces.push_back({inside, std::nullopt});
    }
    text.remove_prefix(end + (is_field ? 1 : 0));
  }
  return pieces;
}

std::vector<Part> parts_of(std::string_view pattern) {
  std::vector<Part> parts;
  while (!pattern.empty()) {
    const bool optional = pattern.front() == '[';
    const std::size_t end = std::min(pattern.find(optional ? ']' : '['), pattern.size());
    parts.push_back(
        {optional, pieces_of(pattern.substr(optional ? 1 : 0, end - (optional ? 1 : 0)))});
    pattern.remove_prefix(end + (optional ? 1 : 0));
  }
  return parts;
}

const std::vector<Part>& parts_of(Event event) {
  static const std::vector<std::vector<Part>> kParts = [] {
    std::vector<std::vector<Part>> all;
    all.reserve(kSentences.size());
    for (const Sentence& sentence : kSentences) all.push_back(parts_of(sentence.pattern));
    return all;
  }();
  return kParts[static_cast<std::size_t>(event)];
}

// False when a field is not there.
bool append_piece(std::string& text, const Piece& piece, const TraceEvent& event) {
  if (!piece.field) {
    text += piece.text;
    return true;
  }
  const bool counts = !piece.text.empty() && event.has(*piece.field);
  const std::string value =
      counts ? count_text(event.number(*piece.field), piece.text) : field_text(event, *piece.field);
  text += value.empty() ? "?" : value;
  return !value.empty();
}

}  // namespace

std::string_view pattern_of(Event event) {
  return kSentences[static_cast<std::size_t>(event)].pattern;
}

std::string in_words(const TraceEvent& event) {
  std::string text;
  for (const Part& part : parts_of(event.event)) {
    const std::size_t before = text.size();
    bool all_there = true;
    for (const Piece& piece : part.pieces) {
      all_there = append_piece(text, piece, event) && all_there;
    }
    if (part.optional && !all_there) text.resize(before);
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

}  // namespace hearsay::traces
