#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/trace/deliveries.h"
#include "tools/trace/exports.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

using Clock = std::vector<std::int64_t>;  // a number a node

// A name without blanks, which would end it for ShiViz, in quotation marks.
std::string host_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c <= ' '; }, '_');
  return nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// What the order of events is told by, and not more: life, values, the relay.
bool belongs_there(const TraceEvent& event) {
  switch (event.event) {
    case Event::value_learned:
    case Event::values_sent:
    case Event::values_received:
    case Event::repair_asked:
    case Event::repair_given_up:
      return true;
    default:
      return event.level >= trace::Level::info;
  }
}

class ShivizFile {
 public:
  ShivizFile(const RunReader& run, const TimeWindow& window, Output& out)
      : run_(run), window_(window), out_(out), trace_(run.open()) {}

  void write() {
    out_.write("(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n\n");
    while (const TraceEvent* event = trace_.next()) take(*event);
  }

 private:
  void take(const TraceEvent& event) {
    const Delivery* delivery = deliveries_.take(event);
    if (!belongs_there(event) || !run_.holds(window_, event.time_ns)) return;
    if (event.node >= clocks_.size()) clocks_.resize(event.node + 1);
    Clock& clock = clocks_[event.node];
    if (clock.size() <= event.node) clock.resize(event.node + 1);
    ++clock[event.node];
    if (delivery != nullptr && event.event == Event::values_received) merge(clock, delivery->id);
    if (delivery != nullptr && event.event == Event::values_sent) sent_[delivery->id] = clock;
    while (hosts_.size() < trace_.nodes().size()) {
      hosts_.push_back(host_name(trace_.nodes()[hosts_.size()]));
    }
    const std::string_view host = hosts_[event.node];
    out_.line("{} {}\n{} {}", seconds_text(run_.since_start(event.time_ns), true), in_words(event),
              host.substr(1, host.size() - 2), clock_text(clock));
  }

  // Sent before the window: nothing is known of it here.
  void merge(Clock& clock, std::uint64_t id) {
    const auto sent = sent_.extract(id);
    if (!sent) return;
    const Clock& other = sent.mapped();
    if (clock.size() < other.size()) clock.resize(other.size());
    for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
  }

  std::string clock_text(const Clock& clock) const {
    std::string text;
    for (std::size_t i = 0; i < clock.size(); ++i) {
      if (clock[i] == 0) continue;
      const fmt::format_int number(clock[i]);
      text.append(text.empty() ? "{" : ",").append(hosts_[i]).append(":");
      text.append(number.data(), number.size());
    }
    return text + "}";
  }

  const RunReader& run_;
  const TimeWindow& window_;
  Output& out_;
  MergedTrace trace_;
  Deliveries deliveries_;
  std::vector<std::string> hosts_;
  std::vector<Clock> clocks_;
  std::map<std::uint64_t, Clock> sent_;
};

}  // namespace

void export_shiviz(const RunReader& run, const TimeWindow& window, Output& out) {
  run.require(trace::Level::debug, "An order by messages");
  ShivizFile(run, window, out).write();
}

}  // namespace hearsay::traces
