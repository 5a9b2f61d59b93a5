#include "tools/experiment/verdict/judge.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

using test::history_of;

std::string with_final_read(const std::string& value) {
  return R"({:process 9 :type :invoke :f :read :value nil :final? true}
            {:process 9 :type :ok :f :read :final? true :value )" +
         value + "}";
}

nlohmann::json check_sum(const std::string& adds, const std::string& value) {
  return check_workload("pn-counter", read_history(adds + with_final_read(value)), {});
}

std::string add(int process, const char* type, int delta) {
  return fmt::format(
      "{{:process {0} :type :invoke :f :add :value {2}}}"
      "{{:process {0} :type :{1} :f :add :value {2}}}\n",
      process, type, delta);
}

TEST(Counter, UnknownAddsCountOrNot) {
  const std::string adds = add(0, "ok", 10) + add(1, "info", 3) + add(2, "info", -1);
  for (const auto& [value, valid] : {std::pair{"10", true},
                                     {"13", true},
                                     {"9", true},
                                     {"12", true},
                                     {"11", false},
                                     {"14", false},
                                     {"8", false}}) {
    EXPECT_EQ(check_sum(adds, value).at("valid?"), valid) << value;
  }
  EXPECT_EQ(check_sum(adds, "10").at("acceptable"), nlohmann::json::parse("[[9,10],[12,13]]"));
}

TEST(Counter, RefusedAddsAndThoseWithoutAnEndDoNotCount) {
  const std::string adds =
      add(0, "ok", 10) + add(1, "fail", 5) + "{:process 2 :type :invoke :f :add :value 7}";
  EXPECT_EQ(check_sum(adds, "10").at("acceptable"), nlohmann::json::parse("[[10,10]]"));
  EXPECT_EQ(check_sum(adds, "15").at("valid?"), false);
  EXPECT_EQ(check_sum(adds, "17").at("valid?"), false);
}

TEST(Counter, ReadsBeforeTheEndMayBeAnything) {
  const auto result = check_workload("g-counter", history_of("0 invoke read\n0 ok read 77\n"), {});
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("final-reads"), nlohmann::json::array());
  EXPECT_EQ(result.at("errors"), nullptr);
}

TEST(Counter, SumsBeyond64BitsAreUnknown) {
  const std::string most =
      "{:process 0, :type :invoke, :f :add, :value 9223372036854775807}"
      "{:process 0, :type :ok, :f :add, :value 9223372036854775807}";
  EXPECT_THROW(check_counter(read_history(most + most)), CheckerFailed);
}

// The second and third would be -1 in 64 bits with a sign, which may be.
TEST(Counter, AReadBeyond64BitsIsNoSum) {
  for (const std::string value :
       {"9223372036854775808", "18446744073709551615", "18446744073709551615N",
        "18446744073709551616N", "-9223372036854775809N"}) {
    const auto result = check_sum(add(0, "ok", -1), value);
    EXPECT_EQ(result.at("valid?"), false) << value;
    EXPECT_EQ(result.at("errors").size(), 1U) << value;
    const nlohmann::json& read = result.at("final-reads").at(0);
    EXPECT_EQ(read.is_string() ? read.get<std::string>() : read.dump(),
              value.substr(0, value.find('N')));
  }
}

TEST(Counter, AnAddBeyond64BitsIsAWholeNumber) {
  for (const std::string delta : {"18446744073709551615", "18446744073709551616"}) {
    const std::string add =
        "{:process 0, :type :invoke, :f :add, :value 1}"
        "{:process 0, :type :ok, :f :add, :value " +
        delta + "}";
    EXPECT_EQ(check_sum(add, "1").at("error"), "sums go beyond 64 bits");
  }
}

TEST(Counter, SumsThatCannotBeToldApartAreUnknown) {
  std::string adds;
  for (int i = 0; i < 24; ++i) adds += add(i, "info", 1 << i << 2);
  EXPECT_EQ(check_sum(adds, "1").at("valid?"), "unknown");
}

