// `hearsay trace summary`: the words around the figures.
#include <fmt/core.h>

#include <algorithm>

#include "tools/console/exit_codes.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/clock_table.h"
#include "tools/trace/commands.h"
#include "tools/trace/output.h"
#include "tools/trace/summary.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kSlowestShown = 5;

// "1,234,567"
std::string grouped(std::int64_t number) {
  std::string text = fmt::format("{}", number);
  for (std::size_t at = text.size(); at > 3 && text[at - 4] != '-'; at -= 3)
    text.insert(at - 3, ",");
  return text;
}

// As `hearsay test` and Maelstrom take it: of n the one at index min(n-1, floor(n*share)).
std::int64_t quantile(const std::vector<std::int64_t>& sorted, double share) {
  const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

// "12 (10 batch, 2 tell)", the most frequent first.
std::string with_kinds(const Summary::ByType& kinds) {
  std::vector<std::pair<std::int64_t, std::string>> sorted;
  std::int64_t sum = 0;
  for (const auto& [name, count] : kinds) {
    if (count > 0) sorted.emplace_back(-count, name);
    sum += count;
  }
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const auto& [count, name] : sorted) {
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(-count), bench::printable(name));
  }
  return grouped(sum) + (text.empty() ? "" : " (" + text + ")");
}

class SummaryPage {
 public:
  explicit SummaryPage(const TraceOptions& options) : run_(options.run), trace_(run_.open()) {
    while (const TraceEvent* event = trace_.next()) summary_.take(*event);
    for (const auto& file : trace_.files()) bytes_ += file->notes().bytes;
    for (std::uint32_t i = 0; i < trace_.nodes().size(); ++i) {
      if (summary_.node(i).events > 0) ++nodes_with_events_;
    }
  }

  int print() {
    say_extent();
    if (summary_.events() > 0) {
      say_messages();
      say_values();
      say_deaths();
      say_nodes();
      say_slowest();
      say_warnings();
      say_clocks();
    }
    say_files();
    out_.flush();
    return summary_.events() > 0 ? bench::kExitValid : bench::kExitRunFailed;
  }

 private:
  std::string name(std::uint32_t node) const { return bench::printable(trace_.nodes()[node]); }

  void say_extent() {
    const double kilobytes = static_cast<double>(bytes_) / 1e3;
    out_.line("{}: {}, {} events, {}", bench::printable(run_.logs().name),
              count_text(nodes_with_events_, "node"), grouped(summary_.events()),
              kilobytes < 1000 ? fmt::format("{:.0f} KB", kilobytes)
                               : fmt::format("{:.1f} MB", kilobytes / 1000));
    if (summary_.events() == 0) {
      out_.line("No event of a hearsay node is in these logs.");
      return;
    }
    out_.line("From {} to {}: {}; recorded at {}",
              seconds_text(run_.since_start(summary_.first_ns())),
              seconds_text(run_.since_start(summary_.last_ns())), run_.clock_text(),
              summary_.level().name());
  }

  void say_messages() {
    if (!summary_.level().reaches(trace::Level::debug)) {
      out_.line("\nMessages and values: {}", summary_.level().advice(trace::Level::debug));
      return;
    }
    out_.line("\nMessages between nodes: {}", with_kinds(summary_.messages_between_nodes()));
    out_.line("Answers to clients: {}", with_kinds(summary_.answers()));
  }

  void say_values() {
    std::vector<std::int64_t> spreads;
    for (const SpreadValue& value : summary_.spread().values()) {
      if (is_everywhere(value)) spreads.push_back(value.spread_ns());
    }
    std::sort(spreads.begin(), spreads.end());
    const auto count = summary_.spread().values().size();
    if (count == 0) return;
    out_.line("Values: {}, at every node: {}{}", grouped(static_cast<std::int64_t>(count)),
              grouped(static_cast<std::int64_t>(spreads.size())),
              spreads.empty() ? ""
                              : fmt::format("; there after (median, maximum) {}, {}",
                                            duration_text(quantile(spreads, 0.5)),
                                            duration_text(spreads.back())));
    if (spreads.size() < count) say_missing();
  }

  bool is_everywhere(const SpreadValue& value) const {
    return static_cast<std::int64_t>(value.nodes.size()) == nodes_with_events_;
  }

  void say_missing() {
    std::size_t shown = 0;
    std::string text;
    for (const SpreadValue& value : summary_.spread().values()) {
      if (is_everywhere(value)) continue;
      if (++shown > kSlowestShown) break;
      text += (text.empty() ? "" : ", ") + bench::printable(value.text);
    }
    out_.line("  not at every node: {}{} (hearsay trace value shows where one stopped)", text,
              shown > kSlowestShown ? ", ..." : "");
  }

