// `hearsay trace check`: invariants over the traces, and the evidence against them.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/commands.h"
#include "tools/trace/node_check.h"
#include "tools/trace/output.h"
#include "tools/trace/run_reader.h"
#include "tools/trace/spread.h"
#include "tools/trace/verdicts.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kShownOfARule = 5;
// A value that is younger than this at the end may be on its way.
constexpr std::int64_t kSpreadTakesNs = 2 * kNsPerSecond;

class Check {
 public:
  explicit Check(const TraceOptions& options)
      : run_(options.run), trace_(run_.open()), out_(options.output, run_.logs().files) {
    while (const TraceEvent* event = trace_.next()) take(*event);
    level_.require(trace::Level::info, "");
    for (NodeCheck& node : nodes_) node.finish();
    check_values();
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (is_incomplete(i)) verdicts_.excuse(i);
    }
  }

  int print() {
    out_.line("{}: {}, {}", bench::printable(run_.logs().name),
              count_text(static_cast<std::int64_t>(with_events_.size()), "node"),
              count_text(events_, "event"));
    bool good = true;
    for (std::size_t i = 0; i < kRules; ++i) good = print_rule(static_cast<Rule>(i)) && good;
    print_notes();
    out_.flush();
    return good ? bench::kExitValid : bench::kExitInvalid;
  }

 private:
  void take(const TraceEvent& event) {
    while (event.node >= nodes_.size()) {
      nodes_.emplace_back(static_cast<std::uint32_t>(nodes_.size()), verdicts_, book_);
      levels_.emplace_back();
    }
    ++events_;
    last_ns_ = std::max(last_ns_, event.time_ns);
    with_events_.insert(event.node);
    if (event.event == Event::node_initialised) {
      cluster_size_ = std::max(cluster_size_, event.number(FieldName::count));
    }
    level_.take(event);
    levels_[event.node].take(event);
    spread_.take(event);
    nodes_[event.node].take(event);
  }

  // What a node did not tell can't be held against it.
  bool is_incomplete(std::uint32_t node) const { return nodes_[node].dropped() > 0; }

  // Logs of several machines may be of different levels.
  bool tells_values(std::uint32_t node) const {
    return levels_[node].reaches(text_of(Rule::values_everywhere).needs);
  }

  void check_values() {
    const std::set<std::string, std::less<>> acknowledged(book_.acknowledged.begin(),
                                                          book_.acknowledged.end());
    for (const SpreadValue& value : spread_.values()) {
      if (acknowledged.count(value.text) == 0) continue;
      if (value.first_ns > last_ns_ - kSpreadTakesNs) {
        if (value.nodes.size() < with_events_.size()) ++young_;
        continue;
      }
      verdicts_.count(Rule::values_everywhere);
      check_value(value);
    }
  }

  void check_value(const SpreadValue& value) {
    std::string lacking;
    for (const std::uint32_t node : with_events_) {
      if (value.nodes.has(node) || is_incomplete(node) || !tells_values(node)) continue;
      if (nodes_[node].has_ended_by(value.first_ns + kSpreadTakesNs)) continue;
      lacking += (lacking.empty() ? "" : ", ") + name(node);
    }
    if (lacking.empty()) return;
    verdicts_.violate(Rule::values_everywhere, value.origin, value.first_ns,
                      fmt::format("value {} was acknowledged and is not at {}; hearsay trace value "
                                  "{} {} shows where it stopped",
                                  value.text, lacking, value.text, run_.logs().name));
  }

  std::string name(std::uint32_t node) const { return trace_.nodes()[node]; }

  bool print_rule(Rule rule) {
    const RuleText& text = text_of(rule);
    if (!level_.reaches(text.needs)) {
      out_.line("  not checked  {}: {}", text.holds, level_.advice(text.needs));
      return true;
    }
    const std::int64_t violations = verdicts_.violations(rule);
    out_.line("  {:<11}  {} ({})", violations == 0 ? "good" : "VIOLATED", text.holds,
              count_text(verdicts_.looked_at(rule), text.counted));
    const auto& evidence = verdicts_.evidence(rule);
    for (std::size_t i = 0; i < std::min(kShownOfARule, evidence.size()); ++i) {
      const Evidence& each = evidence[i];
      const double at_s = static_cast<double>(run_.since_start(each.time_ns)) / 1e9;
      out_.line("    {:.6f} {}: {}", at_s, bench::printable(name(each.node)),
                bench::printable(each.text));
      out_.line("      {} --node {} --from {:.3f} --to {:.3f}", run_.command("log"),
                bench::printable(name(each.node)), at_s - 0.01, at_s + 0.01);
    }
    const auto shown = static_cast<std::int64_t>(std::min(kShownOfARule, evidence.size()));
    if (violations > shown) out_.line("    and {} more", violations - shown);
    return violations == 0;
  }

  void print_notes() {
    if (level_.reaches(trace::Level::debug) && !level_.reaches(trace::Level::trace)) {
      out_.line("  Without commits the journal shows only where a worker died: {}",
                level_.advice(trace::Level::trace));
    }
    if (young_ > 0) {
      out_.line("  {} not everywhere yet, less than {} old at the end: not judged",
                count_text(young_, "value"), duration_text(kSpreadTakesNs));
    }
    if (cluster_size_ > static_cast<std::int64_t>(with_events_.size())) {
      out_.line(
          "  The cluster has {}; the logs of the others are not here: nothing is said of them",
          count_text(cluster_size_, "node"));
    }
    std::int64_t open = 0;
    for (const NodeCheck& node : nodes_) open += node.excused_starts();
    if (open > 0) {
      out_.line("  {} went on when the node or its trace ended: not judged",
                count_text(open, "start"));
    }
    for (const std::uint32_t node : with_events_) {
      if (tells_values(node) || !level_.reaches(text_of(Rule::values_everywhere).needs)) continue;
      out_.line("  {} tells no values, at its level: {}", bench::printable(name(node)),
                levels_[node].advice(text_of(Rule::values_everywhere).needs));
    }
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (!is_incomplete(i)) continue;
      out_.line("  {} could not write {}: nothing is held against it", bench::printable(name(i)),
                count_text(nodes_[i].dropped(), "event"));
    }
  }

  RunReader run_;
  MergedTrace trace_;
  Verdicts verdicts_;
  AnswerBook book_;
  std::vector<NodeCheck> nodes_;
  std::vector<LevelSeen> levels_;  // by node
  std::set<std::uint32_t> with_events_;
  Spread spread_;
  LevelSeen level_;
  Output out_;
  std::int64_t events_ = 0;
  std::int64_t last_ns_ = 0;
  std::int64_t cluster_size_ = 0;
  std::int64_t young_ = 0;
};

}  // namespace

int check_trace(const TraceOptions& options) {
  return Check(options).print();
}

}  // namespace hearsay::traces
