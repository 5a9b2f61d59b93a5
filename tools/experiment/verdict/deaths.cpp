#include "tools/experiment/verdict/deaths.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

// A foreign log may say what it likes: neither costs memory without end.
constexpr std::size_t kMostOutages = 1'000'000;
constexpr std::size_t kMostCauses = 50;
constexpr std::size_t kMostPids = 10'000;
constexpr std::size_t kLongestCause = 60;
constexpr std::int64_t kLongestOutageNs = 24 * 3600 * kNsPerSecond;

std::string text_at(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_at(const nlohmann::json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

double in_ms(std::int64_t us) {
  return static_cast<double>(us) / 1000;
}

}  // namespace

void Deaths::note_nemesis_kill(std::size_t node, std::int64_t pid) {
  nodes_[node].nemesis_kills.insert(pid);
}

void Deaths::note_start(std::size_t node) {
  nodes_[node] = Node();
}

void Deaths::take_line(std::size_t number, std::string_view line) {
  if (line.find(R"("event":"worker_)") == std::string_view::npos) return;
  const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object()) return;
  const auto name = text_at(event, "event");
  const auto pid = number_at(event, "worker_pid");
  const auto time_ns = std::max<std::int64_t>(0, number_at(event, "ts"));  // times are subtracted
  Node& node = nodes_[number];
  if (name == "worker_killed" && node.killed.size() < kMostPids) {
    const std::string cause = text_at(event, "cause");
    node.killed[pid] = cause.substr(0, cause.find(':'));  // figures follow
  } else if (name == "worker_died") {
    ++count_;
    const std::string cause = cause_of(node, pid, text_at(event, "cause"));
    if (by_cause_.size() < kMostCauses || by_cause_.count(cause) > 0) ++by_cause_[cause];
    if (node.died_ns != 0) return;
    node.died_ns = time_ns;
    if (time_ns == 0 || outages_.size() == kMostOutagesKept) return;
    node.outage = outages_.size();
    outages_.push_back({number, time_ns, std::nullopt, cause});
  } else if (name == "worker_ready" && node.died_ns != 0) {
    end_outage(node, time_ns, std::max(time_ns - node.died_ns, number_at(event, "outage_ns")));
  }
}

void Deaths::end_outage(Node& node, std::int64_t now_ns, std::int64_t outage_ns) {
  outage_ns = std::clamp<std::int64_t>(outage_ns, 0, kLongestOutageNs);
  if (outages_us_.size() < kMostOutages) outages_us_.push_back(outage_ns / 1000);
  node.died_ns = 0;
  if (node.outage) {
    outages_[*node.outage].begin_ns = now_ns - outage_ns;
    outages_[*node.outage].end_ns = now_ns;
  }
  node.outage.reset();
}

std::string Deaths::cause_of(Node& node, std::int64_t pid, const std::string& end) {
  if (node.nemesis_kills.erase(pid) > 0) return "nemesis";
  if (const auto own = node.killed.extract(pid)) return own.mapped().substr(0, kLongestCause);
  return end.starts_with("signal 9 ") ? "outside" : end.substr(0, kLongestCause);
}

nlohmann::json Deaths::json() const {
  nlohmann::json result = {{"count", count_}, {"by-cause", by_cause_}};
  if (outages_us_.empty()) return result;
  std::vector<std::int64_t> sorted = outages_us_;
  std::sort(sorted.begin(), sorted.end());
  result["outage-ms"] = {{"count", sorted.size()},
                         {"median", in_ms(sorted[sorted.size() / 2])},
                         {"maximum", in_ms(sorted.back())}};
  return result;
}

}  // namespace hearsay::bench