  void say_deaths() {
    std::vector<std::int64_t> outages = summary_.outages_ns();
    std::sort(outages.begin(), outages.end());
    std::string text;
    if (!outages.empty()) {
      text = fmt::format("; without a worker for (median, 99 %, maximum) {}, {}, {}",
                         duration_text(quantile(outages, 0.5)),
                         duration_text(quantile(outages, 0.99)), duration_text(outages.back()));
    }
    out_.line("Deaths of workers: {}{}", with_kinds(summary_.deaths()), text);
  }

  void say_nodes() {
    const bool debug = summary_.level().reaches(trace::Level::debug);
    out_.line("\n{:<8}{:>8}{:>7}{:>8}{:>16}{:>9}{:>9}{:>9}{:>9}", "node", "events", "starts",
              "deaths", "longest outage", "read", "written", "values", "dropped");
    for (std::uint32_t i = 0; i < trace_.nodes().size(); ++i) {
      const NodeSummary& node = summary_.node(i);
      if (node.events == 0) continue;
      const auto if_told = [&](std::int64_t count) {
        return debug ? fmt::format("{}", count) : std::string("-");
      };
      out_.line("{:<8}{:>8}{:>7}{:>8}{:>16}{:>9}{:>9}{:>9}{:>9}", name(i), node.events, node.lives,
                node.deaths,
                node.longest_outage_ns == 0 ? "-" : duration_text(node.longest_outage_ns),
                if_told(node.lines_read), if_told(node.lines_written),
                if_told(summary_.spread().count_at(i)), node.dropped);
    }
    if (summary_.cluster_size() > nodes_with_events_) {
      out_.line("The cluster has {}; the logs of the others are not here.",
                count_text(summary_.cluster_size(), "node"));
    }
  }

  void say_slowest() {
    std::vector<const SpreadValue*> slowest;
    for (const SpreadValue& value : summary_.spread().values()) {
      if (is_everywhere(value) && nodes_with_events_ > 1) slowest.push_back(&value);
    }
    const std::size_t shown = std::min(kSlowestShown, slowest.size());
    std::partial_sort(
        slowest.begin(), slowest.begin() + static_cast<std::ptrdiff_t>(shown), slowest.end(),
        [](const SpreadValue* a, const SpreadValue* b) { return a->spread_ns() > b->spread_ns(); });
    if (shown > 0) out_.line("\nSlowest values:");
    for (std::size_t i = 0; i < shown; ++i) {
      const SpreadValue& value = *slowest[i];
      out_.line("  {}: from {} at {} to {}, {} later", bench::printable(value.text),
                name(value.origin), seconds_text(run_.since_start(value.first_ns)),
                name(value.last_node), duration_text(value.spread_ns()));
    }
  }

  void say_warnings() {
    if (summary_.warnings().empty()) return;
    out_.line("\nWarnings:");
    for (const auto& [what, warning] : summary_.warnings()) {
      out_.line("  {} {} ({}), the last: {}", name(what.first), name_of(what.second), warning.count,
                warning.last);
    }
  }

  void say_clocks() {
    const std::string table = clock_table(run_);
    if (!table.empty()) out_.line("\n{}", table);
  }

  void say_files() {
    if (summary_.vocabulary() > trace::kVocabularyVersion) {
      out_.line("\nThe nodes speak vocabulary {}; this program knows up to {}: it may miss things.",
                summary_.vocabulary(), trace::kVocabularyVersion);
    }
    for (const auto& file : trace_.files()) {
      const FileNotes& notes = file->notes();
      std::string text;
      const auto add = [&](const std::string& words) {
        text += (text.empty() ? "" : ", ") + words;
      };
      if (notes.events == 0) add("no events");
      if (notes.foreign_lines > 0) add(count_text(notes.foreign_lines, "line") + " of others");
      if (notes.unknown_events > 0) {
        add(count_text(notes.unknown_events, "event") + " that this program does not know");
      }
      if (notes.cut_off) add("the last line is cut off");
      if (notes.clock_steps > 0) {
        add(fmt::format("its clock was set back {} (by up to {}); later times are moved up",
                        notes.clock_steps == 1 ? "once" : count_text(notes.clock_steps, "time"),
                        duration_text(notes.largest_step_ns)));
      }
      if (!text.empty()) {
        out_.line("{}: {}", bench::printable(file->path().filename().string()), text);
      }
    }
  }

  RunReader run_;
  MergedTrace trace_;
  Summary summary_;
  Output out_;
  std::int64_t bytes_ = 0;
  std::int64_t nodes_with_events_ = 0;
};

}  // namespace

int show_summary(const TraceOptions& options) {
  return SummaryPage(options).print();
}

}  // namespace hearsay::traces
