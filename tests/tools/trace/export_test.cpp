// What the importers of Perfetto and ShiViz ask of a file, on recorded traces; and that a Lamport
// diagram is well-formed.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

std::string export_of(const std::string& name, const std::string& arguments) {
  const Finished finished =
      run_shell(std::string(HEARSAY_COMMAND) + " trace export " + arguments + " " +
                (fs::path(HEARSAY_TEST_DATA) / "trace" / name).string());
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  return finished.output;
}

class ExportedTrace : public testing::TestWithParam<const char*> {};

// --- Perfetto ---

std::int64_t in_ns(const json& us) {
  return std::llround(us.get<double>() * 1000);
}

struct Slice {
  std::int64_t begin_ns;
  std::int64_t end_ns;
};
using Track = std::pair<int, int>;

Track track_of(const json& event) {
  return {event.at("pid"), event.at("tid")};
}

std::map<Track, std::vector<Slice>> slices_of(const json& events) {
  std::map<Track, std::vector<Slice>> slices;
  for (const json& event : events) {
    if (event.at("ph") != "X") continue;
    const std::int64_t begin_ns = in_ns(event.at("ts"));
    slices[track_of(event)].push_back({begin_ns, begin_ns + in_ns(event.at("dur"))});
  }
  for (auto& [track, all] : slices) {
    std::sort(all.begin(), all.end(),
              [](const Slice& a, const Slice& b) { return a.begin_ns < b.begin_ns; });
  }
  return slices;
}

TEST_P(ExportedTrace, PerfettoTakesItsSlices) {
  const json file = json::parse(export_of(GetParam(), "--perfetto"));
  const json& events = file.at("traceEvents");
  std::map<int, std::set<int>> processes_of_thread;
  std::set<Track> named;
  for (const json& event : events) {
    EXPECT_GE(event.at("ts").get<double>(), 0) << event;
    processes_of_thread[event.at("tid")].insert(event.at("pid").get<int>());
    if (event.at("ph") == "M" && event.at("name") == "thread_name") named.insert(track_of(event));
  }
  for (const auto& [thread, processes] : processes_of_thread) {
    EXPECT_EQ(processes.size(), 1U) << "thread " << thread << " is in several processes";
  }
  const auto slices = slices_of(events);
  EXPECT_FALSE(slices.empty());
  for (const auto& [track, all] : slices) {
    EXPECT_EQ(named.count(track), 1U);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_GT(all[i].end_ns, all[i].begin_ns);
      const std::int64_t free_ns = i == 0 ? 0 : all[i - 1].end_ns;
      EXPECT_GE(all[i].begin_ns, free_ns) << "slices overlap";
    }
  }
}

bool lies_in_a_slice(const json& event, const std::map<Track, std::vector<Slice>>& slices) {
  const auto track = slices.find(track_of(event));
  if (track == slices.end()) return false;
  const std::int64_t at_ns = in_ns(event.at("ts"));
  return std::any_of(track->second.begin(), track->second.end(), [&](const Slice& slice) {
    return slice.begin_ns <= at_ns && at_ns < slice.end_ns;
  });
}

TEST_P(ExportedTrace, PerfettoBindsItsArrows) {
  const json file = json::parse(export_of(GetParam(), "--perfetto"));
  const json& events = file.at("traceEvents");
  const auto slices = slices_of(events);
  std::map<std::uint64_t, std::map<std::string, json>> ends;
  for (const json& event : events) {
    const std::string phase = event.at("ph");
    if (phase != "s" && phase != "f") continue;
    EXPECT_TRUE(ends[event.at("id")].emplace(phase, event).second);
    EXPECT_TRUE(lies_in_a_slice(event, slices)) << event;
  }
  EXPECT_FALSE(ends.empty());
  for (const auto& [id, both] : ends) {
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both.at("s").at("name"), both.at("f").at("name"));
    EXPECT_EQ(both.at("s").at("cat"), both.at("f").at("cat"));
    EXPECT_EQ(both.at("f").at("bp"), "e");
    EXPECT_LT(both.at("s").at("ts").get<double>(), both.at("f").at("ts").get<double>());
  }
}

// --- ShiViz ---

struct ClockedEvent {
  std::string host;
  std::map<std::string, std::int64_t> clock;
};

