#include "tools/page/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

#include "common/base/units.h"
#include "common/base/version.h"
#include "tools/console/challenge.h"
#include "tools/page/faults.h"
#include "tools/page/html.h"
#include "tools/page/messages.h"
#include "tools/page/page_text.h"

namespace hearsay::page {
namespace {

using bench::History;
using bench::Operation;
using bench::OperationType;

constexpr std::size_t kMostOperations = 20'000;
constexpr std::int64_t kNsPerUs = 1000;
constexpr std::int64_t kEarliestUs = -20'000'000;  // the start of the nodes is not longer
constexpr int kOpen = 3;                           // an outcome: there was no answer

std::int64_t in_us(std::int64_t ns) {
  return ns / kNsPerUs;
}

// In the page's script: ok, failed, unknown, open.
int outcome_of(OperationType type) {
  return type == OperationType::ok ? 0 : type == OperationType::fail ? 1 : 2;
}

// Clients' operations, by their invocations; of very many an even choice.
class Operations {
 public:
  explicit Operations(const PageInput& input) : input_(input) {
    if (const bench::MessageLog* log = input.network.log()) {
      for (std::size_t i = 0; i < log->values().size(); ++i) numbers_[log->values()[i].text] = i;
    }
  }

  nlohmann::json describe() {
    const History& history = input_.run.history();
    const auto& all = history.operations();
    const auto count = static_cast<std::size_t>(bench::count_invocations(history));
    const std::size_t stride =
        std::max<std::size_t>(1, (count + kMostOperations - 1) / kMostOperations);
    for (const char* name : {"t", "latency", "node", "outcome", "value"}) {
      columns_[name] = nlohmann::json::array();
    }
    std::size_t number = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_client(all[i]) || all[i].type != OperationType::invoke) continue;
      if (number++ % stride == 0) add(all[i], history.partner(i));
    }
    columns_["stride"] = stride;
    columns_["count"] = count;
    return std::move(columns_);
  }

 private:
  void add(const Operation& invocation, const std::optional<std::size_t>& partner) {
    const std::int64_t time_us = in_us(invocation.time_ns);
    columns_["t"].push_back(time_us - std::exchange(last_us_, time_us));
    const auto& all = input_.run.history().operations();
    columns_["latency"].push_back(partner ? in_us(all[*partner].time_ns) - time_us : -1);
    columns_["outcome"].push_back(partner ? outcome_of(all[*partner].type) : kOpen);
    const std::size_t thread = static_cast<std::size_t>(invocation.process) %
                               std::max<std::size_t>(1, input_.options.thread_count);
    columns_["node"].push_back(thread % input_.network.node_count());
    const auto value = numbers_.find(
        invocation.value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    columns_["value"].push_back(value == numbers_.end() ? -1
                                                        : static_cast<std::int64_t>(value->second));
  }

  const PageInput& input_;
  std::unordered_map<std::string, std::size_t> numbers_;
  nlohmann::json columns_;
  std::int64_t last_us_ = 0;
};

nlohmann::json describe_stable(const PageInput& input) {
  nlohmann::json list = nlohmann::json::array();
  for (const bench::ValueLatency& value : input.workload.value_latencies(input.run.history())) {
    list.push_back({{"text", value.value.dump()},
                    {"t", in_us(value.known_ns)},
                    {"latency", value.latency_ms},
                    {"lost", value.lost}});
  }
  return list;
}

nlohmann::json describe_lanes(const PageInput& input) {
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t node = 0; node < input.network.node_count(); ++node) {
    numbers[input.network.node_name(node)] = node;
  }
  nlohmann::json lanes = nlohmann::json::array();
  const auto by_fault = fault_bars(input.run.history());
  for (const bench::Fault each : bench::kFaults) {
    const std::string fault(name_of(each));
    if (by_fault.count(fault) == 0) continue;
    const std::vector<Bar>& bars = by_fault.at(fault);
    nlohmann::json list = nlohmann::json::array();
    for (const Bar& bar : bars) {
      nlohmann::json nodes = nlohmann::json::array();
      for (const std::string& node : bar.nodes) {
        if (numbers.count(node) > 0) nodes.push_back(numbers.at(node));
      }
      list.push_back({{"begin", in_us(bar.begin_ns)},
                      {"end", in_us(bar.end_ns)},
                      {"nodes", std::move(nodes)},
                      {"text", bar.text}});
    }
    lanes.push_back({{"fault", fault}, {"bars", std::move(list)}});
  }
  return lanes;
}

// When the last operation, message or fault ended.
std::int64_t end_us(const PageInput& input, std::int64_t load_start_ns) {
  std::int64_t end_ns = 0;
  if (!input.run.history().operations().empty()) {
    end_ns = input.run.history().operations().back().time_ns;
  }
  if (const bench::MessageLog* log = input.network.log()) {
    for (const auto& message : log->messages()) {
      end_ns =
          std::max({end_ns, message.sent_ns - load_start_ns, message.ended_ns - load_start_ns});
    }
  }
  return in_us(end_ns);
}

