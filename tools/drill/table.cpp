#include "tools/drill/table.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/console/count_text.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::drill {
namespace {

using nlohmann::json;

constexpr const char* kRow = "  {:<28}{:>9}{:>11}{:>11}{:>11}\n";

// "1.52"; "-" where there is none.
std::string ms(const json& value) {
  return value.is_null() ? "-" : fmt::format("{:.2f}", value.get<double>());
}

std::string row(std::string_view name, const json& spread, const char* count = "count") {
  return fmt::format(fmt::runtime(kRow), name, spread.at(count).dump(), ms(spread.at("p50")),
                     ms(spread.at("p99")), ms(spread.at("max")));
}

std::string heading(std::string_view what, std::string_view counted) {
  return fmt::format(fmt::runtime(kRow), what, counted, "p50", "p99", "max");
}

std::string bytes_text(std::int64_t bytes) {
  if (bytes < 1024 * 1024) return fmt::format("{} KiB", bytes / 1024);
  return fmt::format("{} MiB", bytes / 1024 / 1024);
}

std::string outages_text(const json& strikes) {
  std::string text = heading("outage, ms, by where it hit", "strikes");
  for (const json& place : strikes.at("by-place")) {
    text += row(place.at("place").get<std::string>(), place, "strikes");
  }
  if (strikes.at("kills") > 0) text += row("all kills", strikes.at("outage-ms"));
  if (strikes.at("stops") > 0) text += row("all stops", strikes.at("stop-outage-ms"));
  return text;
}

std::string recoveries_text(const json& recoveries) {
  if (recoveries.empty()) return "";
  std::string text = "\n" + heading("recovery, ms, by journal", "starts");
  for (const json& size : recoveries) {
    text += row("below " + bytes_text(size.at("journal-bytes-below").get<std::int64_t>()), size);
  }
  return text;
}

std::string operations_text(const json& results) {
  const json& operations = results.at("operations");
  const json& bad = results.at("bad-lines");
  std::string text = fmt::format(
      "\n  operations: {} acknowledged ({} by the load, {} by the probes)\n"
      "  lost {}, answered twice {}, ids twice {}, wrong {}, late {}, never answered {}",
      operations.at("acknowledged").dump(), operations.at("by-load").dump(),
      operations.at("by-probes").dump(), results.at("lost").at("count").dump(),
      operations.at("answered-twice").dump(), operations.at("ids-twice").dump(),
      operations.at("wrong").dump(), bad.value("late-reply", 0),
      operations.at("unanswered").dump());
  if (operations.at("cut-off") > 0) {
    text +=
        fmt::format(", open when their node was killed whole {}", operations.at("cut-off").dump());
  }
  return text + "\n";
}

std::string holdings_text(const json& results) {
  std::string memory;
  std::string descriptors;
  for (const json& holding : results.at("holdings")) {
    const char* comma = memory.empty() ? "" : ", ";
    const json& kb = holding.at("memory-kb");
    const json& fds = holding.at("descriptors");
    memory += fmt::format("{}{} -> {}", comma, kb[0].dump(), kb[1].dump());
    descriptors += fmt::format("{}{} -> {}", comma, fds[0].dump(), fds[1].dump());
  }
  if (memory.empty()) return "";
  const json& left = results.at("left");
  return fmt::format(
      "  memory of each node, KB: {}\n  descriptors of each: {}\n"
      "  left behind: {} processes, {} names in /dev/shm\n",
      memory, descriptors, left.at("processes").size(), left.at("shared-memory").size());
}

}  // namespace

std::string verdict_line(const json& results) {
  if (results.contains("failure")) {
    const bool is_ended = results.value("failure-kind", "") == bench::kInterrupted;
    return (is_ended ? "" : "THE DRILL FAILED: ") + results.at("failure").get<std::string>();
  }
  if (results.at("valid?") == true) return "VALID: nothing lost, nothing twice, nothing left";
  return results.at("valid?") == false ? "INVALID:" : "UNKNOWN:";
}

std::string make_table(const json& results, const std::string& directory) {
  const json& strikes = results.at("strikes");
  const json& options = results.at("options");
  std::string text = fmt::format(
      "{} and {} in {:.1f} s ({:.1f} s in all): {} under {}\n\n",
      bench::count_text(strikes.at("kills"), "kill"),
      bench::count_text(strikes.at("stops"), "stop"), results.at("strikes-s").get<double>(),
      results.at("wall-s").get<double>(), bench::count_text(options.at("nodes"), "node"),
      options.at("under").get<std::string>());
  text += outages_text(strikes) + recoveries_text(results.at("recoveries"));
  text += operations_text(results) + holdings_text(results);
  text += "\n" + verdict_line(results) + "\n";
  for (const char* kind : {"findings", "remarks"}) {
    for (const json& words : results.at(kind)) text += "  - " + words.get<std::string>() + "\n";
  }
  if (!directory.empty()) text += fmt::format("drill.json and all the rest: {}\n", directory);
  return text;
}

}  // namespace hearsay::drill
