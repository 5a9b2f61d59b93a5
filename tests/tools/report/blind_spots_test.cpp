// Histories that a checker calls good and that say little, or something odd; and such as are usual.
#include "tools/report/blind_spots.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/experiment/verdict/history_text.h"

namespace hearsay::bench {
namespace {

constexpr const char* kListAppend = "txn-list-append";
constexpr const char* kRwRegister = "txn-rw-register";

// A transaction that is asked for and, if the answer is not "", answered so.
std::string transaction(const std::string& asked, const std::string& answer,
                        const char* type = "ok") {
  std::string lines = "0 invoke txn " + asked + "\n";
  if (!answer.empty()) lines += fmt::format("0 {} txn {}\n", type, answer);
  return lines;
}

std::string ten_times(const std::string& lines) {
  std::string all;
  for (int i = 0; i < 10; ++i) all += lines;
  return all;
}

std::vector<std::string> spots(const char* workload, const std::string& lines) {
  return find_blind_spots(workload, test::history_of(lines));
}

using Spots = std::vector<std::string>;

TEST(BlindSpots, TransactionsThatNeverFindAValueShowNothing) {
  const Spots said = {
      "not one of 10 reads found a value, though 10 writes were acknowledged: such a history shows "
      "no anomaly, whatever the nodes do"};
  for (const char* nothing : {"nil", "[]"}) {
    EXPECT_EQ(spots(kListAppend,
                    ten_times(transaction("[[:r 1 nil] [:append 1 2]]",
                                          fmt::format("[[:r 1 {}] [:append 1 2]]", nothing)))),
              said);
  }
  const std::string registers = transaction("[[:r 1 nil] [:w 1 2]]", "[[:r 1 nil] [:w 1 2]]");
  EXPECT_EQ(spots(kRwRegister, ten_times(registers)), said);
  EXPECT_EQ(spots(kRwRegister, registers), Spots()) << "chance";
  EXPECT_EQ(spots("kafka", ten_times(registers)), Spots()) << "they have no transactions";
  const std::string one_found = transaction("[[:r 1 nil]]", "[[:r 1 2]]");
  EXPECT_EQ(spots(kRwRegister, ten_times(registers) + one_found), Spots());
  const std::string unacknowledged = transaction("[[:w 1 2]]", "[[:w 1 2]]", "info");
  const std::string reads = transaction("[[:r 1 nil]]", "[[:r 1 nil]]");
  EXPECT_EQ(spots(kRwRegister, ten_times(unacknowledged) + ten_times(reads)), Spots());
}

TEST(BlindSpots, ValuesThatNobodyWroteAreTold) {
  EXPECT_EQ(spots(kRwRegister, transaction("[[:w 1 2]]", "[[:w 1 2]]") +
                                   transaction("[[:r 2 nil]]", "[[:r 2 2]]")),
            Spots{"1 value read that nobody wrote, such as 2 under the key 2"});
  EXPECT_EQ(spots(kListAppend, transaction("[[:append 1 2]]", "[[:append 1 2]]") +
                                   transaction("[[:r 1 nil]]", "[[:r 1 [2 3 4]]]")),
            Spots{"2 values read that nobody wrote, such as 3 under the key 1"});
  for (const char* type : {"ok", "fail", "info"}) {
    EXPECT_EQ(spots(kRwRegister, transaction("[[:w 1 2]]", "[[:w 1 2]]", type) +
                                     transaction("[[:r 1 nil]]", "[[:r 1 2]]")),
              Spots())
        << "somebody wrote it, and it is another checker's: " << type;
  }
  EXPECT_EQ(spots(kRwRegister, transaction("[[:r 1 nil] [:w 1 2]]", "[[:r 1] 5 {}]")).size(), 1U)
      << "that it holds other steps";
}

// The text of histories here has no final reads.
History final_reads(OperationType end) {
  History history;
  for (const OperationType type : {OperationType::invoke, end, OperationType::invoke, end}) {
    Operation operation;
    operation.type = type;
    operation.f = "read";
    operation.final_read = true;
    history.append(operation);
  }
  return history;
}

TEST(BlindSpots, ACounterWhoseFinalReadsFailIsNotLookedAt) {
  const Spots said = {
      "none of 2 final reads succeeded: what the counter came to was not looked at, and only they "
      "are"};
  for (const char* workload : {"g-counter", "pn-counter"}) {
    EXPECT_EQ(find_blind_spots(workload, final_reads(OperationType::fail)), said);
    EXPECT_EQ(find_blind_spots(workload, final_reads(OperationType::info)), said);
    EXPECT_EQ(find_blind_spots(workload, final_reads(OperationType::ok)), Spots());
    EXPECT_EQ(spots(workload, "0 invoke read nil\n0 fail read nil\n"), Spots());
  }
}

TEST(BlindSpots, SendsAtNegativeOffsetsAreTold) {
  const std::string send = "0 invoke send [[:send 1 7]]\n0 ok send [[:send 1 [{} 7]]]\n";
  EXPECT_EQ(spots("kafka", fmt::format(fmt::runtime(send), -1)),
            Spots{"1 message was acknowledged at negative offsets, such as -1: offsets count from "
                  "0, and the checker looks at no others"});
  EXPECT_EQ(spots("kafka", fmt::format(fmt::runtime(send), 0)), Spots());
  EXPECT_EQ(spots("kafka", "0 invoke send [[:send 1 7]]\n0 ok send [[:send 1 7] 5 [:send 1 []]]\n"),
            Spots());
}

TEST(BlindSpots, AnswersWithOtherStepsThanWereAskedForAreTold) {
  const std::string good = transaction("[[:r 1 nil] [:w 1 2]]", "[[:r 1 nil] [:w 1 2]]");
  EXPECT_EQ(spots(kRwRegister, good + transaction("[[:w 1 3]]", "[]")),
            Spots{R"(1 answer holds other steps than were asked for, such as [] for [["w",1,3]])"});
  const std::string other = transaction("[[:w 1 4]]", "[[:w 1 nil]]");
  EXPECT_EQ(spots(kRwRegister, good + other + other).at(0),
            R"(2 answers hold other steps than were asked for, such as [["w",1,null]] for )"
            R"([["w",1,4]])");
  EXPECT_EQ(spots(kRwRegister, good + transaction("[[:w 1 3]]", "[]", "info")), Spots());
}

TEST(BlindSpots, ARegisterThatIsNullMayBeAnything) {
  const std::string read = "0 invoke read [1 nil]\n0 ok read [1 {}]\n";
  EXPECT_EQ(spots("lin-kv", fmt::format(fmt::runtime(read), "nil")),
            Spots{"1 read answered null, which the checker takes for any value: a key that does "
                  "not exist is error 20"});
  EXPECT_EQ(spots("lin-kv", fmt::format(fmt::runtime(read), "3")), Spots());
  EXPECT_EQ(spots("lin-kv", "0 invoke read [1 nil]\n0 fail read [1 nil]\n"), Spots());
}

}  // namespace
}  // namespace hearsay::bench
