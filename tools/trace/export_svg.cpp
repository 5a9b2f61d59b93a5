#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/deliveries.h"
#include "tools/trace/exports.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr double kLeft = 70, kTop = 30, kRow = 36, kWidth = 1400, kRight = 20, kBottom = 40;
constexpr std::size_t kMostArrows = 5000;

struct Arrow {
  std::uint32_t from;
  std::string to;
  std::int64_t sent_ns;
  std::optional<std::int64_t> received_ns;
  std::string words;
  std::string way;
};
struct Mark {
  std::uint32_t node;
  std::int64_t time_ns;
  std::string words;
};
struct Gap {
  std::uint32_t node;
  std::int64_t begin_ns;
  std::int64_t end_ns;
};

std::string_view colour_of_way(std::string_view way) {
  if (way == "tell") return "#1b7f3b";
  if (way == "pull" || way == "exchange") return "#b35900";
  return "#1f5fa8";
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : bench::printable(text)) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// 1, 2 or 5 times a power of ten: a tenth of the span or a bit more.
double tick_of(double span_s) {
  const double tenth = span_s / 10;
  const double power = std::pow(10, std::floor(std::log10(std::max(tenth, 1e-6))));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= tenth) return factor * power;
  }
  return 10 * power;
}

class Picture {
 public:
  Picture(const RunReader& run, const TimeWindow& window, Output& out)
      : run_(run), window_(window), out_(out), trace_(run.open()) {}

  void write() {
    while (const TraceEvent* event = trace_.next()) take(*event);
    for (const auto& [node, died_ns] : open_gaps_) gaps_.push_back({node, died_ns, last_ns_});
    if (first_ns_ == 0) {
      throw TraceProblem("no event lies between --from and --to; the run goes from " +
                         seconds_text(run_.since_start(run_begin_ns_)) + " to " +
                         seconds_text(run_.since_start(last_seen_ns_)));
    }
    begin_ns_ = edge(window_.from_s, first_ns_);
    end_ns_ = std::max(edge(window_.to_s, last_ns_), begin_ns_ + 1000);
    draw();
  }

 private:
  std::int64_t edge(const std::optional<double>& wanted_s, std::int64_t otherwise_ns) const {
    return wanted_s ? run_.start_ns() + static_cast<std::int64_t>(*wanted_s * 1e9) : otherwise_ns;
  }

  void take(const TraceEvent& event) {
    if (run_begin_ns_ == 0) run_begin_ns_ = event.time_ns;
    last_seen_ns_ = std::max(last_seen_ns_, event.time_ns);
    const Delivery* delivery = deliveries_.take(event);
    for (const std::uint64_t id : deliveries_.undone()) arrows_.erase(id);
    for (const std::uint64_t id : deliveries_.reopened()) {
      const auto arrow = arrows_.find(id);
      if (arrow != arrows_.end()) arrow->second.received_ns.reset();
    }
    if (delivery != nullptr && event.event == Event::values_received) {
      const auto arrow = arrows_.find(delivery->id);
      if (arrow != arrows_.end()) arrow->second.received_ns = event.time_ns;
    }
    if (!run_.holds(window_, event.time_ns)) return;
    if (first_ns_ == 0) first_ns_ = event.time_ns;
    last_ns_ = std::max(last_ns_, event.time_ns);
    if (delivery != nullptr && event.event == Event::values_sent) begin_arrow(event, delivery->id);
    if (event.event == Event::worker_died) open_gaps_.try_emplace(event.node, event.time_ns);
    if (event.event == Event::worker_ready) {
      const auto gap = open_gaps_.extract(event.node);
      if (gap) gaps_.push_back({event.node, gap.mapped(), event.time_ns});
    }
    const bool from_client =
        event.event == Event::value_learned && event.text(FieldName::way) == "client";
    if (from_client) marks_.push_back({event.node, event.time_ns, in_words(event)});
  }

  void begin_arrow(const TraceEvent& event, std::uint64_t id) {
    if (arrows_.size() >= kMostArrows) {
      throw TraceProblem(fmt::format(
          "more than {} messages lie in this window: choose a shorter one with --from and --to",
          kMostArrows));
    }
    arrows_[id] = {event.node,      std::string(event.text(FieldName::peer)),
                   event.time_ns,   std::nullopt,
                   in_words(event), std::string(event.text(FieldName::way))};
  }

  double x(std::int64_t time_ns) const {
    const double share =
        static_cast<double>(time_ns - begin_ns_) / static_cast<double>(end_ns_ - begin_ns_);
    return kLeft + kWidth * std::clamp(share, -0.02, 1.02);
  }
  static double y(std::size_t node) { return kTop + kRow * static_cast<double>(node) + kRow / 2; }

