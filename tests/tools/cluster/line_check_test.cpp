#include "tools/cluster/line_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hearsay::cluster {
namespace {

std::string line_of(const std::string& src, const std::string& dest) {
  return R"({"src":")" + src + R"(","dest":")" + dest + R"(","body":{"type":"read","msg_id":1}})";
}

TEST(LineFromNode, InItsOwnNameGoesToItsDest) {
  LineCheck check("n0");
  const std::string line = line_of("n0", "n1");
  const Checked checked = check.from_node(line);
  ASSERT_TRUE(checked.line) << checked.why;
  EXPECT_EQ(checked.line->dest, "n1");
  EXPECT_EQ(checked.line->type, "read");
}

TEST(LineFromNode, InAnothersNameIsDropped) {
  EXPECT_EQ(LineCheck("n0").from_node(line_of("n1", "n2")).drop, Drop::foreign_source);
  EXPECT_FALSE(LineCheck("n0").from_node(line_of("n1", "n2")).line);
}

TEST(LineFromNode, ThatIsNoMessageIsDropped) {
  for (const char* line :
       {"", "hello", "[]", R"({"src":"n0"})", R"({"src":"n0","dest":7,"body":{}})",
        R"({"src":"n0","dest":"n1","body":7})", "\xff\xfe"}) {
    const Checked checked = LineCheck("n0").from_node(line);
    EXPECT_FALSE(checked.line) << line;
    EXPECT_EQ(checked.drop, Drop::no_message) << line;
  }
}

// Else a node could publish wherever it likes.
TEST(LineFromNode, ForANameThatIsMoreThanAWordIsDropped) {
  for (const char* dest : {"", "n1.in.n2", "*", ">", "n 1"}) {
    const Checked checked = LineCheck("n0").from_node(line_of("n0", dest));
    EXPECT_FALSE(checked.line) << dest;
    EXPECT_EQ(checked.drop, Drop::no_such_name) << dest;
  }
}

TEST(LineFromBus, IsTheNodesIfItsSenderSaidIt) {
  LineCheck check("n0");
  EXPECT_TRUE(check.from_bus("hearsay.demo.n0.in.c1", line_of("c1", "n0")).line);
  EXPECT_FALSE(check.from_bus("hearsay.demo.n0.in.c1", line_of("n1", "n0")).line);
  EXPECT_FALSE(check.from_bus("hearsay.demo.n0.in.c1", line_of("c1", "n1")).line);
  EXPECT_EQ(check.from_bus("hearsay.demo.n0.in.c1", line_of("n1", "n0")).drop, Drop::stranger);
}

TEST(LineFromBus, TheOperatorSpeaksInAnyName) {
  EXPECT_TRUE(LineCheck("n0").from_bus("hearsay.demo.n0.in", line_of("c7", "n0")).line);
  EXPECT_FALSE(LineCheck("n0").from_bus("hearsay.demo.n0.in", line_of("c7", "n1")).line);
}

// A second line would come in whatever name it likes.
TEST(LineFromBus, OfTwoLinesIsDropped) {
  std::string line = line_of("c1", "n0");
  line.insert(1, "\n");
  EXPECT_FALSE(LineCheck("n0").from_bus("hearsay.demo.n0.in.c1", line).line);
  const std::string two = line_of("c1", "n0") + "\n" + line_of("n1", "n0");
  EXPECT_FALSE(LineCheck("n0").from_bus("hearsay.demo.n0.in.c1", two).line);
}

TEST(LineDrops, AreCountedByKind) {
  Drops drops("n0");
  drops.note(Drop::no_message, "why");
  drops.note(Drop::no_message, "why");
  drops.note_total(Drop::node_slow, 7, "why");
  drops.note_total(Drop::node_slow, 7, "why");
  EXPECT_EQ(drops.of(Drop::no_message), 2U);
  EXPECT_EQ(drops.of(Drop::node_slow), 7U);
  EXPECT_EQ(drops.of(Drop::stranger), 0U);
}

TEST(LineDrops, OfAFloodAFewAreTold) {
  Drops drops("n0");
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1234; ++i) drops.note(Drop::no_message, "why");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 4) << said;  // 1, 10, 100, 1000
}

}  // namespace
}  // namespace hearsay::cluster