nlohmann::json describe_outages(const PageInput& input, std::int64_t load_start_ns,
                                std::int64_t run_end_us) {
  nlohmann::json list = nlohmann::json::array();
  for (const bench::Outage& outage : input.outages) {
    const std::int64_t begin = in_us(outage.begin_ns - load_start_ns);
    const std::int64_t end = outage.end_ns ? in_us(*outage.end_ns - load_start_ns) : run_end_us;
    // A foreign log may tell any time.
    if (end < begin || end < kEarliestUs || begin > run_end_us) continue;
    list.push_back({outage.node, std::max(begin, kEarliestUs), std::min(end, run_end_us)});
  }
  return list;
}

nlohmann::json final_reads_us(const History& history) {
  for (const Operation& operation : history.operations()) {
    if (operation.final_read) return in_us(operation.time_ns);
  }
  return nullptr;
}

nlohmann::json value_at(const nlohmann::json& json, const char* place) {
  const nlohmann::json::json_pointer pointer(place);
  return json.contains(pointer) ? json.at(pointer) : nlohmann::json();
}

// The figures that stand at the top.
nlohmann::json key_figures(const nlohmann::json& results) {
  nlohmann::json stable;
  if (results.contains(nlohmann::json::json_pointer("/workload/stable-latencies/1"))) {
    stable = {value_at(results, "/workload/stable-latencies/0.5"),
              value_at(results, "/workload/stable-latencies/1")};
  }
  nlohmann::json deaths = value_at(results, "/hearsay/deaths/count");
  const nlohmann::json simulated = value_at(results, "/hearsay/simulator/worker-deaths");
  if (simulated.is_number()) deaths = simulated;
  return {{"msgs_per_op", value_at(results, "/net/servers/msgs-per-op")},
          {"stable", std::move(stable)},
          {"ok", value_at(results, "/stats/ok-count")},
          {"failed", value_at(results, "/stats/fail-count")},
          {"unknown", value_at(results, "/stats/info-count")},
          {"lost", value_at(results, "/hearsay/messages/lost/all")},
          {"deaths", std::move(deaths)}};
}

std::string title_of(const bench::TestOptions& options) {
  std::string title;
  if (const bench::Challenge* challenge = bench::find_challenge(options.challenge)) {
    title = fmt::format("Challenge {}, {}: ", challenge->name, challenge->title);
  }
  title += fmt::format("{} on {} node{}", options.workload, options.node_count,
                       options.node_count == 1 ? "" : "s");
  if (options.latency_ms > 0) title += fmt::format(", {} ms between them", options.latency_ms);
  if (options.binary == bench::kSimulated) title += ", simulated";
  if (options.binary == bench::kAttached) title += ", on a bus";
  return title;
}

nlohmann::json describe(const PageInput& input) {
  const std::int64_t load_start_ns = input.run.load_start_ns().value_or(0);
  const std::int64_t run_end_us = end_us(input, load_start_ns);
  const nlohmann::json& section = input.results.at("hearsay");
  const bench::TimeSeries& sent = input.network.traffic().over_time();
  nlohmann::json nodes = nlohmann::json::array();
  for (const std::string& name : node_names(input.options)) nodes.push_back(name);
  nlohmann::json faults = nlohmann::json::array();
  for (const bench::Fault fault : bench::kFaults) faults.push_back(name_of(fault));
  nlohmann::json page = {{"title", title_of(input.options)},
                         {"command", input.options.command},
                         {"valid", input.results.at("valid?")},
                         {"challenge", section.value("challenge", nlohmann::json())},
                         {"report", input.report},
                         {"key", key_figures(input.results)},
                         {"lost_values", value_at(input.results, "/workload/lost-count")},
                         {"nodes", std::move(nodes)},
                         {"fault_names", std::move(faults)},
                         {"end", run_end_us},
                         {"load_end", static_cast<std::int64_t>(input.options.time_limit_s * 1e6)},
                         {"final_reads", final_reads_us(input.run.history())},
                         {"ops", Operations(input).describe()},
                         {"stable", describe_stable(input)},
                         {"lanes", describe_lanes(input)},
                         {"outages", describe_outages(input, load_start_ns, run_end_us)},
                         {"traffic",
                          {{"start", in_us(sent.start_ns() - load_start_ns)},
                           {"span", in_us(sent.span_ns())},
                           {"counts", sent.counts()}}}};
  if (const bench::MessageLog* log = input.network.log()) {
    add_messages(page, input.network, *log, load_start_ns);
  } else {
    page["no_messages"] = fmt::format("With more than {} nodes messages are counted, not kept.",
                                      bench::kMostNodesLogged);
  }
  return page;
}

// In a script element only "<" could end it, and it stands in strings alone.
std::string for_script(const nlohmann::json& json) {
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + text.size() / 64);
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

// Adds what stands before `mark` in `rest`, and `text` in its place.
void fill_in(std::string& page, std::string_view& rest, std::string_view mark,
             std::string_view text) {
  const std::size_t at = rest.find(mark);
  page.append(rest.substr(0, at)).append(text);
  rest.remove_prefix(at + mark.size());
}

}  // namespace

std::string make_page(const PageInput& input) {
  std::string_view rest = kPageText;
  std::string page;
  fill_in(page, rest, "@REPORT@", escape_html(input.report.at("text").get<std::string>()));
  fill_in(page, rest, "@VERSION@", escape_html(fmt::format("hearsay {}", version())));
  fill_in(page, rest, "@DATA@", for_script(describe(input)));
  return page.append(rest);
}

}  // namespace hearsay::page