  void draw() {
    const std::size_t count = trace_.nodes().size();
    const double height = kTop + kRow * static_cast<double>(count) + kBottom;
    const double width = kLeft + kWidth + kRight;
    out_.line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">",
        width, height);
    out_.line(R"(<rect width="100%" height="100%" fill="white"/>)");
    out_.line(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\" fill=\"context-stroke\"/>"
        "</marker></defs>");
    draw_axis(height);
    for (std::size_t i = 0; i < count; ++i) {
      out_.line(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", kLeft - 8, y(i) + 4,
                escaped(trace_.nodes()[i]));
      out_.line(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#999"/>)", kLeft, y(i),
                kLeft + kWidth, y(i));
    }
    for (const Gap& gap : gaps_) {
      out_.line(
          "<line x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{}\" stroke=\"#d22\" "
          "stroke-width=\"6\">"
          "<title>{} without a worker from {} on, for {}</title></line>",
          x(gap.begin_ns), y(gap.node), std::max(x(gap.end_ns), x(gap.begin_ns) + 1.5), y(gap.node),
          escaped(trace_.nodes()[gap.node]), at(gap.begin_ns),
          duration_text(gap.end_ns - gap.begin_ns));
    }
    for (const auto& [id, arrow] : arrows_) draw_arrow(arrow);
    for (const Mark& mark : marks_) {
      out_.line(
          "<circle cx=\"{:.1f}\" cy=\"{}\" r=\"3.5\" fill=\"black\"><title>{} {}: "
          "{}</title></circle>",
          x(mark.time_ns), y(mark.node), at(mark.time_ns), escaped(trace_.nodes()[mark.node]),
          escaped(mark.words));
    }
    out_.line("</svg>");
  }

  void draw_axis(double height) {
    const double begin_s = static_cast<double>(run_.since_start(begin_ns_)) / 1e9;
    const double end_s = static_cast<double>(run_.since_start(end_ns_)) / 1e9;
    const double tick = tick_of(end_s - begin_s);
    const auto last = static_cast<std::int64_t>(std::floor(end_s / tick));
    for (auto i = static_cast<std::int64_t>(std::ceil(begin_s / tick)); i <= last; ++i) {
      const double at_s = static_cast<double>(i) * tick;
      const double at_x = x(run_.start_ns() + static_cast<std::int64_t>(at_s * 1e9));
      out_.line(R"(<line x1="{0:.1f}" y1="{1}" x2="{0:.1f}" y2="{2}" stroke="#eee"/>)", at_x, kTop,
                height - kBottom);
      out_.line(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>)", at_x,
                height - kBottom + 16, at_s);
    }
    out_.line(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", kLeft + kWidth / 2,
              height - 6, escaped(run_.clock_text()));
    out_.line(
        "<text x=\"{}\" y=\"18\"><tspan fill=\"#1b7f3b\">tell</tspan> <tspan "
        "fill=\"#1f5fa8\">batch, "
        "spread, gossip</tspan> <tspan fill=\"#b35900\">pull, exchange</tspan>; dashed: lost; dot: "
        "a client's value; red: no worker</text>",
        kLeft);
  }

  void draw_arrow(const Arrow& arrow) {
    const auto& nodes = trace_.nodes();
    const auto to = std::find(nodes.begin(), nodes.end(), arrow.to);
    if (to == nodes.end()) return;
    const double from_y = y(arrow.from);
    const double whole_y = y(static_cast<std::size_t>(to - nodes.begin()));
    // A lost one ends half-way.
    const bool lost = !arrow.received_ns;
    const double to_x = lost ? x(arrow.sent_ns) + 20 : x(*arrow.received_ns);
    const double to_y = lost ? (from_y + whole_y) / 2 : whole_y;
    out_.line(
        "<line x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{}\" stroke=\"{}\"{} "
        "marker-end=\"url(#tip)\">"
        "<title>{} {} {}{}</title></line>",
        x(arrow.sent_ns), from_y, to_x, to_y, colour_of_way(arrow.way),
        lost ? " stroke-dasharray=\"4 3\"" : "", at(arrow.sent_ns), escaped(nodes[arrow.from]),
        escaped(arrow.words),
        lost ? "; lost" : "; there after " + duration_text(*arrow.received_ns - arrow.sent_ns));
  }

  std::string at(std::int64_t time_ns) const {
    return seconds_text(run_.since_start(time_ns), true);
  }

  const RunReader& run_;
  const TimeWindow& window_;
  Output& out_;
  MergedTrace trace_;
  Deliveries deliveries_;
  std::map<std::uint64_t, Arrow> arrows_;
  std::vector<Mark> marks_;
  std::vector<Gap> gaps_;
  std::map<std::uint32_t, std::int64_t> open_gaps_;
  std::int64_t run_begin_ns_ = 0;
  std::int64_t last_seen_ns_ = 0;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::int64_t begin_ns_ = 0;
  std::int64_t end_ns_ = 0;
};

}  // namespace

void export_svg(const RunReader& run, const TimeWindow& window, Output& out) {
  run.require(trace::Level::debug, "A picture of messages");
  Picture(run, window, out).write();
}

}  // namespace hearsay::traces
