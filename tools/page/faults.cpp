#include "tools/page/faults.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "tools/experiment/faults/nemesis.h"

namespace hearsay::page {
namespace {

using bench::History;
using bench::Operation;

// "start-partition" with the prefix "start-": "partition".
std::optional<std::string> rest_behind(std::string_view f, std::string_view prefix) {
  if (!f.starts_with(prefix)) return std::nullopt;
  return std::string(f.substr(prefix.size()));
}

std::string join(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// Groups of nodes that hear each other and nobody else, if a cut is of this kind; else nothing.
// `deaf`: who does not hear whom.
std::vector<std::vector<std::string>> groups_of(const nlohmann::json& deaf) {
  std::map<std::set<std::string>, std::vector<std::string>> by_unheard;
  for (const auto& [node, unheard] : deaf.items()) {
    by_unheard[unheard.get<std::set<std::string>>()].push_back(node);
  }
  std::vector<std::vector<std::string>> groups;
  for (const auto& [unheard, nodes] : by_unheard) {
    if (unheard.size() + nodes.size() != deaf.size()) return {};
    groups.push_back(nodes);
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return groups;
}

// Of a cut: "n4 | n0 n1 n2 n3", or what each does not hear.
void describe_cut(const nlohmann::json& deaf, Bar& bar) {
  if (deaf.empty()) return;  // of few nodes some cuts separate nobody
  const auto groups = groups_of(deaf);
  if (groups.size() == 2) {
    bar.nodes = groups.front();
    bar.text = join(groups[0], " ") + " | " + join(groups[1], " ");
    return;
  }
  const nlohmann::json& first = deaf.begin().value();
  const bool same =
      std::all_of(deaf.begin(), deaf.end(), [&](const auto& each) { return each == first; });
  if (same && first.size() == 1 && deaf.size() > 1) {
    bar.nodes = first.get<std::vector<std::string>>();
    bar.text = "nobody hears " + bar.nodes.front();
    return;
  }
  std::vector<std::string> parts;
  for (const auto& [node, unheard] : deaf.items()) {
    bar.nodes.push_back(node);
    parts.push_back(node + " hears not " + join(unheard.get<std::vector<std::string>>(), " "));
  }
  bar.text = join(parts, "; ");
}

// What a deed did: a node's name and what happened to it, or a cut.
Bar make_bar(const Operation& operation) {
  Bar bar;
  bar.begin_ns = bar.end_ns = operation.time_ns;
  const nlohmann::json& value = operation.value;
  if (value.is_object()) {
    for (const auto& [node, done] : value.items()) {
      if (done != bench::kNoWorker) bar.nodes.push_back(node);
    }
    bar.text = join(bar.nodes, ", ");
  } else if (value.is_array() && value.size() == 2 && value[1].is_object()) {
    describe_cut(value[1], bar);
  }
  return bar;
}

// Jepsen notes each deed twice; the first time it says what is planned. A deed at workers says
// nothing else.
bool is_plan(const Operation& operation) {
  const nlohmann::json& value = operation.value;
  return value.is_null() ||
         (value.is_string() && value != "on" && value != "off" && value != "network-healed");
}

bool struck_nobody(const Operation& operation) {
  const nlohmann::json& value = operation.value;
  return value.is_object() && std::all_of(value.begin(), value.end(), [](const auto& done) {
           return done == bench::kNoWorker;
         });
}

class Lanes {
 public:
  explicit Lanes(const History& history) {
    for (const Operation& operation : history.operations()) {
      if (!is_client(operation) && !is_plan(operation)) take(operation);
    }
    const std::int64_t end_ns =
        history.operations().empty() ? 0 : history.operations().back().time_ns;
    while (!open_.empty()) close(open_.begin()->first, end_ns);
    for (auto& [fault, bars] : bars_) {
      std::sort(bars.begin(), bars.end(),
                [](const Bar& a, const Bar& b) { return a.begin_ns < b.begin_ns; });
    }
  }

  std::map<std::string, std::vector<Bar>> take_bars() { return std::move(bars_); }

 private:
  void take(const Operation& operation) {
    if (struck_nobody(operation)) return;
    const std::string& f = operation.f;
    if (const auto started = rest_behind(f, "start-")) {
      open_.try_emplace(*started, make_bar(operation));
    } else if (const auto stopped = rest_behind(f, "stop-")) {
      close(*stopped, operation.time_ns);
    } else if (f == "kill" || rest_behind(f, "pause")) {
      open_.try_emplace(f, make_bar(operation));
    } else if (f == "start") {
      close("kill", operation.time_ns);
    } else if (const auto resumed = rest_behind(f, "resume")) {
      close("pause" + *resumed, operation.time_ns);
    } else {
      bars_[f].push_back(make_bar(operation));
    }
  }

  void close(const std::string& fault, std::int64_t time_ns) {
    auto found = open_.extract(fault);
    if (!found) return;
    found.mapped().end_ns = time_ns;
    bars_[fault].push_back(std::move(found.mapped()));
  }

  std::map<std::string, Bar> open_;
  std::map<std::string, std::vector<Bar>> bars_;
};

}  // namespace

std::map<std::string, std::vector<Bar>> fault_bars(const History& history) {
  return Lanes(history).take_bars();
}

}  // namespace hearsay::page
