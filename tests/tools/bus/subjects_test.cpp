#include "tools/bus/subjects.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::bus {
namespace {

TEST(BusName, IsAWordOfASubjectAndOfAFile) {
  for (const char* name : {"n0", "lin-kv", "A_9", "x"}) {
    EXPECT_EQ(complain_about_name(name), "") << name;
  }
  EXPECT_EQ(complain_about_name(std::string(64, 'n')), "");
}

TEST(BusName, IsRefusedWhereTheBusOrAFileWouldTakeItForMore) {
  for (const std::string name :
       {"", "a.b", "*", ">", "n 0", "n\t0", "n\n0", "n\x1b", "../n0", "n/0", "n\"0", "n\xc3\xa9"}) {
    EXPECT_NE(complain_about_name(name), "") << name;
  }
  EXPECT_NE(complain_about_name(std::string(65, 'n')), "");
}

TEST(Subjects, OfALineNameWhoItIsForAndWhoSaysIt) {
  const Subjects subjects("demo");
  EXPECT_EQ(subjects.line("n0", "c1"), "hearsay.demo.n0.in.c1");
  EXPECT_EQ(subjects.line_by_operator("n0"), "hearsay.demo.n0.in");
  EXPECT_EQ(subjects.lines_to("n0"), "hearsay.demo.n0.in.*");
  EXPECT_EQ(subjects.lines_from("n0"), "hearsay.demo.*.in.n0");
  EXPECT_EQ(node_of(subjects.line("n0", "c1")), "n0");
  EXPECT_EQ(node_of(subjects.presence("n0")), "n0");
}

TEST(Subjects, TheSenderOfALineIsItsLastWord) {
  const Subjects subjects("demo");
  EXPECT_EQ(sender_of_line(subjects.line("n0", "c1")), "c1");
  EXPECT_EQ(sender_of_line(subjects.line_by_operator("n0")), "");
  // Whatever clusters and nodes are called.
  EXPECT_EQ(sender_of_line(Subjects("in").line("in", "in")), "in");
  EXPECT_EQ(sender_of_line(Subjects("in").line_by_operator("in")), "");
}

TEST(Subjects, AnswersGoToInboxesAndControlOnly) {
  const Subjects subjects("demo");
  EXPECT_TRUE(subjects.is_for_answers(subjects.control("n0")));
  EXPECT_TRUE(subjects.is_for_answers(subjects.inbox("c1") + ".x.1"));
  for (const std::string& subject :
       {subjects.line("n0", "n1"), subjects.line_by_operator("n0"), subjects.presence("n0"),
        subjects.hail(), subjects.roster(), Subjects("other").control("n0"), std::string(),
        std::string("hearsay.demo."), std::string("hearsay.demo.inbox.x")}) {
    EXPECT_FALSE(subjects.is_for_answers(subject)) << subject;
  }
}

}  // namespace
}  // namespace hearsay::bus
