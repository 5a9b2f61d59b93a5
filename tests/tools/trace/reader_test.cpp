// Reading logs: lines that are not ours, long ones, clocks, order, files that grow.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"
#include "tools/trace/merged_trace.h"
#include "tools/trace/run_logs.h"

namespace hearsay::traces {
namespace {

using test::TemporaryFolder;

std::string event_line(std::int64_t ts, std::int64_t pid, const std::string& node = "n1",
                       const std::string& more = "") {
  return R"({"ts":)" + std::to_string(ts) + R"(,"node":")" + node + R"(","role":"worker","pid":)" +
         std::to_string(pid) +
         R"(,"generation":1,"level":"debug","event":"line_written","bytes":60,"duration_ns":5)" +
         more + "}\n";
}

class TraceReader : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    auto path = folder_.path() / name;
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
    return path;
  }

  // "NODE:TIME" of all events.
  static std::string read_all(MergedTrace& trace) {
    std::string text;
    while (const TraceEvent* event = trace.next()) {
      text += (text.empty() ? "" : " ") + std::string(event->node_name) + ":" +
              std::to_string(event->time_ns);
    }
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(TraceReader, MergesByTime) {
  MergedTrace trace({write("n1.log", event_line(10, 1) + event_line(30, 1)),
                     write("n2.log", event_line(20, 1, "n2") + event_line(30, 1, "n2"))});
  EXPECT_EQ(read_all(trace), "n1:10 n2:20 n1:30 n2:30");
}

TEST_F(TraceReader, SortsTwoProcessesOfOneFile) {
  MergedTrace trace({write("n1.log", event_line(10, 1) + event_line(30, 1) + event_line(20, 2))});
  EXPECT_EQ(read_all(trace), "n1:10 n1:20 n1:30");
  EXPECT_EQ(trace.files()[0]->notes().clock_steps, 0);
}

TEST_F(TraceReader, SortsWithinAWindowThatMovesOn) {
  std::string text;
  for (std::int64_t i = 0; i < 5000; ++i)
    text += event_line(i * 10 + (i % 2 == 0 ? 95 : 0), 1 + i % 2);
  MergedTrace trace({write("n1.log", text)});
  std::int64_t last_ns = 0;
  int count = 0;
  while (const TraceEvent* event = trace.next()) {
    EXPECT_GE(event->time_ns, last_ns);
    last_ns = event->time_ns;
    ++count;
  }
  EXPECT_EQ(count, 5000);
}

TEST_F(TraceReader, AClockThatStepsBackGoesOn) {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  MergedTrace trace({write("n1.log", event_line(2 * kHour, 1) + event_line(2 * kHour + 10, 2) +
                                         event_line(kHour + 20, 1) + event_line(kHour + 25, 2) +
                                         event_line(kHour + 30, 1))});
  EXPECT_EQ(read_all(trace),
            "n1:7200000000000 n1:7200000000010 n1:7200000000010 "
            "n1:7200000000015 n1:7200000000020");
  EXPECT_EQ(trace.files()[0]->notes().clock_steps, 1);
}

TEST_F(TraceReader, CountsWhatIsNotOurs) {
  const std::string ours = event_line(10, 1);
  MergedTrace trace(
      {write("n1.log", "Exception in thread\n" + ours + std::string(300'000, 'x') + "\n" +
                           R"({"ts":5,"pid":1})" + "\n" + "\xff\xfe\n" + ours.substr(0, 50) +
                           "\n\n" + event_line(20, 1) + ours.substr(0, 60))});
  EXPECT_EQ(read_all(trace), "n1:10 n1:20");
  const FileNotes& notes = trace.files()[0]->notes();
  EXPECT_EQ(notes.foreign_lines, 5);
  EXPECT_EQ(notes.clock_steps, 0);
  EXPECT_TRUE(notes.cut_off);
}

TEST_F(TraceReader, ALineBehindHalfOfAnotherIsRead) {
  MergedTrace trace({write("n1.log", event_line(10, 1) + event_line(15, 2).substr(0, 70) +
                                         event_line(20, 1) + event_line(30, 3))});
  EXPECT_EQ(read_all(trace), "n1:10 n1:20 n1:30");
  EXPECT_EQ(trace.files()[0]->notes().foreign_lines, 1);
}

TEST_F(TraceReader, ForeignTimesMoveNoClock) {
  MergedTrace trace(
      {write("n1.log", event_line(10, 1) + R"({"ts":9000000000000000000,"pid":1,"who":"else"})" +
                           "\n" + event_line(20, 1))});
  EXPECT_EQ(read_all(trace), "n1:10 n1:20");
}

TEST_F(TraceReader, ALineWithBadUtf8IsRead) {
  MergedTrace trace({write("n1.log", event_line(10, 1, "n1",
                                                R"(,"cause":"a)"
                                                "\xff"
                                                R"(b")"))});
  const TraceEvent* event = trace.next();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->text(FieldName::cause),
            "a\xEF\xBF\xBD"
            "b");
}

TEST_F(TraceReader, AnEmptyNameIsTheFiles) {
  MergedTrace trace({write("n7.log", event_line(10, 1, ""))});
  EXPECT_EQ(read_all(trace), "n7:10");
}

TEST_F(TraceReader, GrowingFilesAreReadOn) {
  const auto path = write("n1.log", event_line(10, 1) + event_line(20, 1).substr(0, 30));
  MergedTrace trace({path});
  EXPECT_EQ(read_all(trace), "n1:10");
  EXPECT_EQ(trace.next(), nullptr);
  write("n1.log", event_line(20, 1).substr(30) + event_line(30, 1));
  trace.look_again();
  EXPECT_EQ(read_all(trace), "n1:20 n1:30");
  trace.add_file(write("n2.log", event_line(40, 1, "n2")));
  EXPECT_EQ(read_all(trace), "n2:40");
}

TEST_F(TraceReader, EachStartOfANodeIsALife) {
  const std::string start =
      R"({"ts":15,"node":"n1","role":"supervisor","pid":9,"generation":0,)"
      R"("level":"info","event":"node_started","version":"1","vocabulary":2})";
  MergedTrace trace({write("n1.log", event_line(10, 1) + start + "\n" + event_line(20, 1))});
  std::vector<std::uint32_t> lives;
  while (const TraceEvent* event = trace.next()) lives.push_back(event->life);
  EXPECT_EQ(lives, (std::vector<std::uint32_t>{0, 1, 1}));
}

TEST_F(TraceReader, ManyFilesAreReadWhereFewMayBeOpen) {
  for (int i = 0; i < 100; ++i) {
    write("n" + std::to_string(i) + ".log", event_line(10, 1, "n" + std::to_string(i)));
  }
  const auto finished = test::run_shell("ulimit -S -n 50; " + std::string(HEARSAY_COMMAND) +
                                        " trace summary " + folder_.path().string());
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_NE(finished.output.find("100 nodes"), std::string::npos) << finished.output;
}

TEST_F(TraceReader, LogsAreInTheOrderOfTheirNumbers) {
  for (const char* name : {"n10.log", "n2.log", "n1.log", "notes.txt"}) write(name, "");
  std::string names;
  for (const auto& path : list_logs(folder_.path())) names += path.filename().string() + " ";
  EXPECT_EQ(names, "n1.log n2.log n10.log ");
}

}  // namespace
}  // namespace hearsay::traces
