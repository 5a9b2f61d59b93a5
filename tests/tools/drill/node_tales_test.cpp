// What nodes say of deaths and recoveries, foreign words among it.
#include "tools/drill/node_tales.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::drill {
namespace {

std::string died(int pid, const std::string& station) {
  return R"({"node":"n0","event":"worker_died","worker_pid":)" + std::to_string(pid) +
         R"(,"station":")" + station + "\"}";
}

Strike kill_of(std::size_t node, std::int64_t pid) {
  Strike strike;
  strike.node = node;
  strike.pid = pid;
  return strike;
}

TEST(NodeTales, TellWhereEachKilledWorkerWas) {
  NodeTales tales;
  tales.take_line(0, died(11, "step"));
  tales.take_line(1, died(11, "commit"));
  tales.take_line(0, died(12, "idle"));
  Strikes strikes{kill_of(0, 12), kill_of(1, 11), kill_of(0, 11), kill_of(0, 13)};
  tales.tell_stations(strikes);
  EXPECT_EQ(strikes[0].station, "idle");
  EXPECT_EQ(strikes[1].station, "commit");
  EXPECT_EQ(strikes[2].station, "step");
  EXPECT_EQ(strikes[3].station, "");
}

TEST(NodeTales, AProcessIdThatIsUsedAgainIsAnotherWorker) {
  NodeTales tales;
  tales.take_line(0, died(11, "step"));
  tales.take_line(0, died(11, "idle"));
  Strikes strikes{kill_of(0, 11), kill_of(0, 11)};
  tales.tell_stations(strikes);
  EXPECT_EQ(strikes[0].station, "step");
  EXPECT_EQ(strikes[1].station, "idle");
}

TEST(NodeTales, KnowWhatARecoveryRead) {
  NodeTales tales;
  tales.take_line(0, R"({"event":"worker_recovered","bytes":500,"duration_ns":7000})");
  ASSERT_EQ(tales.recoveries().size(), 1U);
  EXPECT_EQ(tales.recoveries()[0].journal_bytes, 500);
  EXPECT_EQ(tales.recoveries()[0].duration_ns, 7000);
}

TEST(NodeTales, WhatIsNoneIsPassedOver) {
  NodeTales tales;
  for (const char* line :
       {"", "worker_died", R"("event":"worker_died")", R"(["event":"worker_died"])",
        R"({"event":"worker_died","worker_pid":"x","station":7})",
        R"({"event":"worker_died" , "worker_pid":1,"station":"idle"})"}) {
    tales.take_line(0, line);
  }
  Strikes strikes{kill_of(0, 0)};
  tales.tell_stations(strikes);
  EXPECT_EQ(strikes[0].station, "");
  EXPECT_TRUE(tales.recoveries().empty());
}

}  // namespace
}  // namespace hearsay::drill
