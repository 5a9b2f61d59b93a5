#include "tools/report/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/console/count_text.h"
#include "tools/experiment/clients/odd_replies.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/report/challenge_verdict.h"
#include "tools/report/workload_words.h"

namespace hearsay::bench {
namespace {

// Where so few were tried none may have had a chance: a cas of a key that nobody has written yet.
constexpr std::int64_t kFewTries = 10;
constexpr std::size_t kShownFindings = 5;
constexpr std::size_t kShownBytes = 100;
constexpr std::size_t kShownMissing = 3;

std::string shorten(std::string text) {
  if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
  return text;
}

std::vector<std::string> words(const nlohmann::json& texts) {
  return texts.get<std::vector<std::string>>();
}

// "3 values lost: 1, 5, 8"
void add_values(std::vector<std::string>& reasons, const nlohmann::json& workload,
                const std::string& key, const std::string& thing, const std::string& fate) {
  const auto count = workload.value(key + "-count", std::int64_t{0});
  if (count == 0) return;
  std::string text = fmt::format("{} {}: ", count_text(count, thing), fate);
  std::size_t shown = 0;
  for (const auto& [name, value] : workload.at(key).items()) {
    if (shown == kShownFindings) text += ", ...";
    if (shown++ >= kShownFindings) break;
    const std::string word = workload.at(key).is_object() ? name : value.dump();
    text += (shown > 1 ? ", " : "") + word;
  }
  reasons.push_back(shorten(std::move(text)));
}

struct LineKind {
  const char* name;
  const char* one;
  const char* several;
};
const std::vector<LineKind> kBadKinds = {
    {"no-message", "line that is no message", "lines that are no messages"},
    {"unknown-destination", "message to nobody", "messages to nobody"},
    {"unknown-source", "message from nobody", "messages from nobody"},
    {"late-reply", "late reply", "late replies"},
    {"too-much", "amount beyond what the bench keeps", "amounts beyond what the bench keeps"}};
const std::vector<LineKind> kOddKinds = {
    {"oddity", "odd line, which Maelstrom takes", "odd lines, which Maelstrom takes"}};

// "value 3 is missing on n1, n2 (their last reads)"
void add_missing(std::vector<std::string>& reasons, const nlohmann::json& section) {
  std::size_t shown = 0;
  for (const auto& [value, nodes] : section.at("missing").items()) {
    if (nodes.empty()) continue;
    if (shown++ == kShownMissing) return;
    std::string names;
    for (const std::string& node : words(nodes)) names += (names.empty() ? "" : ", ") + node;
    reasons.push_back(
        fmt::format("value {} is missing in the last read of {}", shorten(value), shorten(names)));
  }
}

// "2 late replies: n0 ... ; ..."
void add_bad_lines(std::vector<std::string>& reasons, const nlohmann::json& section,
                   const std::vector<LineKind>& kinds) {
  for (const auto& [kind, one, several] : kinds) {
    if (!section.at("bad-line-counts").contains(kind)) continue;
    const auto& lines = section.at("bad-lines");
    const auto first = std::find_if(lines.begin(), lines.end(), [&](const nlohmann::json& line) {
      return line["kind"] == kind;
    });
    std::string example;
    if (first != lines.end()) {
      example = fmt::format("; the first from {}: {}", first->at("node").get<std::string>(),
                            first->at("reason").get<std::string>());
    }
    const nlohmann::json& count = section.at("bad-line-counts").at(kind);
    reasons.push_back(fmt::format("{} {}{}", count.dump(), count == 1 ? one : several, example));
  }
}

void add_node_faults(std::vector<std::string>& reasons, const nlohmann::json& section) {
  add_bad_lines(reasons, section, kBadKinds);
  for (const auto& violation : section.at("violations")) {
    reasons.push_back(violation.get<std::string>());
  }
}

void add_double_replies(std::vector<std::string>& reasons, const nlohmann::json& section) {
  const auto kept = static_cast<std::int64_t>(section.at("double-replies").size());
  const std::int64_t doubles = section.value("double-reply-count", kept);
  if (doubles == 0) return;
  const nlohmann::json& first = section.at("double-replies").front();
  reasons.push_back(fmt::format("{} too many, the first by {} to {} (msg_id {} had its answer)",
                                count_text(doubles, "answer"), first.at("node").get<std::string>(),
                                first.at("client").get<std::string>(),
                                first.at("in-reply-to").dump()));
}

// "n0 sent c4 a message without in_reply_to: {...} (the last of 3 that answer no request)"
void add_stray_replies(std::vector<std::string>& reasons, const nlohmann::json& section) {
  std::size_t shown = 0;
  for (const nlohmann::json& stray : section.at("stray-replies")) {
    if (shown++ == kShownFindings) return;
    std::string text = fmt::format("{} sent {} {}", stray.at("node").get<std::string>(),
                                   stray.at("last-client").get<std::string>(),
                                   stray.at("last").get<std::string>());
    if (stray.at("count") > 1) {
      text += fmt::format(" (the last of {} that answer no request)", stray.at("count").dump());
    }
    reasons.push_back(std::move(text));
  }
}

// What Maelstrom would not notice.
std::vector<std::string> find_oddities(const nlohmann::json& section) {
  std::vector<std::string> reasons;
  add_values(reasons, section.at("oddities"), "missing", "value", "missing in a final read");
  add_values(reasons, section.at("oddities"), "unexpected", "value", "read that nobody sent");
  add_values(reasons, section.at("oddities"), "duplicated", "value", "twice in one read");
  add_double_replies(reasons, section);
  add_stray_replies(reasons, section);
  add_bad_lines(reasons, section, kOddKinds);
  return reasons;
}

// "3 wrong echoes, the first: asked for "Please echo 5", got "x""
void add_wrong_echoes(std::vector<std::string>& reasons, const nlohmann::json& workload) {
  const bool has_echoes = workload.contains("errors") && !workload.contains("acceptable");
  if (!has_echoes || workload.at("errors").empty()) return;
  const nlohmann::json& first = workload.at("errors").front();  // in Maelstrom's words
  const nlohmann::json& answer = first.at(3);
  std::string got = "an error";  // then nobody's answer stands there, but what was asked for
  if (answer.is_object()) got = shorten(answer.value("echo", answer).dump());
  const std::size_t count = workload.at("errors").size();
  reasons.push_back(fmt::format("{} wrong {}, the first: asked for {}, got {}", count,
                                count == 1 ? "echo" : "echoes", shorten(first.at(1).dump()), got));
}

std::vector<std::string> find_reasons(const nlohmann::json& results) {
  std::vector<std::string> reasons;
  const nlohmann::json& workload = results.at("workload");
  add_values(reasons, workload, "lost", "value", "lost");
  add_missing(reasons, results.at("hearsay"));
  add_values(reasons, workload, "duplicated", "id", "handed out more than once");
  add_wrong_echoes(reasons, workload);
  for (const auto& [f, counts] : results.at("stats").at("by-f").items()) {
    if (counts.at("valid?") != false || is_never_ok(f)) continue;
    const std::int64_t tried = counts.at("count");
    reasons.push_back(
        fmt::format("no {} ever succeeded{}", f,
                    tried < kFewTries
                        ? fmt::format(" (of {}; a longer run or a higher --rate tries more)", tried)
                        : ""));
  }
  if (results.at("availability").at("valid?") == false) {
    const std::string fraction = results.at("availability").at("ok-fraction").dump();
    const nlohmann::json& options = results.at("hearsay").at("options");
    const bool seems_enough = options.value("availability", "") == fraction;
    reasons.push_back(
        fmt::format("too few operations succeeded: a fraction of {}{}", fraction,
                    seems_enough ? " (in 32 bits, as Maelstrom has it, a little less)" : ""));
  }
  add_node_faults(reasons, results.at("hearsay"));
  return reasons;
}

void add_traffic(Report& report, const nlohmann::json& traffic) {
  const nlohmann::json& servers = traffic.at("servers");
  if (servers.at("messages") == 0) return;
  if (servers.contains("bytes-per-op")) {
    report.add("bytes/operation",
               fmt::format("{:.0f} between nodes ({} in all)",
                           servers.at("bytes-per-op").get<double>(), servers.at("bytes").dump()));
  }
  const nlohmann::json& busiest = traffic.at("busiest-node");
  report.add("busiest node",
             fmt::format("{}: {} messages ({} sent, {} addressed to it)",
                         busiest.at("node").get<std::string>(), busiest.at("messages").dump(),
                         busiest.at("sent").dump(), busiest.at("addressed").dump()));
}

void add_resources(Report& report, const nlohmann::json& section) {
  if (!section.contains("resources")) return;
  const nlohmann::json& nodes = section.at("resources").at("nodes");
  report.add("nodes",
             fmt::format("{} ms of CPU, {:.1f} MB of memory at most", nodes.at("cpu-ms").dump(),
                         nodes.at("peak-rss-kb").get<double>() / 1024));
  report.add("bench", fmt::format("{} ms of CPU in {} ms", section.at("bench-cpu-ms").dump(),
                                  section.at("wall-time-ms").dump()));
}

// "31 to partition, 4 to loss"
std::string name_causes(const nlohmann::json& lost) {
  std::string text;
  for (const auto& [cause, count] : lost.items()) {
    if (cause == "all" || count == 0) continue;
    text += fmt::format("{}{} to {}", text.empty() ? "" : ", ", count.dump(), cause);
  }
  return text;
}

// "12 (10 nemesis, 2 outside); without a worker 3.1 ms median, 5 ms maximum"
void add_deaths(Report& report, const nlohmann::json& section) {
  const nlohmann::json& deaths = section.at("deaths");
  if (deaths.at("count") == 0) return;
  std::string causes;
  for (const auto& [cause, count] : deaths.at("by-cause").items()) {
    causes += fmt::format("{}{} {}", causes.empty() ? "" : ", ", count.dump(), cause);
  }
  std::string outage = "how long the nodes were without one is not known";
  if (deaths.contains("outage-ms")) {
    const nlohmann::json& at = deaths.at("outage-ms");
    outage = fmt::format("without a worker {:.1f} ms median, {:.1f} ms maximum",
                         at.at("median").get<double>(), at.at("maximum").get<double>());
  }
  report.add("workers died", fmt::format("{} ({}); {}", deaths.at("count").dump(), causes, outage));
}

void add_faults(Report& report, const nlohmann::json& section) {
  add_deaths(report, section);
  for (const auto& [key, name] :
       {std::pair{"worker-kills", "workers killed"}, {"node-kills", "nodes killed"}}) {
    const nlohmann::json& count = section.at(key).at("count");
    if (count != 0) report.add(name, count.dump());
  }
  if (section.at("pauses") != 0) report.add("nodes paused", section.at("pauses").dump());
  const nlohmann::json& messages = section.at("messages");
  if (messages.at("lost").at("all") != 0) {
    report.add("messages lost", name_causes(messages.at("lost")));
  }
  for (const char* what : {"duplicated", "reordered"}) {
    if (messages.at(what) == 0) continue;
    report.add(fmt::format("messages {}", what), messages.at(what).dump());
  }
}

void add_latencies(Report& report, const nlohmann::json& results) {
  const nlohmann::json& section = results.at("hearsay");
  if (section.contains("rate")) {
    report.add("operations/second",
               fmt::format("{:g}", section.at("rate").at("reached").get<double>()));
  }
  for (const auto& [f, at] : results.at("perf").at("latencies").items()) {
    report.add("latency of " + f,
               fmt::format("{} ms median, {} ms 99 %, {} ms maximum", at.at("0.5").dump(),
                           at.at("0.99").dump(), at.at("1").dump()));
  }
}

void add_figures(Report& report, const nlohmann::json& results) {
  const nlohmann::json& stats = results.at("stats");
  report.add("operations",
             fmt::format("{} ok, {} failed, {} unknown", stats.at("ok-count").dump(),
                         stats.at("fail-count").dump(), stats.at("info-count").dump()));
  add_latencies(report, results);
  const nlohmann::json& servers = results.at("net").at("servers");
  if (servers.contains("msgs-per-op")) {
    report.add("messages/operation", fmt::format("{:.2f} between nodes ({} in all)",
                                                 servers.at("msgs-per-op").get<double>(),
                                                 servers.at("msg-count").dump()));
  }
  const nlohmann::json workload = results.value("workload", nlohmann::json::object());
  if (workload.contains("stable-latencies")) {
    const nlohmann::json& at = workload.at("stable-latencies");
    report.add("stable latency", fmt::format("{} ms median, {} ms 95 %, {} ms 99 %, {} ms maximum",
                                             at.at("0.5").dump(), at.at("0.95").dump(),
                                             at.at("0.99").dump(), at.at("1").dump()));
  }
  const nlohmann::json& section = results.at("hearsay");
  add_traffic(report, section.at("traffic"));
  add_resources(report, section);
  add_faults(report, section);
}

void add_reasons(Report& report, const std::vector<std::string>& reasons) {
  for (const std::string& reason : reasons) report.notes.push_back("- " + reason);
}

void add_interruption(Report& report, const nlohmann::json& results) {
  const nlohmann::json& section = results.at("hearsay");
  std::vector<std::string> reasons;
  add_node_faults(reasons, section);
  const std::vector<std::string> oddities = find_oddities(section);
  reasons.insert(reasons.end(), oddities.begin(), oddities.end());
  report.verdict = section.at("failure").get<std::string>() + ": no verdict. So far:";
  if (reasons.empty()) reasons.emplace_back("nothing wrong with what the nodes printed");
  add_reasons(report, reasons);
  add_figures(report, results);
}

void add_oddities(Report& report, const nlohmann::json& results) {
  const nlohmann::json& section = results.at("hearsay");
  const std::vector<std::string> oddities = find_oddities(section);
  if (oddities.empty()) return;
  const bool only_strict = section.at("options").at("strict") == true &&
                           results.at("workload").value("valid?", nlohmann::json()) == true &&
                           find_reasons(results).empty();
  report.notes.emplace_back(only_strict
                                ? "Invalid only because of --strict:"
                                : "Maelstrom does not look at this (--strict makes it invalid):");
  add_reasons(report, oddities);
}

// "Valid, but:" and the like.
std::string verdict_in_words(const nlohmann::json& results) {
  const nlohmann::json& section = results.at("hearsay");
  if (results.at("valid?") == false) return "INVALID:";
  if (results.at("valid?") != true) {
    const nlohmann::json& workload = results.at("workload");
    if (workload.contains("lacks-memory")) {
      return "UNKNOWN: the checker had too little memory; hearsay check judges it where there is "
             "more.";
    }
    return workload.contains("error")
               ? "UNKNOWN: the checker gave up, as Maelstrom's does."
               : "UNKNOWN: nothing wrong was found, but too little was seen.";
  }
  const nlohmann::json challenge = section.value("challenge", nlohmann::json());
  if (challenge.is_object() && challenge.at("passed") == false) {
    return fmt::format("Valid, but challenge {} is NOT PASSED:",
                       challenge.at("name").get<std::string>());
  }
  const bool praise = section.at("remarks").empty() && find_oddities(section).empty();
  return praise ? "Valid: everything looks good." : "Valid, but:";
}

void add_verdict(Report& report, const nlohmann::json& results) {
  const nlohmann::json& section = results.at("hearsay");
  report.verdict = verdict_in_words(results);
  add_workload_words(report, results.at("workload"));
  add_reasons(report, find_reasons(results));
  if (section.contains("challenge")) add_reasons(report, missed_limits(section.at("challenge")));
  add_reasons(report, words(section.at("remarks")));
  for (const std::string& hint : words(section.at("hints"))) {
    report.notes.push_back("Hint: " + hint);
  }
  add_oddities(report, results);
  if (section.contains("challenge")) {
    const nlohmann::json& challenge = section.at("challenge");
    report.add("challenge " + challenge.at("name").get<std::string>(), describe(challenge));
  }
  add_figures(report, results);
}

// A name that stands there often is said once.
void add_leftovers(Report& report, const nlohmann::json& names) {
  std::map<std::string, std::int64_t> counts;
  for (const nlohmann::json& name : names) ++counts[name.get<std::string>()];
  for (const auto& [name, count] : counts) {
    const std::string what = count > 1 ? fmt::format("{} processes", count) : "processes";
    report.add("left behind",
               fmt::format("{} left {} running (now killed, if this user may)", name, what));
  }
}

}  // namespace

Report make_report(const nlohmann::json& results, const std::string& directory) {
  const nlohmann::json& section = results.at("hearsay");
  Report report;
  if (!results.contains("workload") && results.contains("stats")) {
    add_interruption(report, results);
  } else if (section.contains("failure")) {
    report.verdict = "THE RUN FAILED: " + section.at("failure").get<std::string>();
  } else {
    add_verdict(report, results);
  }
  add_leftovers(report, section.at("leftover-processes"));
  report.add("seed", section.at("seed").dump());
  report.add("results", directory.empty() ? "nowhere: see below" : printable(directory));
  return report;
}

std::string indented(std::string_view note, std::size_t columns) {
  const std::size_t blanks = std::min(note.find_first_not_of(' '), note.size());
  const std::string indent(columns + blanks, ' ');
  std::string text(columns, ' ');
  for (const char c : note.substr(0, note.find_last_not_of('\n') + 1)) {
    text += c;
    if (c == '\n') text += indent;
  }
  return text;
}

std::string to_text(const Report& report) {
  std::string text = report.verdict + "\n";
  for (const std::string& note : report.notes) text += indented(note, 2) + "\n";
  for (const auto& [name, figure] : report.figures) {
    fmt::format_to(std::back_inserter(text), "  {:<22}{}\n", name, figure);
  }
  return text;
}

}  // namespace hearsay::bench
