#include "tools/compare/frontier_script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/compare/gnuplot.h"

namespace hearsay::compare {
namespace {

struct Point {
  double maximum_ms;
  double messages_per_op;
  std::string label;
};
using Points = std::vector<Point>;

// For challenge 3d (25 nodes, rate 100, latency 100), by others: the best for each latency, and the
// article whose protocol `push` is.
const Points kPublished = {
    {102, 14.73, ""}, {211, 11.93, ""}, {397, 8.3, ""}, {678, 1.99, ""}, {1087, 1.92, ""}};
const Points kArticle = {{575, 15.31, "article"}};
// Also published, by authors who rounded them.
const Points kRounded = {{100, 13, ""}, {293, 6, ""}};

// What the challenges ask for.
struct Limit {
  std::string_view name;
  double messages_per_op;
  double maximum_ms;
};
constexpr std::array<Limit, 2> kLimits = {{{"3d", 30, 600}, {"3e", 20, 2000}}};

// Colour and shape: either alone tells the strategies apart.
struct Look {
  std::string_view colour;
  int shape;
};
constexpr std::array<Look, 6> kLooks = {{{"#0072B2", 7},
                                         {"#D55E00", 9},
                                         {"#009E73", 5},
                                         {"#CC79A7", 13},
                                         {"#E69F00", 11},
                                         {"#000000", 15}}};
constexpr std::string_view kGrey = "#555555";

class Script {
 public:
  explicit Script(const Comparison& comparison) : comparison_(comparison) {}

  std::string make() {
    collect();
    if (families_.empty()) return "";
    find_ranges();
    line("# Draws the frontier anew: gnuplot plots.gp");
    line("set encoding utf8");
    line("set terminal svg size 1000,640 dynamic font 'sans-serif,14' background rgb 'white'");
    line("set output '{}'", kFrontierName);
    line("set title {} font 'sans-serif,17' noenhanced offset 0,0.6",
         in_gnuplot_quotes("Messages against latency: lower and further left is better"));
    line(
        "set label {} at graph 0.5, graph 1.035 center font 'sans-serif,12' textcolor rgb '{}' "
        "noenhanced",
        in_gnuplot_quotes(subtitle()), kGrey);
    line("set border 3 lc rgb '{0}'; set tics nomirror out textcolor rgb '{0}'", kGrey);
    line("set grid lc rgb '#DDDDDD' lt 1 lw 0.5");
    line("set tmargin at screen 0.87; set bmargin at screen 0.24; set rmargin 4");
    line("set xlabel 'maximum stable latency, ms'; set xrange [0:{:g}]", most_ms_);
    line("set ylabel 'messages between nodes per operation (logarithmic)'");
    line("set logscale y; set yrange [{:g}:{:g}]; set format y '%g'", fewest_, most_);
    line("set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)");
    line(
        "set key at screen 0.5, screen 0.015 center bottom horizontal Left reverse noenhanced "
        "samplen 2.5 width 2 maxrows 3");
    if (with_published_) add_limits();
    add_plot();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }

  void collect() {
    const CompareOptions& options = comparison_.options;
    with_published_ = is_challenge_3d(options);
    for (const Cell& cell : comparison_.cells) {
      const Figures& figures = cell.typical;
      const bool drawable = figures.messages_per_op.value_or(0) > 0 && figures.maximum_ms;
      if (cell.condition != 0 || !drawable) continue;
      const Contestant& contestant = options.contestants[cell.contestant];
      const std::string name = family_of(contestant);
      auto family = std::find_if(families_.begin(), families_.end(),
                                 [&](const auto& known) { return known.first == name; });
      if (family == families_.end()) family = families_.insert(family, {name, {}});
      const std::string label =
          has_budget(contestant.strategy) ? std::to_string(budget_ms(contestant)) : "";
      family->second.push_back({*figures.maximum_ms, *figures.messages_per_op, label});
    }
    for (auto& [name, points] : families_) {
      std::sort(points.begin(), points.end(),
                [](const Point& a, const Point& b) { return a.maximum_ms < b.maximum_ms; });
    }
  }

