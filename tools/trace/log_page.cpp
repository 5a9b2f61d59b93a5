#include "tools/trace/log_page.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "common/base/terminal.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kTimeColumns = 11;
constexpr std::size_t kFewestForWords = 40;
constexpr std::size_t kWidestLane = 4;

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Its first columns; what is left out shows as "...".
std::string cut_to(std::string text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  const std::size_t kept = columns < 3 ? 0 : columns - 3;
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
    if (begins && seen++ == kept) break;
  }
  return text.substr(0, bytes) + "...";
}

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t width = columns_of(text);
  return width < columns ? text + std::string(columns - width, ' ') : text;
}

std::string_view colour_of(const TraceEvent& event) {
  if (event.level == trace::Level::error) return kRed;
  if (event.level == trace::Level::warn) return kYellow;
  if (event.event == Event::worker_ready) return kGreen;
  return event.level == trace::Level::trace ? kDim : std::string_view();
}

char mark_of(const TraceEvent& event) {
  switch (event.event) {
    case Event::worker_died:
      return 'X';
    case Event::worker_ready:
      return 'O';
    case Event::line_read:
    case Event::message_received:
    case Event::values_received:
      return '<';
    case Event::message_sent:
    case Event::values_sent:
    case Event::line_written:
      return '>';
    case Event::value_learned:
      return '+';
    default:
      return event.level >= trace::Level::warn ? '!' : '*';
  }
}

}  // namespace

PageLook look_of_stdout() {
  const auto columns = terminal_columns(STDOUT_FILENO);
  if (!columns) return {};
  const char* no_colour = std::getenv("NO_COLOR");
  return {*columns, no_colour == nullptr || *no_colour == '\0'};
}

LogPage::LogPage(PageLook look, std::vector<std::string> nodes)
    : look_(look), nodes_(std::move(nodes)), dead_(nodes_.size()) {
  for (std::string& node : nodes_) {
    node = bench::printable(node);
    name_width_ = std::max(name_width_, columns_of(node));
  }
  const std::size_t taken = kTimeColumns + name_width_ + 1 + kFewestForWords;
  if (look_.columns > taken && !nodes_.empty()) {
    lane_ = std::min(kWidestLane, (look_.columns - taken) / nodes_.size());
  }
}

std::string LogPage::heading() const {
  if (lane_ < 2) return "";
  std::string text(kTimeColumns, ' ');
  for (const std::string& node : nodes_) {
    const std::size_t wide = columns_of(node);
    // What tells nodes from each other stands at the end of a name.
    text += padded(
        wide < lane_ ? node : node.substr(node.size() - std::min(node.size(), lane_ - 1)), lane_);
  }
  return text + '\n';
}

std::string LogPage::lanes(std::size_t node, const std::string& mark) const {
  std::string text;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    text += i == node ? mark : std::string(dead_[i] ? " " : ".");
    text.append(lane_ - 1, ' ');
  }
  return text;
}

std::string LogPage::line(const TraceEvent& event, std::int64_t since_start_ns) {
  const std::string time = fmt::format("{:>10} ", seconds_text(since_start_ns, true));
  const std::string name =
      padded(event.node < nodes_.size() ? nodes_[event.node] : bench::printable(event.node_name),
             name_width_ + 1);
  const std::string_view colour = look_.colours ? colour_of(event) : std::string_view();
  const std::string_view plain = colour.empty() ? std::string_view() : kPlain;
  if (event.node < dead_.size()) {
    if (event.event == Event::worker_died) dead_[event.node] = true;
    if (event.event == Event::worker_ready) dead_[event.node] = false;
  }
  std::string words = in_words(event);
  std::string grid;
  if (lane_ > 0) grid = lanes(event.node, fmt::format("{}{}{}", colour, mark_of(event), plain));
  if (look_.columns > 0) {
    const std::size_t taken = columns_of(time) + lane_ * nodes_.size() + columns_of(name);
    words = cut_to(std::move(words), look_.columns > taken ? look_.columns - taken : 1);
  }
  return fmt::format("{}{}{}{}{}{}\n", time, grid, name, colour, words, plain);
}

}  // namespace hearsay::traces
