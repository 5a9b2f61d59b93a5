#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/bench/results.h"
#include "tools/page/html.h"

namespace hearsay::measure {
namespace {

using nlohmann::json;
using page::escape_html;

constexpr int kWidth = 820, kNames = 270, kBars = 430, kRow = 20, kTitle = 34, kGap = 14;

// The contest's first figure of an entry; null without.
const json& drawn_figure(const json& contest, const json& entry) {
  return entry.at("median").at(contest.at("columns")[0].at("figure").get<std::string>());
}

double largest_figure(const json& contest) {
  double largest = 0;
  for (const json& entry : contest.at("entries")) {
    const json& figure = drawn_figure(contest, entry);
    if (!figure.is_null()) largest = std::max(largest, figure.get<double>());
  }
  return largest;
}

std::string text_at(int x, int y, const char* more, const std::string& text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" {}>{}</text>\n", x, y, more, escape_html(text));
}

std::string draw_entry(const json& contest, const json& entry, double largest, int y) {
  std::string svg =
      text_at(kNames - 8, y + 14, "text-anchor=\"end\"", entry.at("name").get<std::string>());
  const json& figure = drawn_figure(contest, entry);
  if (figure.is_null()) return svg + text_at(kNames + 4, y + 14, "", "not measured");
  const double width = largest > 0 ? kBars * figure.get<double>() / largest : 0;
  svg +=
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n", kNames,
                  y + 2, width, kRow - 4, entry.at("ours").get<bool>() ? "#b35900" : "#5a87b5");
  return svg + text_at(kNames + static_cast<int>(width) + 6, y + 14, "",
                       fmt::format("{:.{}f}", figure.get<double>(),
                                   contest.at("columns")[0].at("decimals").get<int>()));
}

std::string draw_contest(const json& contest, int& y) {
  std::string svg = text_at(8, y + 22, "font-weight=\"bold\"",
                            fmt::format("{}: {}", contest.at("title").get<std::string>(),
                                        contest.at("columns")[0].at("heading").get<std::string>()));
  y += kTitle;
  const double largest = largest_figure(contest);
  for (const json& entry : contest.at("entries")) {
    svg += draw_entry(contest, entry, largest, y);
    y += kRow;
  }
  y += kGap;
  return svg;
}

}  // namespace

std::string make_picture(const json& results) {
  int y = 0;
  std::string drawn;
  for (const json& contest : results.at("contests")) drawn += draw_contest(contest, y);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" "
      "font-family=\"DejaVu Sans, sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" "
      "height=\"{1}\" "
      "fill=\"white\"/>\n{2}</svg>\n",
      kWidth, y, drawn);
}

}  // namespace hearsay::measure
