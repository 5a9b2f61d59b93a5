#include "tools/drill/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/console/count_text.h"

namespace hearsay::drill {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

constexpr std::size_t kMostNamed = 5;

std::int64_t count_at(const json& results, const char* place) {
  return results.at(json::json_pointer(place)).get<std::int64_t>();
}

// "a, b, c, ..."
std::string list_of(const json& items) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMostNamed); ++i) {
    const json& item = items[i];
    text += (i > 0 ? ", " : "") + (item.is_string() ? item.get<std::string>() : item.dump());
  }
  return items.size() > kMostNamed ? text + ", ..." : text;
}

// Each name once, with how often it stood there if that is more.
json counted(const json& names) {
  std::map<std::string, std::int64_t> counts;
  for (const json& name : names) ++counts[name.get<std::string>()];
  json result = json::array();
  for (const auto& [name, count] : counts) {
    result.push_back(count > 1 ? fmt::format("{} ({} of them)", name, count) : name);
  }
  return result;
}

void look_at_answers(const json& results, Words& findings) {
  const json& lost = results.at("lost");
  if (const auto count = lost.at("count").get<std::int64_t>(); count > 0) {
    findings.push_back(fmt::format("{} lost ({}): acknowledged, and missing in the last read of {}",
                                   bench::count_text(count, "value"), list_of(lost.at("values")),
                                   list_of(lost.at("nodes"))));
  } else if (results.at("workload").at("valid?") == false) {
    findings.push_back(
        fmt::format("the checker of {} found something: see \"workload\" in drill.json",
                    results.at("options").at("under").get<std::string>()));
  }
  const auto look = [&](const char* place, std::string_view what, std::string_view then) {
    const std::int64_t count = count_at(results, place);
    if (count > 0) findings.push_back(bench::count_text(count, what) + std::string(then));
  };
  look("/operations/answered-twice", "answer", " too many: a request was answered twice");
  look("/operations/ids-twice", "id", " handed out more than once");
  look("/operations/wrong", "answer", " of the wrong kind, or with other content than was asked");
  look("/operations/unanswered", "request", " never answered within 5 s");
  // A drill that was cut off did not wait for them.
  if (!results.contains("failure") && count_at(results, "/strikes/without-answer-after") > 0) {
    findings.push_back(
        fmt::format("{} without any answer afterwards, of {}",
                    bench::count_text(count_at(results, "/strikes/without-answer-after"), "strike"),
                    list_of(results.at("strikes").at("nodes-without-answer"))));
  }
  for (const auto& [kind, count] : results.at("bad-lines").items()) {
    if (kind == "oddity") continue;
    findings.push_back(kind == "late-reply"
                           ? bench::count_text(count, "answer") +
                                 " too late: the client had given up"
                           : bench::count_text(count, "bad line") + fmt::format(" ({})", kind));
  }
}

void look_at_deaths(const json& results, Words& findings) {
  const json deaths = results.at("deaths").value("by-cause", json::object());
  for (const auto& [cause, count] : deaths.items()) {
    const bool ordered = cause == "nemesis" || cause == "chaos" ||
                         (cause == "stopped by a signal" && results.at("options").at("stop"));
    if (!ordered) {
      findings.push_back(bench::count_text(count, "worker") +
                         fmt::format(" died though nobody killed it: {}", cause));
    }
  }
}

void look_at_holdings(json& results, Words& findings) {
  const double values = results.at("values-since-first-look");
  for (json& holding : results.at("holdings")) {
    const std::string node = holding.at("node");
    const json& memory = holding.at("memory-kb");
    const json& descriptors = holding.at("descriptors");
    const auto allowed = static_cast<std::int64_t>(kGrowth * memory[0].get<double>() + kSlackKb +
                                                   kKbAValue * values);
    holding["memory-allowed-kb"] = allowed;
    if (results.contains("failure")) continue;  // it was not at rest
    if (memory[1] > allowed) {
      findings.push_back(fmt::format("{} grew from {} to {} KB of memory (up to {} is no growth)",
                                     node, memory[0].dump(), memory[1].dump(), allowed));
    }
    if (descriptors[1] > descriptors[0]) {
      findings.push_back(fmt::format("{} has {} descriptors instead of {}", node,
                                     descriptors[1].dump(), descriptors[0].dump()));
    }
  }
  const json& left = results.at("left");
  if (!left.at("processes").empty()) {
    findings.push_back("processes left behind by " + list_of(counted(left.at("processes"))));
  }
  if (!left.at("shared-memory").empty()) {
    findings.push_back("left behind in /dev/shm: " + list_of(left.at("shared-memory")));
  }
}

bool lacks_last_reads(const json& results) {
  const json& reads = results.at("last-reads");
  return reads.at("came") < reads.at("wanted") || results.at("workload").at("valid?") == "unknown";
}

Words remarks_on(const json& results) {
  Words remarks;
  const json& strikes = results.at("strikes");
  const auto struck = static_cast<std::int64_t>(strikes.at("list").size());
  if (struck == 0 && results.contains("failure")) {
    remarks.emplace_back("nothing had been hit when it ended");
  } else if (struck == 0) {
    remarks.emplace_back(
        "nothing was hit: no node has a worker (a child process); --target node kills whole nodes");
  } else if (struck < strikes.at("wanted")) {
    remarks.push_back(
        fmt::format("only {} of {} strikes hit something", struck, strikes.at("wanted").dump()));
  }
  if (count_at(results, "/operations/acknowledged") == 0) {
    remarks.emplace_back("no operation was acknowledged");
  }
  if (lacks_last_reads(results)) {
    remarks.emplace_back("what each node holds at the end could not be read");
  }
  if (const auto refused = count_at(results, "/operations/refused"); refused > 0) {
    remarks.push_back(bench::count_text(refused, "request") + " answered with an error");
  }
  return remarks;
}

bool proves_nothing(const json& results) {
  return results.contains("failure") || results.at("strikes").at("list").empty() ||
         count_at(results, "/operations/acknowledged") == 0 || lacks_last_reads(results);
}

}  // namespace

void judge(json& results) {
  Words findings;
  look_at_answers(results, findings);
  look_at_deaths(results, findings);
  look_at_holdings(results, findings);
  results["valid?"] = !findings.empty()         ? json(false)
                      : proves_nothing(results) ? json("unknown")
                                                : json(true);
  results["remarks"] = remarks_on(results);
  results["findings"] = std::move(findings);
}

}  // namespace hearsay::drill