TEST(Judge, AHistoryOfAnotherWorkloadIsToldFromItsOperations) {
  const History echo = history_of("0 invoke echo \"a\"\n");
  EXPECT_EQ(why_not_of("echo", echo), "");
  EXPECT_EQ(why_not_of("kafka", echo),
            "its operations are echo, which kafka does not have; they may be of echo");
  const History odd = history_of("0 invoke dance\n");
  EXPECT_EQ(why_not_of("echo", odd),
            "its operations are dance, which echo does not have; no workload known here has these");
}

TEST(Judge, AHistoryOfAnotherWorkloadIsToldFromItsValues) {
  const History set = history_of("0 invoke read\n0 ok read [1]\n");
  EXPECT_EQ(why_not_of("g-set", set), "");
  EXPECT_EQ(why_not_of("g-counter", set),
            "operation 1 (read) has a value that g-counter does not have: [1]");
  const History counter = history_of("0 invoke read\n0 ok read 1\n");
  const History large = history_of("0 invoke read\n0 ok read 18446744073709551616N\n");
  EXPECT_EQ(why_not_of("g-counter", large), "");
  EXPECT_NE(why_not_of("g-set", counter), "");
  EXPECT_NE(why_not_of("lin-kv", counter), "");
}

TEST(Judge, TransactionsOfAnotherWorkloadAreToldFromTheirSteps) {
  const History lists = history_of("0 invoke txn [[:append 1 2]]\n0 ok txn [[:append 1 2]]\n");
  const History registers = history_of("0 invoke txn [[:r 1 nil] [:w 1 2]]\n");
  EXPECT_EQ(why_not_of("txn-list-append", lists), "");
  EXPECT_EQ(why_not_of("txn-rw-register", registers), "");
  EXPECT_EQ(why_not_of("txn-rw-register", lists),
            "operation 0 (txn) has a step \"append\", which txn-rw-register does not have: "
            "[[\"append\",1,2]]");
  EXPECT_NE(why_not_of("txn-list-append", registers).find("a step \"w\""), std::string::npos);
}

TEST(Judge, TheWorstSectionIsTheVerdict) {
  const History history = history_of(
      "0 invoke echo \"a\"\n"
      "0 info echo \"a\"\n");
  const nlohmann::json results = judge("echo", history, {});
  EXPECT_EQ(results.at("workload").at("valid?"), true);
  EXPECT_EQ(results.at("stats").at("valid?"), false);
  EXPECT_EQ(results.at("valid?"), false);
}

TEST(Judge, CrashesNeverSucceedAndThatIsNoMatter) {
  const History history = history_of(
      "0 invoke crash\n"
      "0 info crash\n"
      "1 invoke send [[:send \"1\" 5]]\n"
      "1 ok send [[:send \"1\" [0 5]]]\n"
      "1 invoke poll [[:poll]]\n"
      "1 ok poll [[:poll {\"1\" [[0 5]]}]]\n");
  EXPECT_EQ(judge("kafka", history, {}).at("valid?"), true);
}

TEST(Judge, ModelsAreSplitAtCommasWithWhiteSpaceOnBothSides) {
  const auto error_of = [](const char* models) {
    const auto history = read_history(R"({:process 0 :type :invoke :f :txn :value [[:r 1 nil]]}
                                         {:process 0 :type :ok :f :txn :value [[:r 1 nil]]})");
    return check_workload("txn-rw-register", history, {models, std::nullopt}).value("error", "");
  };
  EXPECT_EQ(error_of("read-atomic"), "");
  EXPECT_EQ(error_of("read-atomic , \t read-committed"), "");
  EXPECT_NE(error_of("read-atomic,read-committed").find("read-atomic,read-committed"),
            std::string::npos);
  EXPECT_NE(error_of("read-atomic, read-committed").find("read-atomic, read-committed"),
            std::string::npos);
  EXPECT_EQ(error_of("read-atomic , read-committed , "), "") << "nothing behind the last one";
}

}  // namespace
}  // namespace hearsay::bench
