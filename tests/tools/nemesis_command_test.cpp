// Each nemesis in a short run of real processes, and the options that concern faults.
#include <gtest/gtest.h>

#include <string>

#include "common/base/units.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"
#include "tests/tools/experiment/faults/planned_schedule.h"
#include "tools/experiment/network/fault.h"

namespace hearsay::test {
namespace {

using bench::Fault;

// Our own nodes: they have workers, and their state outlives them. push: it sends all the time, so
// that every fault finds messages.
class RealNemesis : public CommandTest, public testing::WithParamInterface<Fault> {
 protected:
  TemporaryFolder state_;
};

// How often the fault showed, by the results.
std::int64_t hits(const nlohmann::json& section, Fault fault) {
  const nlohmann::json& messages = section.at("messages");
  switch (fault) {
    case Fault::kill_worker:
      return section.at("worker-kills").at("count");
    case Fault::kill:
      return section.at("node-kills").at("count");
    case Fault::duplicate:
      return messages.at("duplicated");
    case Fault::reorder:
      return messages.at("reordered");
    case Fault::partition:
    case Fault::one_way:
    case Fault::loss:
      return messages.at("lost").at(std::string(name_of(fault)));
    case Fault::pause:
    case Fault::pause_worker:
      break;
  }
  // Nobody counts pauses: a paused process gives no answer, and is in the list of what was done.
  std::int64_t paused = 0;
  for (const nlohmann::json& deed : section.at("nemesis")) {
    if (deed.at("f") == word_for_begin(fault)) ++paused;
  }
  return paused;
}

TEST_P(RealNemesis, StrikesAsPlannedAndNothingAcknowledgedIsLost) {
  const std::string name(name_of(GetParam()));
  const std::string probability = is_on_the_wire(GetParam()) ? " --" + name + " 0.3" : "";
  const Finished finished = run_shell(
      command("-w broadcast --node-count 3 --rate 40 --time-limit 2 --recovery 2 --seed 5 "
              "--nemesis " +
              name + " --" + name + "-interval 0.3" + probability +
              " -- --gossip push --state-dir " + state_.path().string()));
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const nlohmann::json section = results().at("hearsay");
  EXPECT_EQ(section.at("schedule"),
            planned_schedule(GetParam(), 300 * kNsPerMs, 3, 5, 2 * kNsPerSecond));
  EXPECT_GT(hits(section, GetParam()), 0) << section.at("nemesis");
}

INSTANTIATE_TEST_SUITE_P(All, RealNemesis, testing::ValuesIn(bench::kFaults),
                         [](const auto& parameter) {
                           std::string name(name_of(parameter.param));
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

// A node without a state directory forgets what it has acknowledged and nobody else knows. That is
// a loss, and the bench must say so.
TEST_F(CommandTest, NodesThatForgetLoseValuesWhenAllAreKilled) {
  // With this seed the node lives from 187 to 1363 ms and again from 1612 ms.
  const Finished finished =
      run("direct.py",
          "-w broadcast --node-count 1 --concurrency 40 --rate 40 --time-limit 2 --recovery 0.5 "
          "--seed 2 --nemesis kill --kill-interval 0.6");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_GT(results().at("workload").at("lost-count"), 0);
}

TEST_F(CommandTest, ANodeThatDiesByItselfEndsTheRunAmongKilledOnesToo) {
  // With this seed n1 is killed at once, and n0 and n2 live to get a request.
  const Finished finished =
      run_faulty("echo", "dies", "--seed 1 --nemesis kill --kill-interval 0.6");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("status 3"), std::string::npos) << finished.output;
}

TEST_F(CommandTest, FaultOptionsThatWouldDoNothingAreRefused) {
  for (const char* arguments :
       {"--nemesis fire", "--nemesis kill,fire", "--kill-interval 1", "--loss 2", "--loss -0.1",
        "--duplicate nan", "--reorder x", "--nemesis loss --loss 0", "--loss-interval 1 --loss 0.5",
        "--nemesis pause --pause-interval 0", "--nemesis partition --one-way-interval 1"}) {
    const Finished finished = run_shell(command("-w echo ") + arguments);
    EXPECT_EQ(finished.exit_code, 254) << arguments;
    EXPECT_FALSE(finished.output.empty()) << arguments;
  }
  EXPECT_NE(run_shell(command("-w echo --kill-interval 1"))
                .output.find("--kill-interval: does nothing without --nemesis kill"),
            std::string::npos);
}

}  // namespace
}  // namespace hearsay::test
