// Crash safety, point by point: for every kill point that a script passes, a run in which the
// worker dies exactly there must print the same lines as the run without kills.
//
// The points are learnt from a run without kills. Then generation 1 is killed at each of them; and,
// for some of them, generation 2 too, at each point that it passes itself. Scripts that pass
// thousands of points are sampled: some points of every place in the source (kill_scripts.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/process/kill_run.h"
#include "tests/process/kill_scripts.h"
#include "tests/support/sanitized.h"

namespace hearsay::test {
namespace {

constexpr std::array kScripts{"echo",       "unique_ids",       "flood",       "push", "relay",
                              "epidemic",   "counter",          "registers",   "logs", "large",
                              "compaction", "sync_each_commit", "sync_in_time"};
constexpr unsigned kRunsAtATime = 4;
// First kills that are followed by second ones; of a sampled script half as many.
constexpr std::size_t kFirstKills = kSanitized ? 2 : 8;

std::string shortened(const std::string& line) {
  constexpr std::size_t kShown = 160;
  return line.size() <= kShown
             ? line
             : line.substr(0, kShown) + "... (" + std::to_string(line.size()) + ")";
}

std::string difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& got) {
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  std::set_difference(expected.begin(), expected.end(), got.begin(), got.end(),
                      std::back_inserter(missing));
  std::set_difference(got.begin(), got.end(), expected.begin(), expected.end(),
                      std::back_inserter(surplus));
  std::string text;
  for (const std::string& line : missing) text += "\n  missing " + shortened(line);
  for (const std::string& line : surplus) text += "\n  surplus " + shortened(line);
  return text;
}

// At most `limit` (0: no limit) of the numbers 0 to count - 1, evenly spread.
std::vector<std::size_t> spread(std::size_t count, std::size_t limit) {
  if (limit == 0 || count < limit) limit = count;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < limit; ++i) numbers.push_back((2 * i + 1) * count / (2 * limit));
  return numbers;
}

// The numbers (from 1) of the points to try: at most `a_place` (0: no limit) of each place.
std::vector<std::uint64_t> chosen(const std::vector<std::string>& places, std::size_t a_place) {
  std::map<std::string, std::vector<std::uint64_t>> numbers;
  for (std::size_t i = 0; i < places.size(); ++i) numbers[places[i]].push_back(i + 1);
  std::vector<std::uint64_t> points;
  for (const auto& [place, all] : numbers) {
    for (const std::size_t i : spread(all.size(), a_place)) points.push_back(all[i]);
  }
  std::sort(points.begin(), points.end());
  return points;
}

// Of the points that a later generation passed: those of its start and recovery, and one of every
// place after it.
std::vector<std::uint64_t> chosen_for_second(const std::vector<std::string>& places,
                                             std::size_t a_place) {
  const auto in_start = [](const std::string& place) { return place.starts_with("worker.cpp:"); };
  const auto ready = std::find_if(places.rbegin(), places.rend(), in_start).base();
  std::vector<std::uint64_t> points = chosen({places.begin(), ready}, a_place);
  for (const std::uint64_t later : chosen({ready, places.end()}, 1)) {
    points.push_back(static_cast<std::uint64_t>(ready - places.begin()) + later);
  }
  return points;
}

class KillPointsTest : public testing::TestWithParam<std::tuple<const char*, Feeding>> {
 protected:
  KillPointsTest() : script_(kill_script(std::get<0>(GetParam()))) {
    if (kSanitized) script_.points_a_place = 2;
  }

  void SetUp() override {
    if (kSanitized && script_.has_state_dir) {
      GTEST_SKIP() << "with a disk it is slow; what a sanitizer could see, the others show it";
    }
  }

  Feeding feeding() const { return std::get<1>(GetParam()); }

  // The run without kills; also shows that the script is worth something.
  void run_undisturbed() {
    const KillRun run = run_with_kills(script_, feeding(), {});
    ASSERT_EQ(run.fault, "");
    ASSERT_EQ(run.deaths, 0U);
    expected_ = run.output;
    places_ = run.points.at(1);
    const auto answers = std::count_if(script_.steps.begin(), script_.steps.end(),
                                       [](const Step& step) { return step.answered.has_value(); });
    ASSERT_GE(expected_.size(), static_cast<std::size_t>(answers));
  }

  // Whether the output is as without kills. The points that later generations passed are kept.
  KillRun check(const KillSchedule& schedule) {
    KillRun run = run_with_kills(script_, feeding(), schedule);
    ++runs_;
    kills_ += run.deaths;
    const bool same = run.fault.empty() && run.output == expected_;
    if (!same) complain(schedule, run);
    return run;
  }

