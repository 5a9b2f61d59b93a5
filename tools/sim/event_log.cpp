#include "tools/sim/event_log.h"

#include <fmt/core.h>

#include <cctype>
#include <iterator>
#include <utility>

#include "common/base/units.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kShownBodyBytes = 90;

bool is_part_of_value(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '.' || c == '-';
}

}  // namespace

EventLog::EventLog(std::size_t node_count, std::size_t kept, std::string focus)
    : kept_(kept),
      focus_(std::move(focus)),
      states_(node_count, static_cast<char>(NodeState::up)),
      begun_(focus_.empty()) {}

// Whether the focus stands in the text as a value of its own.
bool EventLog::speaks_of_focus(std::string_view body) const {
  for (auto at = body.find(focus_); at != std::string_view::npos; at = body.find(focus_, at + 1)) {
    const std::size_t end = at + focus_.size();
    const bool begins = at == 0 || !is_part_of_value(body[at - 1]);
    if (begins && (end == body.size() || !is_part_of_value(body[end]))) return true;
  }
  return false;
}

void EventLog::message(std::int64_t now_ns, std::size_t node, char mark, std::string_view src,
                       std::string_view dest, std::string_view body) {
  if (!focus_.empty() && !speaks_of_focus(body)) return;
  begun_ = true;
  std::string columns = states_;
  columns[node] = mark;
  keep(now_ns, std::move(columns),
       fmt::format("{} -> {} {}{}", src, dest, body.substr(0, kShownBodyBytes),
                   body.size() > kShownBodyBytes ? fmt::format("... {} bytes", body.size()) : ""));
}

void EventLog::event(std::int64_t now_ns, std::size_t node, char mark, std::string text) {
  std::string columns = states_;
  columns[node] = mark;
  keep(now_ns, std::move(columns), std::move(text));
}

void EventLog::event(std::int64_t now_ns, std::string text) {
  keep(now_ns, states_, std::move(text));
}

void EventLog::keep(std::int64_t now_ns, std::string columns, std::string text) {
  if (!begun_) return;
  if (events_.size() < kept_) {
    events_.push_back({now_ns, std::move(columns), std::move(text)});
    return;
  }
  ++left_out_;
  if (!focus_.empty()) return;
  events_.pop_front();
  events_.push_back({now_ns, std::move(columns), std::move(text)});
}

std::string EventLog::grid(std::int64_t origin_ns) const {
  std::string text = "      time ms  ";
  for (std::size_t node = 0; node < states_.size(); ++node) {
    text += fmt::format("{:<3}", fmt::format("n{}", node).substr(0, 3));
  }
  text += " event\n";
  const std::string more =
      fmt::format("{:>13}  {} {} events\n", "...", left_out_, focus_.empty() ? "earlier" : "later");
  if (left_out_ > 0 && focus_.empty()) text += more;
  for (const Event& event : events_) {
    const double time_ms =
        static_cast<double>(event.time_ns - origin_ns) / static_cast<double>(kNsPerMs);
    fmt::format_to(std::back_inserter(text), "{:>13.3f}  ", time_ms);
    for (const char c : event.columns) text += std::string(1, c) + "  ";
    text += " " + event.text + "\n";
  }
  if (left_out_ > 0 && !focus_.empty()) text += more;
  text +=
      "Columns: > sends, < receives, ! a fault strikes, + starts, T timer, C compacts its "
      "journal;\n. up, x its worker is dead, z its worker is paused, Z paused, blank: dead.\n";
  if (!focus_.empty()) text += "Messages: those that speak of " + focus_ + " only.\n";
  return text;
}

}  // namespace hearsay::sim
