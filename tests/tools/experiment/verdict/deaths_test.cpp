#include "tools/experiment/verdict/deaths.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

std::string event(std::int64_t time_ms, const char* name, int pid, const char* cause = "") {
  return fmt::format(R"({{"ts":{},"node":"n0","event":"{}","worker_pid":{},"cause":"{}"}})",
                     time_ms * 1'000'000, name, pid, cause);
}

TEST(Deaths, AreCountedByCause) {
  Deaths deaths;
  deaths.note_nemesis_kill(0, 11);
  deaths.take_line(0, event(1, "worker_died", 11, "signal 9 (Killed)"));
  deaths.take_line(0, event(2, "worker_killed", 12, "chaos"));
  deaths.take_line(0, event(3, "worker_died", 12, "signal 9 (Killed)"));
  deaths.take_line(0, event(3, "worker_killed", 14, "took too long: no step finished for 9 ms"));
  deaths.take_line(0, event(3, "worker_died", 14, "signal 9 (Killed)"));
  deaths.take_line(1, event(4, "worker_died", 11, "signal 9 (Killed)"));
  deaths.take_line(1, event(5, "worker_died", 13, "signal 11 (Segmentation fault)"));
  const nlohmann::json result = deaths.json();
  EXPECT_EQ(result.at("count"), 5);
  EXPECT_EQ(result.at("by-cause"), nlohmann::json({{"nemesis", 1},
                                                   {"chaos", 1},
                                                   {"took too long", 1},
                                                   {"outside", 1},
                                                   {"signal 11 (Segmentation fault)", 1}}));
  EXPECT_FALSE(result.contains("outage-ms")) << "nobody said when a worker was there again";
}

TEST(Deaths, AnOutageLastsFromTheFirstDeathToTheNextReadyWorker) {
  Deaths deaths;
  deaths.take_line(0, event(10, "worker_died", 1, "x"));
  deaths.take_line(0, event(12, "worker_died", 2, "x"));  // while it started
  deaths.take_line(1, event(15, "worker_died", 3, "x"));
  deaths.take_line(0, event(30, "worker_ready", 4));
  deaths.take_line(1, event(16, "worker_ready", 5));
  deaths.take_line(1, event(90, "worker_ready", 6));
  deaths.take_line(0, event(100, "worker_died", 4, "x"));
  deaths.note_start(0);
  deaths.take_line(0, event(900, "worker_ready", 7));
  const nlohmann::json at = deaths.json().at("outage-ms");
  EXPECT_EQ(at.at("count"), 2);
  EXPECT_EQ(at.at("median"), 20.0);
  EXPECT_EQ(at.at("maximum"), 20.0);
}

TEST(Deaths, AWorkerThatHungWasNoneBeforeItDied) {
  Deaths deaths;
  deaths.take_line(0, event(2010, "worker_died", 1, "took too long"));
  deaths.take_line(0, R"({"ts":2012000000,"event":"worker_ready","worker_pid":2,)"
                      R"("outage_ns":2002000000})");
  EXPECT_EQ(deaths.json().at("outage-ms").at("maximum"), 2002.0);
  EXPECT_EQ(deaths.outages()[0].begin_ns, 10'000'000);
}

TEST(Deaths, ForeignTimesAreNoOutagesOfYears) {
  for (const char* ready :
       {R"({"ts":-9223372036854775808,"event":"worker_ready"})",
        R"({"ts":18446744073709551615,"event":"worker_ready"})",
        R"({"ts":9,"event":"worker_ready","outage_ns":9223372036854775807})",
        R"({"ts":9,"event":"worker_ready","outage_ns":-9223372036854775808})"}) {
    Deaths deaths;
    deaths.take_line(0, R"({"ts":9223372036854775807,"event":"worker_died","worker_pid":1})");
    deaths.take_line(0, ready);
    const Outage& outage = deaths.outages().at(0);
    ASSERT_TRUE(outage.end_ns) << ready;
    EXPECT_LE(outage.begin_ns, *outage.end_ns) << ready;
    EXPECT_LE(*outage.end_ns - outage.begin_ns, 24 * 3600 * kNsPerSecond) << ready;
  }
}

TEST(Deaths, OutagesAreKeptOneByOne) {
  Deaths deaths;
  deaths.take_line(1, event(10, "worker_died", 1, "x"));
  deaths.take_line(1, event(12, "worker_died", 2, "y"));
  deaths.take_line(1, event(30, "worker_ready", 3));
  deaths.take_line(0, event(40, "worker_died", 4, "z"));
  deaths.note_start(0);
  deaths.take_line(0, event(90, "worker_ready", 5));
  ASSERT_EQ(deaths.outages().size(), 2U);
  const Outage& first = deaths.outages()[0];
  EXPECT_EQ(first.node, 1U);
  EXPECT_EQ(first.begin_ns, 10'000'000);
  EXPECT_EQ(first.end_ns, 30'000'000);
  EXPECT_EQ(first.cause, "x");
  EXPECT_FALSE(deaths.outages()[1].end_ns) << "the node was killed meanwhile";
}

TEST(Deaths, ForeignLinesAreNoMatter) {
  Deaths deaths;
  for (const char* line : {"", "worker_died", R"({"event":"worker_died)", R"(["event":"worker_])",
                           R"({"event":"worker_died","ts":"x","worker_pid":[],"cause":7})"}) {
    deaths.take_line(0, line);
  }
  EXPECT_EQ(deaths.count(), 1) << "the last, whatever it died of";
}

}  // namespace
}  // namespace hearsay::bench
