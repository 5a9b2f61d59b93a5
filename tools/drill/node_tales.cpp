#include "tools/drill/node_tales.h"

#include <nlohmann/json.hpp>

namespace hearsay::drill {
namespace {

// A foreign log may say what it likes: it costs no memory without end.
constexpr std::size_t kMostRecoveries = 2'000'000;
constexpr std::size_t kMostPids = 2'000'000;
constexpr std::size_t kLongestStation = 20;

std::int64_t number_at(const nlohmann::json& event, const char* name) {
  const nlohmann::json value = event.value(name, nlohmann::json());
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

}  // namespace

void NodeTales::take_line(std::size_t node, std::string_view line) {
  const bool died = line.find(R"("event":"worker_died")") != std::string_view::npos;
  const bool recovered = line.find(R"("event":"worker_recovered")") != std::string_view::npos;
  if (!died && !recovered) return;
  const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object()) return;
  if (recovered && recoveries_.size() < kMostRecoveries) {
    recoveries_.push_back({number_at(event, "bytes"), number_at(event, "duration_ns")});
  }
  const nlohmann::json station = event.value("station", nlohmann::json());
  if (!died || !station.is_string() || stations_.size() >= kMostPids) return;
  stations_[{node, number_at(event, "worker_pid")}].push_back(
      station.get<std::string>().substr(0, kLongestStation));
}

void NodeTales::tell_stations(Strikes& strikes) const {
  std::map<std::pair<std::size_t, std::int64_t>, std::size_t> told;
  for (Strike& strike : strikes) {
    if (strike.whole_node || strike.stop) continue;
    const auto found = stations_.find({strike.node, strike.pid});
    if (found == stations_.end()) continue;
    std::size_t& next = told[found->first];
    if (next < found->second.size()) strike.station = found->second[next++];
  }
}

}  // namespace hearsay::drill
