#include "tools/report/plot_script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>
#include <string_view>

#include "common/base/units.h"
#include "tools/report/gnuplot.h"
#include "tools/report/plot_data.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kMostPoints = 5000;
constexpr std::size_t kMostTicks = 400;
constexpr std::size_t kTitleLine = 120;
constexpr double kHeaderPixels = 60;  // the title, and room for the key
constexpr double kKeyPixels = 24;
constexpr double kAxisPixels = 62;  // below a panel

// Okabe and Ito's colours, which colour-blind people can tell apart.
constexpr std::array<std::string_view, 5> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#E69F00"};
constexpr std::array<std::string_view, 5> kShades = {"#F0E442", "#56B4E9", "#E69F00", "#CC79A7",
                                                     "#999999"};
constexpr std::string_view kGrey = "#555555";
constexpr std::string_view kAlarm = "#D55E00";

struct Quantile {
  double point;
  std::string_view name;
  std::string_view colour;
  int width;
};
constexpr std::array<Quantile, 4> kQuantiles = {{{0.5, "median", "#0072B2", 3},
                                                 {0.95, "95 %", "#56B4E9", 2},
                                                 {0.99, "99 %", "#E69F00", 2},
                                                 {1, "maximum", "#D55E00", 1}}};

// A title that fits the picture, in one line or two.
std::vector<std::string> fold(std::string_view text) {
  std::vector<std::string> lines;
  if (text.size() > kTitleLine) {
    const std::size_t space = text.rfind(' ', kTitleLine);
    const std::size_t cut = space == std::string_view::npos ? kTitleLine : space;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
  }
  lines.emplace_back(text.substr(0, kTitleLine));
  if (text.size() > kTitleLine) lines.back().append("...");
  return lines;
}

class Script {
 public:
  Script(const PlotInput& input)
      : input_(input),
        end_s_(end_of(input.history)),
        window_s_(window_for(end_s_)),
        activity_(nemesis_activity(input.history)),
        latencies_(operation_latencies(input.history)) {}

  std::string make() {
    if (latencies_.empty()) return "";
    line("# Draws a run's plots anew: gnuplot plots.gp");
    line("set encoding utf8");
    line("set border 3 lc rgb '{0}'; set tics nomirror out textcolor rgb '{0}'", kGrey);
    line(
        "set grid lc rgb '#DDDDDD' lt 1 lw 0.5; set key right top horizontal maxrows 1 noenhanced "
        "samplen 2");
    line("set style fill solid 1 noborder");
    raw_latencies();
    latency_quantiles();
    stable_latency();
    message_rates();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }

  // A named data block. Lines through it break at longer gaps, if one is given. Returns its name.
  std::string block(const Series& series, double longest_gap_s = 0) {
    std::string name = fmt::format("$d{}", ++blocks_);
    line("{} << EOD", name);
    double last_s = 0;
    for (const Point& point : thin(series, kMostPoints)) {
      if (longest_gap_s > 0 && point.x - last_s > longest_gap_s) line("");
      last_s = point.x;
      line("{:.4f} {:.4g}", point.x, point.y);
    }
    line("EOD");
    return name;
  }

