// What hearsay cluster up, cluster status and call say: of nodes that are none of the cluster's,
// and while they wait.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"

namespace hearsay::test {
namespace {

class ClusterWords : public BusTest {
 protected:
  void attach_each(const std::vector<std::string>& names) {
    for (const std::string& name : names) attach(name);
    for (const std::string& name : names) ASSERT_TRUE(comes_to_be(name, "waiting")) << name;
  }
};

// The node answers when the line about the progress has been seen.
TEST_F(ClusterWords, CallTellsOnATerminalThatItWaits) {
  attach_each({"n0"});
  const std::string call =
      HEARSAY_COMMAND " call --timeout-ms 120000" + bus() + R"(n0 '{"type":"echo","echo":7}')";
  const std::string typescript = folder_ / "typescript";
  NodeRunner terminal(NodeSetup{"/usr/bin/script", {"-qefc", call, typescript}});
  const auto shown = [&] {
    std::ifstream file(typescript);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string waits = "waiting for an answer from n0, ";
  EXPECT_TRUE(in_time(kPatience, [&] { return shown().find(waits) != std::string::npos; }))
      << shown();
  up("n0");
  EXPECT_EQ(terminal.exit_code(), 0) << shown();
  const std::string text = shown();
  const std::size_t answer = text.find("{\"echo\":7");
  ASSERT_NE(answer, std::string::npos) << text;
  const std::size_t behind_line = text.rfind(waits, answer) + waits.size();
  // Blanks stand where the line stood, and the answer begins where it began.
  EXPECT_NE(
      text.substr(behind_line, answer - behind_line).find('\r' + std::string(waits.size(), ' ')),
      std::string::npos)
      << text;
  EXPECT_EQ(text[answer - 1], '\r') << text;
  EXPECT_EQ(text.find(waits, answer), std::string::npos) << text;
}

TEST_F(ClusterWords, CallTellsNobodyElseThatItWaits) {
  attach_each({"n0"});
  const Finished late = hearsay("call --timeout-ms 2500" + bus() + R"(n0 '{"type":"read"}')");
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_EQ(late.output.find("hearsay call: no answer from n0 in 2500 ms"), 0U) << late.output;
}

}  // namespace
}  // namespace hearsay::test