  void find_ranges() {
    Points all = with_published_ ? kPublished : Points();
    if (with_published_) {
      all.insert(all.end(), kArticle.begin(), kArticle.end());
      all.insert(all.end(), kRounded.begin(), kRounded.end());
    }
    for (const auto& [name, points] : families_)
      all.insert(all.end(), points.begin(), points.end());
    fewest_ = all[0].messages_per_op;
    for (const Point& point : all) {
      most_ms_ = std::max(most_ms_, point.maximum_ms);
      fewest_ = std::min(fewest_, point.messages_per_op);
      most_ = std::max(most_, point.messages_per_op);
    }
    if (with_published_) most_ = std::max(most_, kLimits[0].messages_per_op);
    most_ms_ *= 1.08;
    fewest_ /= 1.5;
    most_ *= 1.5;
  }

  std::string subtitle() const {
    return fmt::format("{}; {}", describe_setting(comparison_.options),
                       comparison_.options.conditions[0].name);
  }

  // The upper right corner of what a challenge lets pass, as far as the picture reaches.
  void add_limits() {
    for (const Limit& limit : kLimits) {
      const double right = std::min(limit.maximum_ms, most_ms_);
      line("set arrow from 0, {0:g} to {1:g}, {0:g} nohead lw 1.5 dt 3 lc rgb '{2}'",
           limit.messages_per_op, right, kGrey);
      if (limit.maximum_ms < most_ms_) {
        line("set arrow from {0:g}, {1:g} to {0:g}, {2:g} nohead lw 1.5 dt 3 lc rgb '{3}'",
             limit.maximum_ms, limit.messages_per_op, fewest_, kGrey);
      }
      line(
          "set label 'limit of challenge {}: {:g} messages, {:g} ms' at {:g}, {:g} right offset "
          "-0.5,0.6 font 'sans-serif,12' textcolor rgb '{}'",
          limit.name, limit.messages_per_op, limit.maximum_ms, right, limit.messages_per_op, kGrey);
    }
  }

  std::string block(const Points& points) {
    std::string name = fmt::format("$d{}", ++blocks_);
    line("{} << EOD", name);
    for (const Point& point : points) {
      line("{:.5g} {:.5g} \"{}\"", point.maximum_ms, point.messages_per_op, point.label);
    }
    line("EOD");
    return name;
  }

  void add_plot() {
    std::string plot;
    const auto add = [&](const std::string& what) {
      plot.append(plot.empty() ? "" : ", ").append(what);
    };
    if (with_published_) {
      add(
          fmt::format("{} with linespoints pt 4 ps 1 lw 1.5 dt 2 lc rgb '{}' title 'published: the "
                      "best for each latency'",
                      block(kPublished), kGrey));
      add(
          fmt::format("{} with points pt 12 ps 1.6 lw 1.5 lc rgb '{}' title 'published: the "
                      "push of the article'",
                      block(kArticle), kGrey));
      add(fmt::format("{} with points pt 8 ps 1.4 lw 1.5 lc rgb '{}' title 'published, rounded'",
                      block(kRounded), kGrey));
    }
    for (std::size_t i = 0; i < families_.size(); ++i) {
      const auto& [name, points] = families_[i];
      const Look& look = kLooks[i % kLooks.size()];
      const bool budgets = !points[0].label.empty();
      const std::string data = block(points);
      add(fmt::format("{} with linespoints pt {} ps 1.2 lw 2 lc rgb '{}' title {}", data,
                      look.shape, look.colour,
                      in_gnuplot_quotes(name + (budgets ? " (numbers: budget, ms)" : ""))));
      add(
          fmt::format("{} using 1:2:3 with labels offset 1.1,0.25 left font 'sans-serif,12' "
                      "textcolor rgb '{}' notitle",
                      data, look.colour));
    }
    line("plot {}", plot);
  }

  const Comparison& comparison_;
  bool with_published_ = false;
  std::vector<std::pair<std::string, Points>> families_;  // in the order of the contestants
  double most_ms_ = 0;
  double fewest_ = 0;
  double most_ = 0;
  int blocks_ = 0;
  std::string text_;
};

}  // namespace

std::string make_frontier_script(const Comparison& comparison) {
  return Script(comparison).make();
}

}  // namespace hearsay::compare