  // A picture with its name in words and the run's command above it.
  void begin(std::string_view file, std::string_view title, int height) {
    line("set terminal svg size 1000,{} dynamic font 'sans-serif,13' background rgb 'white'",
         height);
    line("set output '{}'", file);
    const std::vector<std::string> lines = fold(input_.command);
    line("unset label; unset arrow; unset object");
    line("set label 1 {} at screen 0.5, screen {:.4f} center font 'sans-serif,17' noenhanced",
         in_gnuplot_quotes(title), 1 - 20.0 / height);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      line(
          "set label {} {} at screen 0.5, screen {:.4f} center font 'sans-serif,11' textcolor rgb "
          "'{}' noenhanced",
          i + 2, in_gnuplot_quotes(lines[i]), 1 - (40.0 + 15.0 * static_cast<double>(i)) / height,
          kGrey);
    }
    header_ = kHeaderPixels + 15.0 * static_cast<double>(lines.size());
    height_ = height;
    line("set key at screen 0.97, screen {:.4f} right top horizontal maxrows 1 noopaque",
         1 - (header_ - kKeyPixels) / height);
  }
  // The panel `number` of `count` below each other; with the labels of the whole picture on the
  // first one only.
  void panel(std::size_t number, std::size_t count) {
    if (number > 0) line("unset label");
    const double room = height_ - header_;
    const double share = room / static_cast<double>(count);
    const double top = header_ + share * static_cast<double>(number);
    line("set tmargin at screen {:.4f}; set bmargin at screen {:.4f}", 1 - top / height_,
         1 - (top + share - kAxisPixels) / height_);
    line("set lmargin at screen 0.08; set rmargin at screen 0.97");
    const bool last = number + 1 == count;
    line("set xlabel '{}' offset 0,0.3", last ? "time since the start of the load, s" : "");
  }
  void time_axis() {
    line("unset logscale; set xrange [0:{:.3f}]", end_s_ * 1.005);
    line("set xtics autofreq; set format x '%g'; set yrange [*:*]; set autoscale y");
  }
  void logarithmic_latency() {
    line("set logscale y; set yrange [*:0.1<*]; set format y '%g'; set ylabel 'latency, ms'");
  }

  // Spans as boxes behind the data, moments as ticks at the bottom. Returns the entries of the key.
  std::string shade() {
    std::string keys;
    std::size_t number = 0;
    for (const auto& [name, spans] : activity_.spans) {
      const std::string_view colour = kShades[number++ % kShades.size()];
      for (const auto& span : spans) {
        line(
            "set object rectangle from first {:.3f}, graph 0 to first {:.3f}, graph 1 behind "
            "fillcolor rgb '{}' fillstyle solid 0.25 noborder",
            span.begin_s, span.end_s, colour);
      }
      keys += fmt::format(", keyentry with boxes fs solid 0.25 lc rgb '{}' title {}", colour,
                          in_gnuplot_quotes(name));
    }
    for (const auto& [name, moments] : activity_.moments) {
      const std::string_view colour = kShades[number++ % kShades.size()];
      const std::size_t step = moments.size() / kMostTicks + 1;
      for (std::size_t i = 0; i < moments.size(); i += step) {
        line(
            "set arrow from first {0:.3f}, graph 0 to first {0:.3f}, graph 0.04 nohead lw 1.5 lc "
            "rgb '{1}'",
            moments[i], colour);
      }
      keys += fmt::format(", keyentry with lines lw 2 lc rgb '{}' title {}", colour,
                          in_gnuplot_quotes(name));
    }
    return keys;
  }

  void raw_latencies() {
    begin("latency-raw.svg", "Latency of operations", 520);
    panel(0, 1);
    time_axis();
    logarithmic_latency();
    std::string plot;
    std::map<std::string, std::string_view> colours;
    for (const auto& [key, series] : latencies_) {
      const auto& [f, type] = key;
      const auto colour =
          colours.try_emplace(f, kColours[colours.size() % kColours.size()]).first->second;
      // Filled dot, cross, open triangle: the outcome; the colour: the operation.
      const int shape = type == OperationType::ok ? 7 : type == OperationType::fail ? 2 : 8;
      const double size = type == OperationType::ok ? 0.35 : 0.8;
      plot += fmt::format("{}{} with points pt {} ps {} lc rgb '{}' title {}",
                          plot.empty() ? "" : ", ", block(series), shape, size, colour,
                          in_gnuplot_quotes(fmt::format("{} {}", f, name_of(type))));
    }
    const std::string keys = shade();
    line("plot {}{}", plot, keys);
  }

  void latency_quantiles() {
    std::map<std::string, Series> by_f;
    for (const auto& [key, series] : latencies_) {
      if (key.second == OperationType::ok) by_f[key.first] = series;
    }
    if (by_f.empty()) return;
    begin("latency-quantiles.svg",
          fmt::format("Quantiles of the latency of operations, windows of {:g} s", window_s_),
          120 + 280 * static_cast<int>(by_f.size()));
    line("set multiplot");
    std::size_t number = 0;
    for (const auto& [f, series] : by_f) {
      panel(number, by_f.size());
      time_axis();
      logarithmic_latency();
      line("set ylabel {} noenhanced", in_gnuplot_quotes(fmt::format("{}: latency, ms", f)));
      std::string plot;
      for (const Quantile& quantile : kQuantiles) {
        plot +=
            fmt::format("{}{} with linespoints pt 7 ps 0.3 lw {} lc rgb '{}' title '{}'",
                        plot.empty() ? "" : ", ",
                        block(window_quantiles(series, window_s_, quantile.point), 1.5 * window_s_),
                        quantile.width, quantile.colour, quantile.name);
      }
      line("unset object; unset arrow");
      const std::string keys = shade();
      line("plot {}{}", plot, number == 0 ? keys : "");
      line("set key off");
      ++number;
    }
    line("unset multiplot; set key on; set ylabel enhanced");
  }

  void stable_latency() {
    if (input_.values.empty()) return;
    Series stable;
    Series lost;
    for (const ValueLatency& value : input_.values) {
      const double x = static_cast<double>(value.known_ns) / static_cast<double>(kNsPerSecond);
      (value.lost ? lost : stable).push_back({x, static_cast<double>(value.latency_ms)});
    }
    begin("stable-latency.svg", "Stable latency: until every read shows a value", 520);
    line("set multiplot");
    panel(0, 1);
    time_axis();
    line("set rmargin at screen 0.60; set yrange [0:1<*]; set ylabel 'stable latency, ms'");
    std::string plot;
    if (!stable.empty()) {
      plot = fmt::format("{} with points pt 7 ps 0.35 lc rgb '{}' title 'value'", block(stable),
                         kColours[0]);
    }
    if (!lost.empty()) {
      plot += fmt::format("{}{} with points pt 2 ps 0.9 lw 2 lc rgb '{}' title 'lost'",
                          plot.empty() ? "" : ", ", block(lost), kAlarm);
    }
    const std::string keys = shade();
    line("plot {}{}", plot, keys);
    line("unset label; unset object; unset arrow; set key off");
    if (!stable.empty()) quantile_curve(stable);
    line("unset multiplot; set key on; set rmargin at screen 0.97");
  }

  // All values by size, with the quantiles that the results name.
  void quantile_curve(const Series& stable) {
    std::vector<double> sorted;
    for (const Point& point : stable) sorted.push_back(point.y);
    std::sort(sorted.begin(), sorted.end());
    Series curve;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      curve.push_back(
          {100 * static_cast<double>(i + 1) / static_cast<double>(sorted.size()), sorted[i]});
    }
    line("set lmargin at screen 0.66; set rmargin at screen 0.97; set xrange [0:100]");
    line("set xlabel 'part of the values, %'; set ylabel ''; set yrange [0:1<*]");
    line("set key on at graph 0.04, graph 0.97 left top vertical maxrows 9 Left reverse opaque");
    std::string keys;
    for (const Quantile& quantile : kQuantiles) {
      const auto index =
          static_cast<std::size_t>(static_cast<double>(sorted.size()) * quantile.point);
      const double at = sorted[std::min(sorted.size() - 1, index)];
      line(
          "set arrow from graph 0, first {0:g} to graph 1, first {0:g} nohead lw 1.5 dt 2 lc rgb "
          "'{1}'",
          at, quantile.colour);
      keys += fmt::format(", keyentry with lines lw 1.5 dt 2 lc rgb '{}' title '{}: {:g} ms'",
                          quantile.colour, quantile.name, at);
    }
    line("plot {} with steps lw 2.5 lc rgb '{}' notitle{}", block(curve), kColours[0], keys);
    line("set key noreverse Right");
  }

  void message_rates() {
    const MessageRates rates =
        bench::message_rates(input_.history, input_.traffic, input_.load_start_ns, window_s_);
    if (rates.per_operation.empty()) return;
    begin("messages-per-op.svg",
          fmt::format("Messages between nodes, windows of {:g} s", window_s_), 640);
    line("set multiplot");
    panel(0, 2);
    time_axis();
    line("set yrange [0:1<*]; set ylabel 'messages per operation'");
    const std::string per_operation = block(rates.per_operation, 1.5 * window_s_);
    std::string keys = shade();
    line("plot {} with linespoints pt 7 ps 0.4 lw 2 lc rgb '{}' title 'during the load'{}",
         per_operation, kColours[0], keys);
    panel(1, 2);
    line("unset object; unset arrow; set key off; set ylabel 'messages per second'");
    const std::string per_second = block(rates.per_second, 1.5 * window_s_);
    shade();
    line("plot {} with linespoints pt 7 ps 0.4 lw 2 lc rgb '{}' notitle", per_second, kColours[2]);
    line("unset multiplot; set key on");
  }

  const PlotInput& input_;
  double end_s_;
  double window_s_;
  NemesisActivity activity_;
  std::map<LatencyKey, Series> latencies_;
  std::string text_;
  int blocks_ = 0;
  double header_ = 0;
  double height_ = 0;
};

}  // namespace

std::string make_plot_script(const PlotInput& input) {
  return Script(input).make();
}

}  // namespace hearsay::bench
