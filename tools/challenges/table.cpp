#include "tools/challenges/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "tools/report/challenge_verdict.h"
#include "tools/report/report.h"

namespace hearsay::challenges {
namespace {

constexpr const char* kColumns = "{:<4}{:<25}{:>15}{:>14}{:>14}  {}\n";

// "1.65 < 30", "1.65" without a limit, "-" if there is neither.
std::string cell(const Entry& entry, std::string_view figure) {
  for (const nlohmann::json& known : entry.figures) {
    if (known.at("figure") != figure) continue;
    const nlohmann::json& below = known.at("below");
    if (below.is_null() && known.at("value").is_null()) return "-";
    const std::string value = bench::short_figure(known.at("value"));
    return below.is_null() ? value : fmt::format("{} < {:g}", value, below.get<double>());
  }
  return "-";
}

}  // namespace

std::string verdict_word(const Entry& entry) {
  if (!entry.has_verdict) return "no verdict";
  return entry.passed ? "PASS" : "FAIL";
}

std::string make_heading() {
  return fmt::format(fmt::runtime(kColumns), "", "challenge", "messages/op", "median, ms",
                     "maximum, ms", "");
}

std::string make_line(const Entry& entry) {
  std::string text =
      fmt::format(fmt::runtime(kColumns), entry.challenge->name, entry.challenge->title,
                  cell(entry, "messages-per-op"), cell(entry, "stable-latency-median"),
                  cell(entry, "stable-latency-maximum"), verdict_word(entry));
  for (const std::string& note : entry.notes) text += bench::indented(note, 6) + "\n";
  return text;
}

nlohmann::json to_json(const std::vector<Entry>& entries) {
  nlohmann::json list = nlohmann::json::array();
  for (const Entry& entry : entries) {
    list.push_back({{"challenge", entry.challenge->name},
                    {"title", entry.challenge->title},
                    {"passed", entry.passed},
                    {"figures", entry.figures},
                    {"notes", entry.notes},
                    {"directory", entry.directory}});
  }
  const bool all =
      std::all_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.passed; });
  return {{"passed", all}, {"challenges", std::move(list)}};
}

}  // namespace hearsay::challenges
