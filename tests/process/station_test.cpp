// The trace tells where a worker was when it died: killed at each place of the source that a script
// passes, it says the station that the place belongs to.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/process/kill_run.h"
#include "tests/process/kill_scripts.h"

namespace hearsay::test {
namespace {

using Stations = std::vector<std::string>;

// The start of a worker has so many points of its own; behind the last one it is ready.
constexpr std::int64_t kPointsOfStart = 3;

bool is_of_start(const std::string& place) {
  return place.starts_with("worker.cpp:");
}
bool is_of_recovery(const std::string& place) {
  return place.starts_with("recovery.cpp:");
}

// Of the places that one worker passed: the last one of its start.
std::size_t last_of_start(const Stations& places) {
  return static_cast<std::size_t>(std::find_if(places.rbegin(), places.rend(), is_of_start).base() -
                                  places.begin() - 1);
}

// Where a worker was that died at the last of these places.
std::string station_of(const Stations& places) {
  const std::size_t ready = last_of_start(places);
  const auto starts = std::count_if(places.begin(), places.end(), is_of_start);
  if (starts < kPointsOfStart) {
    const auto read = std::count_if(places.begin(), places.end(), is_of_recovery);
    return read > 1 ? "recovery" : "start";  // the first one stands before all records
  }
  if (ready + 1 == places.size()) return "idle";
  return places.back().starts_with("duty_cycle.cpp:") ? "step" : "commit";
}

// Kills a worker of this generation, others before it in the middle of their lives, at each place
// that it passes. Returns the stations that were seen.
std::set<std::string> try_places_of(std::uint64_t generation, const KillSchedule& before) {
  const KillScript script = kill_script("unique_ids");
  const Stations places = run_with_kills(script, Feeding::one_by_one, before).points.at(generation);
  std::set<std::string> tried;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Stations passed_before(places.begin(),
                                 places.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    if (!tried.insert(station_of(passed_before) + " " + places[i]).second) continue;
    KillSchedule schedule = before;
    schedule[generation] = i + 1;
    const KillRun run = run_with_kills(script, Feeding::one_by_one, schedule);
    EXPECT_EQ(run.fault, "");
    if (run.deaths < schedule.size()) continue;  // this time it passed fewer points
    const Stations& passed = run.points.at(generation);
    EXPECT_EQ(run.stations.back(), station_of(passed)) << passed.back();
    seen.insert(run.stations.back());
  }
  return seen;
}

TEST(Station, IsWhereTheFirstWorkerWas) {
  EXPECT_EQ(try_places_of(1, {}), (std::set<std::string>{"start", "idle", "step", "commit"}));
}

TEST(Station, IsWhereASuccessorWas) {
  constexpr std::uint64_t kSomewhereInTheMiddle = 60;
  EXPECT_EQ(try_places_of(2, {{1, kSomewhereInTheMiddle}}),
            (std::set<std::string>{"start", "recovery", "idle", "step", "commit"}));
}

}  // namespace
}  // namespace hearsay::test
