// What single transactions show, in words: of each kind an example.
#include "tools/report/anomaly_words.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/judge.h"
#include "tools/report/workload_words.h"

namespace hearsay::bench {
namespace {

struct AnomalyNote {
  const char* name;
  const char* workload;
  std::string history;
  const char* note;
};

// One that asks and is answered so, at once.
std::string done(int process, const std::string& steps, const char* type = "ok") {
  return fmt::format("{0} invoke txn {1}\n{0} {2} txn {1}\n", process, steps, type);
}

class AnomalyNotes : public testing::TestWithParam<AnomalyNote> {};

TEST_P(AnomalyNotes, HaveAnExample) {
  Report report;
  add_workload_words(report,
                     check_workload(GetParam().workload, test::history_of(GetParam().history), {}));
  std::string all;
  for (const std::string& note : report.notes) all += note + "\n";
  EXPECT_NE(all.find(GetParam().note), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(
    Report, AnomalyNotes,
    testing::Values(
        AnomalyNote{"aborted_read", "txn-rw-register",
                    done(0, "[[:w 8 4]]", "fail") + done(1, "[[:r 8 4]]"),
                    "- G1a: 1, such as: operation 3 read 4 under key 8, which operation 1 wrote, "
                    "and that failed\n"},
        AnomalyNote{"aborted_list", "txn-list-append",
                    done(0, "[[:append 8 4]]", "fail") + done(1, "[[:r 8 [4]]]"),
                    "- G1a: 1, such as: operation 3 read [4] under key 8; the 4 in it operation 1 "
                    "wrote, and that failed\n"},
        AnomalyNote{"intermediate_read", "txn-rw-register",
                    done(0, "[[:w 8 4] [:w 8 5]]") + done(1, "[[:r 8 4]]"),
                    "- G1b: 1, such as: operation 3 read 4 under key 8, which operation 1 wrote, "
                    "and then something else there itself\n"},
        AnomalyNote{"internal", "txn-rw-register", done(0, "[[:w 8 4] [:r 8 5]]"),
                    "- internal: 1, such as: operation 1 read 5 under key 8, but what it had read "
                    "or written there before makes that 4\n"},
        AnomalyNote{"future_read", "txn-list-append", done(0, "[[:r 8 [4]] [:append 8 4]]"),
                    "- future-read: 1, such as: operation 1 read [4] under key 8, with 4 that it "
                    "wrote itself only later\n"},
        AnomalyNote{"duplicates", "txn-list-append",
                    done(0, "[[:append 8 4]]") + done(1, "[[:r 8 [4 4]]]"),
                    "- duplicate-elements: 1, such as: operation 3 read [4,4] under key 8, with "
                    "elements more than once (each with how often): {\"4\":2}\n"},
        AnomalyNote{"incompatible", "txn-list-append",
                    done(0, "[[:append 8 4] [:append 8 5]]") + done(1, "[[:r 8 [4 5]]]") +
                        done(2, "[[:r 8 [5 4]]]"),
                    "- incompatible-order: 1, such as: key 8 was read as "},
        AnomalyNote{"dirty_update", "txn-list-append",
                    done(0, "[[:append 8 4]]", "fail") + done(1, "[[:append 8 5]]") +
                        done(2, "[[:r 8 [4 5]]]"),
                    "- dirty-update: 1, such as: operation 1 failed, yet what operation 3 wrote "
                    "under key 8 stands on what it wrote: [4,5]\n"},
        AnomalyNote{"lost_update", "txn-rw-register",
                    done(0, "[[:r 8 nil] [:w 8 4]]") + done(1, "[[:r 8 nil] [:w 8 5]]"),
                    "- lost-update: 1, such as: operation 1 and operation 3 both read null under "
                    "key 8 and then wrote there, neither seeing the other\n"},
        AnomalyNote{"cyclic_versions", "txn-rw-register",
                    done(0, "[[:r 8 1] [:w 8 2]]") + done(1, "[[:r 8 2] [:w 8 1]]"),
                    "- cyclic-versions: 1, such as: under key 8 each of [1,2] was overwritten by "
                    "another of them, in a circle\n"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(AnomalyWords, OfUnknownTypesThereAreNone) {
  EXPECT_EQ(example_of_anomaly("empty-transaction-graph", true), "");
}

}  // namespace
}  // namespace hearsay::bench
