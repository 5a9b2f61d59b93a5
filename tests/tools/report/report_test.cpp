// The words for people, of small histories made by hand.
#include "tools/report/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/judge.h"
#include "tools/report/workload_words.h"

namespace hearsay::bench {
namespace {

// One operation each, of key "7".
std::string sent(int process, const char* type, int offset, int value) {
  return fmt::format(
      "{0} invoke send [[:send \"7\" {3}]]\n{0} {1} send [[:send \"7\" [{2} {3}]]]\n", process,
      type, offset, value);
}
std::string polled(int process, const std::string& pairs) {
  return fmt::format("{0} invoke poll [[:poll]]\n{0} ok poll [[:poll {{\"7\" [{1}]}}]]\n", process,
                     pairs);
}

const std::string kThreeSent = sent(0, "ok", 0, 1) + sent(0, "ok", 1, 2) + sent(0, "ok", 2, 3);
const std::string kThreePolled = polled(9, "[0 1] [1 2] [2 3]");

struct LogNote {
  const char* name;
  std::string history;
  const char* note;
};

class LogNotes : public testing::TestWithParam<LogNote> {};

TEST_P(LogNotes, HaveAnExample) {
  const History history = test::history_of(GetParam().history);
  Report report;
  add_workload_words(report, check_workload("kafka", history, {}));
  std::string all;
  for (const std::string& note : report.notes) all += note + "\n";
  EXPECT_NE(all.find(GetParam().note), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(
    Report, LogNotes,
    testing::Values(
        LogNote{"inconsistent",
                sent(0, "ok", 0, 1) + sent(1, "ok", 0, 4) + polled(2, "[0 1]") + polled(3, "[0 4]"),
                "- inconsistent-offsets: 1, such as: key 7, offset 0 holds 1 and 4\n"},
        LogNote{"duplicate",
                sent(0, "ok", 0, 1) + polled(1, "[0 1]") + polled(2, "[18446744073709551616 1]"),
                "- duplicate: 1, such as: key 7: 1 is at the offsets 0 and 18446744073709551616\n"},
        LogNote{"lost", kThreeSent + polled(1, "[0 1]") + polled(2, "[2 3]"),
                "- lost-write: 1, such as: key 7: no poll showed 2, which operation 3 sent; "
                "operation 9 showed what stands behind it\n"},
        LogNote{"overwritten",
                sent(0, "ok", 0, 1) + sent(0, "ok", 1, 2) + polled(1, "[0 1] [1 2]") +
                    sent(2, "ok", 1, 3),
                "- lost-write: 1, such as: key 7: no poll showed 3, which operation 7 sent; its "
                "offset holds another message\n"},
        LogNote{"unseen", kThreeSent + polled(1, "[0 1]"),
                "- unseen: 1, such as: key 7: nobody polled 2 and 3\n"},
        LogNote{"unseen_keys",
                kThreeSent + polled(1, "[0 1] [1 2] [2 3]") +
                    "0 invoke send [[:send \"8\" 1]]\n0 ok send [[:send \"8\" [0 1]]]\n"
                    "0 invoke send [[:send \"9\" 1]]\n0 ok send [[:send \"9\" [0 1]]]\n",
                "- unseen: 1, such as: key 8: nobody polled 1 (and some of 1 key more)\n"},
        LogNote{"negative", sent(0, "ok", -5, 1) + polled(1, "[-5 1]"),
                "- polls showed messages of key 7 at negative offsets only, such as -5 "},
        LogNote{"skip", kThreeSent + polled(1, "[0 1]") + polled(1, "[2 3]") + kThreePolled,
                "- poll-skip: 1, such as: key 7: process 1 went on from operation 7 with operation "
                "9, which left out 2\n"},
        LogNote{"back", kThreeSent + polled(1, "[1 2]") + polled(1, "[0 1]") + kThreePolled,
                "- nonmonotonic-poll: 1, such as: key 7: process 1 went on from operation 7 with "
                "operation 9: after 2 came 1, which does not stand behind it\n"},
        LogNote{"sent_back", sent(0, "ok", 1, 1) + sent(0, "ok", 0, 2) + polled(1, "[0 2] [1 1]"),
                "- nonmonotonic-send: 1, such as: key 7: process 0 went on from operation 1 with "
                "operation 3: after 1 came 2, which does not stand behind it\n"},
        LogNote{"skip_within", kThreeSent + polled(1, "[0 1] [2 3]") + kThreePolled,
                "- int-poll-skip: 1, such as: key 7: in operation 7 3 came after 1, without 2\n"},
        LogNote{"back_within", kThreeSent + polled(1, "[1 2] [0 1]") + kThreePolled,
                "- int-nonmonotonic-poll: 1, such as: key 7: in operation 7 1 came after 2, behind "
                "which it does not stand\n"},
        LogNote{"aborted", sent(0, "fail", 0, 2) + polled(1, "[0 2]") + polled(2, "[0 2]"),
                "- G1a: 2, such as: key 7: operation 3 polled 2, which operation 1 had failed to "
                "send\n"},
        LogNote{"own",
                "0 invoke txn [[:send \"7\" 1] [:poll]]\n"
                "0 ok txn [[:send \"7\" [0 1]] [:poll {\"7\" [[0 1]]}]]\n" +
                    polled(1, "[0 1]"),
                "- precommitted-read: 1, such as: key 7: operation 1 polled 1, which it sent "
                "itself\n"},
        LogNote{"circle", polled(0, "[0 1]") + sent(1, "ok", 0, 1),
                "- G1c-realtime: 1, such as: operation 1 had ended before operation 3 began; "
                "operation 3 sent 1 to \"7\", which operation 1 polled\n"},
        LogNote{"knot", polled(0, "[0 1]") + sent(1, "ok", 0, 1),
                "- strong-PL-2-cycle-exists: 1, such as: the operations 1 and 3 are in a circle\n"},
        LogNote{"unheard", sent(0, "ok", 0, 1) + polled(9, ""),
                "leave such keys out of the answer). 1 was acknowledged there at offset 0, and "
                "nobody got it"},
        LogNote{"nobody", sent(0, "ok", 0, 1),
                "- empty-transaction-graph: 1, such as: nobody polled anything that somebody had "
                "sent\n"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Report, OneWrongFinalReadIsOne) {
  for (const auto& [errors, words] :
       {std::pair(R"([{"value":7}])", "- 1 final read is no sum that may be, the first: "),
        std::pair(R"([{"value":7},{"value":8}])", "- 2 final reads are no sum that may be")}) {
    Report report;
    add_workload_words(report, {{"acceptable", nlohmann::json::array()},
                                {"final-reads", nlohmann::json::array()},
                                {"errors", nlohmann::json::parse(errors)}});
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_TRUE(report.notes[0].starts_with(words)) << report.notes[0];
  }
}

TEST(Report, WhatIsLackingOfASetIsSaid) {
  for (const auto& [attempts, words] : {std::pair(0, "- no client gave a value"),
                                        std::pair(3, "- no read succeeded after a value")}) {
    Report report;
    add_workload_words(report, {{"valid?", "unknown"}, {"attempt-count", attempts}});
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_TRUE(report.notes[0].starts_with(words)) << report.notes[0];
  }
}

TEST(Report, ANoteOfSeveralLinesStandsUnderItself) {
  Report report;
  report.verdict = "INVALID:";
  report.notes = {"- G1c: 1", "  Let\n  T1 = x\nThen\n  - T1\n", "- more"};
  EXPECT_EQ(to_text(report),
            "INVALID:\n  - G1c: 1\n    Let\n      T1 = x\n    Then\n      - T1\n  - more\n");
}

}  // namespace
}  // namespace hearsay::bench
