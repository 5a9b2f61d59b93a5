#include "tools/compare/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

#include "tools/console/count_text.h"

namespace hearsay::compare {
namespace {

constexpr std::size_t kNarrowestName = 10;
constexpr std::size_t kWidestName = 44;
constexpr std::size_t kShownReason = 160;

std::string short_text(std::string text, std::size_t most) {
  if (text.size() > most) text = text.substr(0, most - 3) + "...";
  return text;
}

std::string budget_text(const Contestant& contestant) {
  if (!has_budget(contestant.strategy)) return "-";
  return fmt::format("{}{}", contestant.budget_ms ? "" : "default ", budget_ms(contestant));
}

// "38,929"
std::string grouped(const std::optional<double>& number) {
  if (!number) return "-";
  std::string digits = std::to_string(std::llround(*number));
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string ratio(const std::optional<double>& number) {
  return number ? fmt::format("{:.2f}", *number) : "-";
}

class Table {
 public:
  explicit Table(const Comparison& comparison) : comparison_(comparison) {
    for (const Contestant& contestant : comparison.options.contestants) {
      name_width_ = std::max(name_width_, family_of(contestant).size());
    }
    name_width_ = std::min(name_width_, kWidestName);
  }

  std::string make() {
    line("{}", describe_setting(comparison_.options));
    line("");
    line("  {:<{}} {:>11}  {:>10} {:>10}  {:^19}  {:>7}", "", name_width_, "budget", "messages",
         "bytes", "stable latency, ms", "values");
    line("  {:<{}} {:>11}  {:>10} {:>10}  {:>8} {:>10}  {:>7}", "strategy", name_width_, "ms",
         "per op", "per op", "median", "maximum", "lost");
    for (std::size_t i = 0; i < comparison_.options.conditions.size(); ++i) add_condition(i);
    add_interruption();
    add_complaints();
    add_reading();
    add_next();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    text_ += '\n';
  }

  void add_condition(std::size_t number) {
    const Condition& condition = comparison_.options.conditions[number];
    line("");
    line("{}: {}", condition.name, condition.what);
    for (const Cell& cell : comparison_.cells) {
      if (cell.condition == number) add_row(cell);
    }
  }

  void add_row(const Cell& cell) {
    const Contestant& contestant = comparison_.options.contestants[cell.contestant];
    const Figures& figures = cell.typical;
    line("  {:<{}} {:>11}  {:>10} {:>10}  {:>8} {:>10}  {:>7} {}",
         short_text(family_of(contestant), name_width_), name_width_, budget_text(contestant),
         ratio(figures.messages_per_op), grouped(figures.bytes_per_op), grouped(figures.median_ms),
         grouped(figures.maximum_ms), count_done(cell) > 0 ? std::to_string(figures.lost) : "-",
         mark(cell));
  }

  static std::string_view mark(const Cell& cell) {
    if (!cell.good) return "!";
    return cell.unbeaten ? "*" : "";
  }

  void add_interruption() {
    const std::size_t done = count_done(comparison_);
    const std::size_t planned = count_runs(comparison_.options);
    if (done == planned) return;
    line("");
    line("INTERRUPTED: {} of {} done; figures are of those", done,
         bench::count_text(static_cast<std::int64_t>(planned), "run"));
  }

  // The first run that is not valid of each cell that should be.
  void add_complaints() {
    for (const Cell& cell : comparison_.cells) {
      const auto bad = std::find_if(cell.runs.begin(), cell.runs.end(), [&](const auto& run) {
        return !cell.good && run.done && !run.verdict.valid;
      });
      if (bad == cell.runs.end()) continue;
      line("");
      line("! {} under {}, seed {}: {} ({})",
           name_of(comparison_.options.contestants[cell.contestant]),
           comparison_.options.conditions[cell.condition].name, bad->seed,
           short_text(bad->verdict.why, kShownReason), bad->results);
    }
  }

  bool has_condition(std::string_view name) const {
    const auto& all = comparison_.options.conditions;
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& condition) { return condition.name == name; });
  }

  bool has_strategy(std::string_view strategy) const {
    const auto& all = comparison_.options.contestants;
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& contestant) { return contestant.strategy == strategy; });
  }

  void add_reading() {
    line("");
    line(
        "How to read it: messages and bytes go between nodes; an op is a client's broadcast or "
        "read.");
    line("A value is stable once every node shows it: half of them are by the median, all by the");
    line(
        "maximum. Cheap is slow and fast is dear, so look at both: * nobody in this group has "
        "fewer");
    line("messages and a lower maximum too. Lost: acknowledged to a client, then missing.");
    const bool excused =
        std::any_of(comparison_.cells.begin(), comparison_.cells.end(),
                    [](const Cell& cell) { return cell.may_lose_values && cell.typical.lost > 0; });
    if (excused) {
      line(
          "flood says everything once, so what the network loses stays lost: that is no error "
          "here.");
    }
    if (has_condition("partition")) {
      line("In a partition no value is everywhere before the cut ends: look at the median there.");
    }
    if (has_strategy("push")) {
      line("push repeats all that it knows, news or not: its bytes grow with every value.");
    }
  }

  void add_next() {
    const CompareOptions& options = comparison_.options;
    const bench::TestOptions& test = options.test;
    line("");
    line("Try next:");
    line(
        "  hearsay compare -c relay:300 -c \"push --gossip-interval-ms 100\"   your own "
        "contestants");
    line("  hearsay compare --node-count {}   what grows with the cluster, and what does not",
         4 * test.node_count);
    if (!options.real)
      line("  hearsay compare --real   the same with real processes, in real time");
    line(
        "  hearsay {} -w broadcast --node-count {} --rate {:g} --latency {} --time-limit {:g} "
        "-- --gossip epidemic",
        options.real ? "test" : "sim", test.node_count, test.rate_hz, test.latency_ms,
        test.time_limit_s);
    line("      one of the runs by itself, with its latencies as pictures");
  }

  const Comparison& comparison_;
  std::size_t name_width_ = kNarrowestName;
  std::string text_;
};

}  // namespace

std::string make_table(const Comparison& comparison) {
  return Table(comparison).make();
}

}  // namespace hearsay::compare
