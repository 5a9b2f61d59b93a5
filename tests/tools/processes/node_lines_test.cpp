// Where the lines of a node's stdout end, in whatever pieces they come; what is said of the first.
#include "tools/processes/node_lines.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/tools/experiment/virtual_nodes.h"
#include "tools/processes/node_process.h"

namespace hearsay::bench {
namespace {

struct Pieces {
  const char* name;
  std::vector<std::string> printed;  // for printf(1); each is read before the next one is written
  std::vector<std::string> lines;
  std::string unfinished;
};

class LinesOfANode : public testing::TestWithParam<Pieces> {};

TEST_P(LinesOfANode, EndWhereTheyEndForMaelstrom) {
  std::string script;
  for (const std::string& piece : GetParam().printed) script += "printf '" + piece + "'; read x; ";
  NodeProcess node({"/bin/sh", {"-c", script}}, STDERR_FILENO);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < GetParam().printed.size(); ++i) {
    pollfd readable{node.stdout_fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, -1), 1);
    EXPECT_TRUE(node.read_lines([&](std::string_view line, bool cut) {
      EXPECT_FALSE(cut);
      lines.emplace_back(line);
      return true;
    }));
    node.write("\n");
  }
  EXPECT_EQ(lines, GetParam().lines);
  EXPECT_EQ(node.unfinished_line(), GetParam().unfinished);
}

INSTANTIATE_TEST_SUITE_P(
    All, LinesOfANode,
    testing::Values(Pieces{"feeds", {"a\\nb", "c\\n\\n"}, {"a", "bc", ""}, ""},
                    Pieces{"a_return_is_enough", {"a\\r"}, {"a"}, ""},
                    Pieces{"returns", {"a\\rb\\r\\rc"}, {"a", "b", ""}, "c"},
                    Pieces{"both_are_one_end", {"a\\r\\nb\\r\\n"}, {"a", "b"}, ""},
                    Pieces{"also_when_they_come_apart", {"a\\r", "\\nb\\n"}, {"a", "b"}, ""},
                    Pieces{"the_other_way_round_they_are_two", {"a\\n\\rb\\n"}, {"a", "", "b"}, ""},
                    Pieces{"two_returns_and_a_feed", {"a\\r\\r", "\\n\\n"}, {"a", "", ""}, ""},
                    Pieces{"a_later_feed_ends_a_line", {"a\\r", "b", "\\n"}, {"a", "b"}, ""}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

class FirstMessage : public testing::Test {
 protected:
  // What is said of a node that printed this.
  std::string words_on(const std::string& line) {
    network_.add_node("n0");
    lines_.node_starts("n0");
    lines_.take(0, network_, "n0", line);
    return lines_.words_on_answers("n0");
  }

  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  Network network_{heap_, nodes_, {}, 1};
  NodeLines lines_{false};
};

TEST_F(FirstMessage, ToItselfIsNoAnswer) {
  const std::string line = R"({"src":"n0","dest":"n0","body":{"type":"init_ok"}})";
  EXPECT_EQ(words_on(line).find("Its first message went to itself (in an answer src is the node's "
                                "own name, and dest the src of the request):\n    " +
                                line),
            0U);
}

TEST_F(FirstMessage, HandedBackWentToItself) {
  EXPECT_EQ(
      words_on(R"({"src":"c0","dest":"n0","body":{"type":"init_ok"}})")
          .find("Its first message has the src \"c0\" and the dest \"n0\", so it went to itself"),
      0U);
}

TEST_F(FirstMessage, ThatIsNoneIsQuoted) {
  EXPECT_EQ(words_on("{'src': 'n0'}").find("It printed a line that is wrong: not JSON, at byte 2"),
            0U);
}

TEST_F(FirstMessage, ToNobodyIsQuoted) {
  EXPECT_EQ(
      words_on(R"({"src":"n0","dest":"c7","body":{}})").find("It printed a line that is wrong"),
      0U);
}

TEST_F(FirstMessage, ToAnotherNodeIsNothingToSpeakOf) {
  network_.add_node("n1");
  EXPECT_EQ(words_on(R"({"src":"n0","dest":"n1","body":{"type":"hello"}})"), "");
}

TEST_F(FirstMessage, WithSourceAndDestinationExchangedIsToldHowTheyBelong) {
  network_.add_node("n1");
  words_on(R"({"src":"n1","dest":"n0","body":{"type":"echo_ok"}})");
  ASSERT_EQ(lines_.findings().kept().size(), 1U);
  EXPECT_NE(lines_.findings().kept()[0].reason.find(
                "and its dest is (in an answer src is the node's own name"),
            std::string::npos)
      << lines_.findings().kept()[0].reason;
}

TEST_F(FirstMessage, OrElseTheLastToItselfIsNoAnswer) {
  network_.add_node("n1");
  EXPECT_EQ(words_on(R"({"src":"n0","dest":"n1","body":{"type":"init_ok"}})"), "");
  EXPECT_EQ(lines_.messages_of("n0"), 1);
  const std::string line = R"({"src":"n0","dest":"n0","body":{"type":"topology_ok"}})";
  lines_.take(0, network_, "n0", line);
  EXPECT_EQ(lines_.words_on_answers("n0").find("Its last message went to itself"), 0U);
  EXPECT_EQ(lines_.messages_of("n0"), 2);
  lines_.node_starts("n0");
  EXPECT_EQ(lines_.words_on_answers("n0"), "");
  EXPECT_EQ(lines_.messages_of("n0"), 0);
}

TEST_F(FirstMessage, InSomebodyElsesNameIsOdd) {
  network_.add_node("n1");
  EXPECT_EQ(words_on(R"({"src":"n1","dest":"n1","body":{"type":"hello"}})"), "");
  ASSERT_EQ(lines_.findings().kept().size(), 1U);
  const Finding& finding = lines_.findings().kept()[0];
  EXPECT_EQ(finding.kind, Finding::Kind::oddity);
  EXPECT_EQ(finding.node, "n0");
  EXPECT_EQ(finding.reason, R"(its src is "n1", which is not the name of the node that wrote it)");
  EXPECT_EQ(lines_.findings().wrong(), 0);
  EXPECT_EQ(network_.server_messages().sent, 1);
}

}  // namespace
}  // namespace hearsay::bench
