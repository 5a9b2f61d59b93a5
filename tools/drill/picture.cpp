#include "tools/drill/picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "tools/drill/strike.h"
#include "tools/drill/table.h"
#include "tools/page/html.h"

namespace hearsay::drill {
namespace {

using nlohmann::json;
using page::escape_html;

constexpr double kWidth = 1100, kHeight = 360, kLeft = 70, kRight = 40, kTop = 14, kBottom = 44;
constexpr int kBinsADecade = 10;

struct Dot {
  double time_s;
  double outage_ms;
  std::string_view place;
};

// In the order of kPlaces.
constexpr std::array kColours{"#b35900", "#a0006e", "#5a87b5", "#1b7f3b", "#d02020",
                              "#777777", "#8860c8", "#303030", "#7a7a20"};
static_assert(kColours.size() == kPlaces.size());

std::string_view colour_of(std::string_view place) {
  const auto found = std::find(kPlaces.begin(), kPlaces.end(), place);
  return kColours.at(
      static_cast<std::size_t>(std::min(found, kPlaces.end() - 1) - kPlaces.begin()));
}

// A logarithmic scale of ms over whole decades.
struct Decades {
  int first = 0;
  int last = 1;

  explicit Decades(const std::vector<Dot>& dots) {
    if (dots.empty()) return;
    const auto less = [](const Dot& a, const Dot& b) { return a.outage_ms < b.outage_ms; };
    const auto [least, most] = std::minmax_element(dots.begin(), dots.end(), less);
    first = static_cast<int>(std::floor(log_of(least->outage_ms)));
    last = std::max(first + 1, static_cast<int>(std::ceil(log_of(most->outage_ms))));
  }
  static double log_of(double ms) { return std::log10(std::max(ms, 0.001)); }
  // From 0 to 1.
  double place(double ms) const { return (log_of(ms) - first) / (last - first); }
};

double x_at(double share) {
  return kLeft + share * (kWidth - kLeft - kRight);
}
double y_at(double share) {
  return kHeight - kBottom - share * (kHeight - kTop - kBottom);
}

std::string decade_text(int decade) {
  return fmt::format("{:g} ms", std::pow(10, decade));
}

std::string line(double x1, double y1, double x2, double y2) {
  return fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", x1, y1, x2, y2);
}

std::string label(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x, y, anchor,
                     escape_html(text));
}

std::string begin_svg(std::string_view title) {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", kWidth, kHeight,
                     escape_html(title));
}

std::vector<Dot> dots_of(const json& list) {
  std::vector<Dot> dots;
  const std::size_t stride = list.size() / kMostDrawn + 1;
  for (std::size_t i = 0; i < list.size(); i += stride) {
    const json& strike = list[i];
    if (strike[3].is_null()) continue;
    dots.push_back({strike[0].get<double>() / 1e3, strike[3].get<double>(),
                    strike[2].get_ref<const std::string&>()});
  }
  return dots;
}

std::string legend(const json& by_place) {
  std::string html = "<p>";
  for (const json& each : by_place) {
    const std::string place = each.at("place");
    html += fmt::format(R"(<span class=key><i style="background:{}"></i>{} ({})</span> )",
                        colour_of(place), escape_html(place), each.at("strikes").dump());
  }
  return html + "</p>\n";
}

std::string over_time(const std::vector<Dot>& dots, double seconds) {
  const Decades decades(dots);
  std::string svg = begin_svg("outages over time");
  for (int decade = decades.first; decade <= decades.last; ++decade) {
    const double y = y_at(decades.place(std::pow(10, decade)));
    svg += line(kLeft, y, kWidth - kRight, y) + label(kLeft - 8, y + 4, "end", decade_text(decade));
  }
  for (int tenth = 0; tenth <= 10; ++tenth) {
    svg += label(x_at(tenth / 10.0), kHeight - kBottom + 18, "middle",
                 fmt::format("{:.1f} s", seconds * tenth / 10));
  }
  for (const Dot& dot : dots) {
    svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="2.2" fill="{}"/>)",
                       x_at(seconds > 0 ? dot.time_s / seconds : 0),
                       y_at(decades.place(dot.outage_ms)), colour_of(dot.place));
  }
  return svg + "</svg>\n";
}

// How many of the drawn strikes had such an outage.
std::string distribution(const std::vector<Dot>& dots) {
  const Decades decades(dots);
  const int bins = (decades.last - decades.first) * kBinsADecade;
  std::vector<std::size_t> counts(static_cast<std::size_t>(bins), 0);
  for (const Dot& dot : dots) {
    const auto bin = static_cast<int>(decades.place(dot.outage_ms) * bins);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0, bins - 1))];
  }
  const std::size_t most =
      std::max<std::size_t>(1, *std::max_element(counts.begin(), counts.end()));
  std::string svg = begin_svg("distribution of outages");
  svg += line(kLeft, y_at(0), kWidth - kRight, y_at(0));
  for (int bin = 0; bin < bins; ++bin) {
    const std::size_t count = counts[static_cast<std::size_t>(bin)];
    const double share = static_cast<double>(count) / static_cast<double>(most);
    const double x = x_at(static_cast<double>(bin) / bins);
    if (count == 0) continue;
    svg += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", x + 1,
                       y_at(share), x_at((bin + 1.0) / bins) - x - 2, y_at(0) - y_at(share));
    svg +=
        label((x + x_at((bin + 1.0) / bins)) / 2, y_at(share) - 3, "middle", std::to_string(count));
  }
  for (int decade = decades.first; decade <= decades.last; ++decade) {
    svg += label(x_at(decades.place(std::pow(10, decade))), kHeight - kBottom + 18, "middle",
                 decade_text(decade));
  }
  return svg + "</svg>\n";
}

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>hearsay drill</title>
<style>
body { margin: 0 auto; padding: 1rem; max-width: 1150px; font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; margin-bottom: 0; }
pre { overflow-x: auto; }
svg { width: 100%; height: auto; font-size: 12px; }
svg line { stroke: #8886; } svg text { fill: currentColor; } svg rect { fill: #5a87b5; }
circle { fill-opacity: 0.65; }
.key { white-space: nowrap; margin-right: 1rem; }
.key i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 50%; margin-right: 0.3em; }
</style></head><body>
)";

}  // namespace

std::string make_picture(const json& results, std::string_view table) {
  const json& strikes = results.at("strikes");
  const std::vector<Dot> dots = dots_of(strikes.at("list"));
  std::string html(kHead);
  html += fmt::format("<h1>hearsay drill: {}</h1>\n", escape_html(verdict_line(results)));
  html += "<h2>Outages over time, by where the strike hit</h2>\n";
  html += legend(strikes.at("by-place"));
  html += over_time(dots, results.at("strikes-s").get<double>());
  html += "<h2>How many outages were how long</h2>\n" + distribution(dots);
  html += fmt::format("<h2>In figures</h2>\n<pre>{}</pre>\n<p>hearsay {}</p>\n</body></html>\n",
                      escape_html(table), escape_html(results.at("version").get<std::string>()));
  return html;
}

}  // namespace hearsay::drill
