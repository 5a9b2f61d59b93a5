#include "tools/cluster/watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/json_text.h"
#include "tools/cluster/last_heard.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

constexpr std::int64_t kHailEveryNs = 500 * kNsPerMs;
constexpr std::int64_t kLookEveryNs = 50 * kNsPerMs;
constexpr std::int64_t kSilentNs = kNsPerSecond;
constexpr std::int64_t kAskMs = 1'000;
constexpr int kMostAttempts = 5;
constexpr int kMostAttemptsForRoster = 3;

}  // namespace

std::string name_for_command(const BusOptions& options) {
  if (!options.credentials_file.empty()) {
    return std::filesystem::path(options.credentials_file).stem();
  }
  return "watch-" + make_instance();
}

Watch::Watch(const BusOptions& options, const std::string& self)
    : subjects_(options.cluster), bus_(connection_options(options, self)) {
  bus_.subscribe(subjects_.all_presences());
}

void Watch::take(const bus::Message& message) {
  const auto presence = presence_from(message.text);
  // The subject says whose it is: the server sees to that.
  if (!presence || presence->node != bus::node_of(message.subject)) return;
  if (presence->state != kEnded) {
    seen_[presence->node] = {*presence, monotonic_ns()};
    return;
  }
  const auto known = seen_.find(presence->node);
  if (known != seen_.end() && known->second.presence.instance == presence->instance) {
    seen_.erase(known);
  }
}

std::vector<std::string> Watch::missing(const std::vector<std::string>& names) const {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (seen_.count(name) == 0) missing.push_back(name);
  }
  return missing;
}

bool Watch::look(std::int64_t deadline_ns, const std::function<bool()>& done) {
  std::int64_t next_hail_ns = 0;
  while (!done()) {
    const std::int64_t now_ns = monotonic_ns();
    if (now_ns >= deadline_ns) return false;
    if (now_ns >= next_hail_ns) {
      bus_.publish(subjects_.hail(), seek_in_hail(sought_));
      next_hail_ns = now_ns + kHailEveryNs;
    }
    if (const auto message = bus_.wait(std::min(deadline_ns, now_ns + kLookEveryNs))) {
      take(*message);
    }
    look_at_events();
  }
  return true;
}

bool Watch::look_aloud(std::int64_t deadline_ns, const std::function<bool()>& done,
                       const std::function<std::string()>& for_whom) {
  if (look(std::min(deadline_ns, monotonic_ns() + kSilentNs), done)) return true;
  const std::int64_t left_ns = deadline_ns - monotonic_ns();
  if (left_ns <= 0) return false;
  bench::tell("{}, {:.0f} s at most\n", for_whom(),
              std::ceil(static_cast<double>(left_ns) / kNsPerSecond));
  return look(deadline_ns, done);
}

void Watch::look_at_events() {
  while (const auto event = bus_.take_event()) {
    if (event->kind == bus::Event::Kind::refused || event->kind == bus::Event::Kind::ended) {
      throw bus::BusError(fmt::format("the bus does not let us do that: {}", event->words));
    }
    if (event->kind == bus::Event::Kind::lost)
      bench::tell("hearsay: the bus is away: {}\n", event->words);
    if (event->kind == bus::Event::Kind::back)
      bench::tell("hearsay: the bus is back: {}\n", event->words);
  }
}

nlohmann::json Watch::ask(const std::string& node, const nlohmann::json& question) {
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const auto answer = bus_.request(subjects_.control(node), question.dump(), kAskMs);
    look_at_events();
    if (!answer || answer->nobody_is) continue;
    auto json = nlohmann::json::parse(answer->text, nullptr, false);
    if (json.is_object()) return json;
  }
  return nullptr;
}

std::optional<Roster> Watch::ask_for_roster() {
  for (int attempt = 0; attempt < kMostAttemptsForRoster; ++attempt) {
    const auto answer = bus_.request(subjects_.roster(), "{}", kAskMs);
    look_at_events();
    if (!answer) continue;  // the one that was picked stands still, or has just ended
    if (answer->nobody_is) break;
    const auto json = nlohmann::json::parse(answer->text, nullptr, false);
    return roster_from(part_at(json, "roster"));
  }
  return std::nullopt;
}

}  // namespace hearsay::cluster
