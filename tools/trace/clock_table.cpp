#include "tools/trace/clock_table.h"

#include <fmt/core.h>

#include <cmath>

#include "common/base/units.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// As exact for hours as for moments.
std::string signed_text(std::int64_t ns) {
  if (std::abs(ns) >= 10 * kNsPerSecond) {
    return fmt::format("{:+.3f} s", static_cast<double>(ns) / kNsPerSecond);
  }
  return (ns < 0 ? "-" : "+") + duration_text(std::abs(ns));
}

std::string bounds_text(const Clock& clock) {
  if (clock.least_ns && clock.most_ns) {
    return fmt::format("{} to {}", signed_text(*clock.least_ns), signed_text(*clock.most_ns));
  }
  return clock.least_ns ? signed_text(*clock.least_ns) + " or more"
                        : signed_text(*clock.most_ns) + " or less";
}

std::string jumps_text(const Clock& clock) {
  const auto count = static_cast<std::int64_t>(clock.jumps.size());
  return fmt::format("moved up {}, by {} in all", count == 1 ? "once" : count_text(count, "time"),
                     duration_text(clock.jumped_ns()));
}

std::string clock_text(const Clock& clock) {
  if (!clock.least_ns && !clock.most_ns) return "not known: no message leads from one to the other";
  const std::string from = count_text(clock.messages, "message");
  if (clock.offset_ns == 0 && clock.gain == 0)
    return fmt::format("the same, as far as {} tell ({})", from, bounds_text(clock));
  std::string text = fmt::format("{} ({}), from {}; its times are moved",
                                 signed_text(clock.offset_ns), bounds_text(clock), from);
  if (clock.gain != 0) {
    text += fmt::format("; it {} {:.1f} us a second", clock.gain > 0 ? "gains" : "loses",
                        std::abs(clock.gain) * 1e6);
  }
  return text;
}

}  // namespace

std::string clock_table(const RunReader& run) {
  const auto& files = run.logs().files;
  if (run.logs().one_machine || files.size() < 2) return "";
  const Clocks& clocks = run.clocks();
  const auto name = [&](std::size_t file) {
    return bench::printable(files[file].filename().string());
  };
  if (clocks.all[clocks.reference].messages == 0) {
    return "Clocks: taken for the same; no message between two logs tells (that "
           "needs --trace-level debug)";
  }
  std::string text = fmt::format("Clocks, beside that of {}:", name(clocks.reference));
  if (run.ahead_of_bench_ns() != 0) {
    text += fmt::format("\n  the bench: {}, as hearsay test found",
                        signed_text(-run.ahead_of_bench_ns()));
  }
  bool steady = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Clock& clock = clocks.all[i];
    if (i != clocks.reference) text += fmt::format("\n  {}: {}", name(i), clock_text(clock));
    if (clock.jumps.empty()) continue;
    steady = false;
    text += fmt::format("\n  {}: {}", name(i), jumps_text(clock));
  }
  if (!steady) {
    text +=
        "\n  One was set, or ran now faster and now slower: logs are moved up where a message "
        "would stand before it was sent.";
  }
  if (!clocks.in_order) {
    text += "\n  These logs contradict themselves: messages stand before they were sent.";
  }
  return text;
}

}  // namespace hearsay::traces