  void check_all(const std::vector<KillSchedule>& schedules) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kRunsAtATime; ++i) {
      threads.emplace_back([&] {
        // After some failures the rest would only repeat them.
        for (std::size_t n = 0; (n = next++) < schedules.size() && failures_ < 5;) {
          check(schedules[n]);
        }
      });
    }
  }

  void complain(const KillSchedule& schedule, const KillRun& run) {
    std::string where;
    for (const auto& [generation, point] : schedule) {
      where += " generation " + std::to_string(generation) + " at " + std::to_string(point);
      if (generation == 1 && point <= places_.size()) where += " (" + places_[point - 1] + ")";
    }
    const std::scoped_lock lock(mutex_);
    ++failures_;
    ADD_FAILURE() << script_.name << ", killed:" << where << ": " << run.fault
                  << difference(expected_, run.output);
  }

  KillScript script_;
  std::vector<std::string> expected_;
  std::vector<std::string> places_;  // of the points, in order
  std::atomic<std::size_t> runs_{0};
  std::atomic<std::size_t> kills_{0};
  std::atomic<int> failures_{0};
  std::mutex mutex_;
};

TEST_P(KillPointsTest, OneKillChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(run_undisturbed());
  std::vector<KillSchedule> schedules;
  for (const std::uint64_t point : chosen(places_, script_.points_a_place)) {
    schedules.push_back({{1, point}});
  }
  check_all(schedules);
  // Not every run reaches its point: what is found waiting in one batch differs from run to run
  // (more so on a busy machine), and with it the number of points. Enough must, or nothing is
  // shown.
  EXPECT_GE(kills_ * 2, runs_) << "most runs must really have had their kill";
  RecordProperty("points", std::to_string(places_.size()));
  RecordProperty("kills", std::to_string(kills_));
  std::cout << places_.size() << " points at "
            << std::set<std::string>(places_.begin(), places_.end()).size() << " places, " << kills_
            << " kills\n";
}

TEST_P(KillPointsTest, ASecondKillDuringRecoveryChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(run_undisturbed());
  std::vector<KillSchedule> schedules;
  const std::size_t share = script_.has_state_dir ? 8 : script_.points_a_place == 0 ? 1 : 2;
  const std::size_t firsts = std::max<std::size_t>(1, kFirstKills / share);
  for (const std::size_t index : spread(places_.size(), firsts)) {
    const std::uint64_t first = index + 1;
    const KillRun run = check({{1, first}});
    if (!run.points.contains(2)) continue;
    for (const std::uint64_t second :
         chosen_for_second(run.points.at(2), script_.points_a_place / 2)) {
      schedules.push_back({{1, first}, {2, second}});
    }
  }
  check_all(schedules);
  EXPECT_GE(kills_, runs_) << "of two kills a run, most must really have happened";
  std::cout << runs_ << " runs, " << kills_ << " kills\n";
}

// "FILE:LINE" of each kill point in the worker's sources.
std::set<std::string> places_in_sources() {
  std::set<std::string> places;
  for (const char* folder : {"common", "worker"}) {
    const std::filesystem::path root = std::filesystem::path(HEARSAY_SOURCE_DIR) / folder;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream file(entry.path());
      std::string line;
      for (int number = 1; std::getline(file, line); ++number) {
        if (line.find(" kill_point();") == std::string::npos) continue;
        places.insert(entry.path().filename().string() + ':' + std::to_string(number));
      }
    }
  }
  return places;
}

void erase_passed(std::set<std::string>& places, const KillRun& run) {
  for (const auto& [generation, passed] : run.points) {
    for (const std::string& place : passed) places.erase(place);
  }
}

TEST(KillScriptsTest, TogetherPassEveryKillPoint) {
  std::set<std::string> unreached = places_in_sources();
  ASSERT_GT(unreached.size(), 10U);
  for (const char* name : kScripts) {
    const KillScript script = kill_script(name);
    for (const Feeding feeding : {Feeding::one_by_one, Feeding::at_once}) {
      const KillRun undisturbed = run_with_kills(script, feeding, {});
      erase_passed(unreached, undisturbed);
      // Some points are a successor's.
      const std::uint64_t half = undisturbed.points.at(1).size() / 2;
      erase_passed(unreached, run_with_kills(script, feeding, {{1, half}}));
    }
  }
  EXPECT_EQ(unreached, std::set<std::string>());
}

std::string name_of_case(const testing::TestParamInfo<std::tuple<const char*, Feeding>>& info) {
  return std::string(std::get<0>(info.param)) +
         (std::get<1>(info.param) == Feeding::one_by_one ? "_one_by_one" : "_at_once");
}

INSTANTIATE_TEST_SUITE_P(Scripts, KillPointsTest,
                         testing::Combine(testing::ValuesIn(kScripts),
                                          testing::Values(Feeding::one_by_one, Feeding::at_once)),
                         name_of_case);

}  // namespace
}  // namespace hearsay::test
