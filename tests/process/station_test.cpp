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

// Of the places that one worker passes: the last one of its start.
std::size_t last_of_start(const Stations& places) {
  const auto in_start = [](const std::string& place) { return place.starts_with("worker.cpp:"); };
  return static_cast<std::size_t>(std::find_if(places.rbegin(), places.rend(), in_start).base() -
                                  places.begin() - 1);
}

std::string station_of(const Stations& places, std::size_t i) {
  if (i < last_of_start(places)) return "start";
  if (i == last_of_start(places)) return "idle";  // it is ready
  return places[i].starts_with("duty_cycle.cpp:") ? "step" : "commit";
}

TEST(Station, IsWhereTheWorkerWas) {
  const KillScript script = kill_script("unique_ids");
  const Stations places = run_with_kills(script, Feeding::one_by_one, {}).points.at(1);
  std::set<std::pair<std::string, std::string>> tried;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::string station = station_of(places, i);
    if (!tried.insert({places[i], station}).second) continue;
    const KillRun run = run_with_kills(script, Feeding::one_by_one, {{1, i + 1}});
    EXPECT_EQ(run.fault, "");
    EXPECT_EQ(run.stations, Stations{station}) << places[i];
    seen.insert(station);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"start", "idle", "step", "commit"}));
}

TEST(Station, AJournalThatIsReadIsARecovery) {
  const KillScript script = kill_script("unique_ids");
  const Stations places = run_with_kills(script, Feeding::one_by_one, {}).points.at(1);
  const auto middle = static_cast<std::uint64_t>(places.size() / 2);
  const Stations second = run_with_kills(script, Feeding::one_by_one, {{1, middle}}).points.at(2);
  const auto in_recovery = [](const std::string& place) {
    return place.starts_with("recovery.cpp:");
  };
  // The last one stands before a record, when others have been read.
  const auto at = std::find_if(second.rbegin(), second.rend(), in_recovery).base() - second.begin();
  ASSERT_GT(std::count_if(second.begin(), second.end(), in_recovery), 2);
  const KillRun run = run_with_kills(script, Feeding::one_by_one,
                                     {{1, middle}, {2, static_cast<std::uint64_t>(at)}});
  EXPECT_EQ(run.fault, "");
  ASSERT_EQ(run.stations.size(), 2U);
  EXPECT_EQ(run.stations[1], "recovery");
}

}  // namespace
}  // namespace hearsay::test