// As its parser reads: the first line is the expression, the second the delimiter of executions.
std::vector<ClockedEvent> read_shiviz(const std::string& text) {
  std::istringstream lines(text);
  std::string expression;
  std::string delimiter;
  std::getline(lines, expression);
  std::getline(lines, delimiter);
  EXPECT_EQ(expression, R"((?<event>.*)\n(?<host>\S*) (?<clock>{.*}))");
  EXPECT_EQ(delimiter, "");
  const std::regex second(R"((\S*) (\{.*\}))");
  std::vector<ClockedEvent> events;
  for (std::string what, where; std::getline(lines, what) && std::getline(lines, where);) {
    std::smatch parts;
    if (!std::regex_match(where, parts, second)) {
      ADD_FAILURE() << where;
      continue;
    }
    events.push_back({parts[1], json::parse(parts[2].str())});
  }
  return events;
}

TEST_P(ExportedTrace, ShivizTakesItsClocks) {
  const auto events = read_shiviz(export_of(GetParam(), "--shiviz"));
  ASSERT_FALSE(events.empty());
  std::map<std::string, std::vector<const ClockedEvent*>> by_host;
  for (const ClockedEvent& event : events) {
    auto& own = by_host[event.host];
    own.push_back(&event);
    EXPECT_EQ(event.clock.at(event.host), static_cast<std::int64_t>(own.size()))
        << "a host counts its events from 1 on, without a gap";
  }
  bool crosses = false;
  for (const ClockedEvent& event : events) {
    for (const auto& [host, time] : event.clock) {
      ASSERT_EQ(by_host.count(host), 1U) << "a clock names an unknown host";
      ASSERT_LE(time, static_cast<std::int64_t>(by_host[host].size()));
      // What the event knows of, it knows with all that came before.
      const ClockedEvent& known = *by_host[host][static_cast<std::size_t>(time) - 1];
      for (const auto& [other, earlier] : known.clock) EXPECT_GE(event.clock.at(other), earlier);
      crosses = crosses || host != event.host;
    }
  }
  EXPECT_TRUE(crosses) << "no message in it";
}

TEST(ExportedWindow, ShivizCountsFromOneInAWindowToo) {
  const auto events = read_shiviz(export_of("recorded", "--shiviz --from 0.5 --to 1.3"));
  std::map<std::string, std::int64_t> seen;
  for (const ClockedEvent& event : events)
    EXPECT_EQ(event.clock.at(event.host), ++seen[event.host]);
  EXPECT_GT(events.size(), 10U);
}

// --- SVG ---

TEST_P(ExportedTrace, TheDiagramIsWellFormed) {
  const std::string text = export_of(GetParam(), "--svg");
  std::vector<std::string> open;
  const std::regex tag(R"(<(/?)([a-z]+)([^<>]*?)(/?)>)");
  std::size_t arrows = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), tag), end; at != end; ++at) {
    if ((*at)[1] == "/") {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), (*at)[2]);
      open.pop_back();
    } else if ((*at)[4] != "/") {
      open.push_back((*at)[2]);
    }
    if ((*at)[3].str().find("url(#tip)") != std::string::npos) ++arrows;
  }
  EXPECT_TRUE(open.empty());
  EXPECT_GT(arrows, 0U);
}

// What was there before is lost only for something that takes its place.
TEST(ExportedFile, IsWrittenWhenThereIsSomethingToWrite) {
  const fs::path folder = fs::temp_directory_path() / "hearsay-export-test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path log = folder / "n0.log";
  fs::copy_file(fs::path(HEARSAY_TEST_DATA) / "trace" / "recorded" / "node-logs" / "n0.log", log);
  const auto size = fs::file_size(log);
  const auto write = [&](const fs::path& output, const char* logs) {
    return run_shell(std::string(HEARSAY_COMMAND) + " trace export --perfetto -o " +
                     output.string() + " " + (folder / logs).string());
  };
  const Finished itself = write(log, "n0.log");
  EXPECT_NE(itself.exit_code, 0);
  EXPECT_NE(itself.output.find("is one of the logs that are read"), std::string::npos)
      << itself.output;
  EXPECT_EQ(fs::file_size(log), size);
  const fs::path other = folder / "out.json";
  std::ofstream(other) << "precious";
  EXPECT_NE(write(other, "nothing.log").exit_code, 0);
  EXPECT_EQ(fs::file_size(other), 8U);
  fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Recorded, ExportedTrace,
                         testing::Values("recorded", "debug", "damaged", "crash", "violated"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace hearsay::test
