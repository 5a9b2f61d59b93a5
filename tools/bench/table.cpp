#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/bench/results.h"

namespace hearsay::measure {
namespace {

using nlohmann::json;

// "1,234.5"
std::string figure_text(const json& number, int decimals) {
  if (number.is_null()) return "-";
  std::string text = fmt::format("{:.{}f}", number.get<double>(), decimals);
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > 3 && text[at - 4] != '-'; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::size_t name_width(const json& contest) {
  std::size_t width = 0;
  for (const json& entry : contest.at("entries")) {
    width = std::max(width, entry.at("name").get_ref<const std::string&>().size());
  }
  return width;
}

std::string entry_line(const json& contest, const json& entry, std::size_t width) {
  std::string line = fmt::format("  {:<{}}", entry.at("name").get<std::string>(), width);
  const std::string why_not = entry.at("why-not");
  if (!why_not.empty()) return line + "  not measured: " + why_not + "\n";
  for (const json& column : contest.at("columns")) {
    const std::string heading = column.at("heading");
    line += fmt::format("  {:>{}}",
                        figure_text(entry.at("median").at(column.at("figure").get<std::string>()),
                                    column.at("decimals").get<int>()),
                        heading.size());
  }
  return line + "\n";
}

std::string heading_of(const json& contest, const std::string& figure) {
  for (const json& column : contest.at("columns")) {
    if (column.at("figure") == figure) return column.at("heading");
  }
  return figure;
}

std::string target_line(const json& contest, const json& target) {
  const std::string other = target.at("other");
  const std::string what =
      fmt::format("{}: {}{}{}", heading_of(contest, target.at("figure")),
                  target.at("ours").get<std::string>(), other.empty() ? "" : " / ", other);
  const std::string wanted = fmt::format("{} {:g}", target.at("wanted").get<std::string>(),
                                         target.at("limit").get<double>());
  if (target.at("met").is_null()) return fmt::format("  ? {}: wanted {}\n", what, wanted);
  return fmt::format("  {} {} = {:.2f}, wanted {}\n",
                     target.at("met").get<bool>() ? "reached    " : "NOT reached", what,
                     target.at("reached").get<double>(), wanted);
}

std::string contest_text(const json& contest) {
  std::string text = contest.at("title").get<std::string>() + "\n";
  const std::size_t width = name_width(contest);
  text += fmt::format("  {:<{}}", "", width);
  for (const json& column : contest.at("columns")) {
    text += "  " + column.at("heading").get<std::string>();
  }
  text += "\n";
  for (const json& entry : contest.at("entries")) text += entry_line(contest, entry, width);
  for (const json& target : contest.at("targets")) text += target_line(contest, target);
  return text + "\n";
}

}  // namespace

std::string make_table(const json& results) {
  std::string text;
  for (const json& contest : results.at("contests")) text += contest_text(contest);
  return text;
}

}  // namespace hearsay::measure
