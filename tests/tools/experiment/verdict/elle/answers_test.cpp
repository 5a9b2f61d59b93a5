// Registers, where Elle does what its papers do not say: found by comparing random histories with
// it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/experiment/verdict/elle/transactions_text.h"
#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/elle/elle.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {
namespace {

nlohmann::json check_registers(const History& history, const std::string& model) {
  ElleOptions options;
  options.models = {model};
  return check_rw_register(history, options);
}

// Elle links it to itself and takes the link away, but leaves what was linked in the graph.
TEST(RwRegisterUnlinked, OneThatOverwritesWhatItReadIsNoEmptyGraph) {
  for (const char* transaction : {R"([["r",1,null],["w",1,1]])", R"([["r",1,5],["w",1,1]])"}) {
    const auto result = check_registers(test::at_once({transaction}), "read-committed");
    EXPECT_EQ(result.at("valid?"), true) << result.dump();
  }
  const auto result =
      check_registers(test::at_once({R"([["r",1,5],["w",2,1]])"}), "read-committed");
  EXPECT_EQ(result.at("valid?"), false) << result.dump();
}

// Elle takes a key's only append for read, also where nobody says that it came to be.
TEST(ListAppendAnswer, ThatLeavesOutAKeysOnlyAppendIsUnknown) {
  const auto check = [](const std::string& lines) {
    return check_workload("txn-list-append", test::history_of(lines), {});
  };
  const std::string asked = "0 invoke txn [[:append 6 8]]\n";
  const auto result = check(asked + "0 ok txn []\n");
  EXPECT_EQ(result.at("valid?"), "unknown") << result.dump();
  EXPECT_NE(result.at("error").get<std::string>().find("its answer leaves that out"),
            std::string::npos);
  EXPECT_FALSE(check(asked + "0 ok txn [[:append 6 8]]\n").contains("error"));
  EXPECT_FALSE(
      check(asked + "0 ok txn []\n0 invoke txn [[:append 6 9]]\n0 ok txn [[:append 6 9]]\n")
          .contains("error"))
      << "one of two";
}

// What the answer leaves out was written all the same, and then overwritten.
TEST(RwRegisterAnswer, ThatLeavesOutAnIntermediateWriteHidesNothing) {
  const History history = test::history_of(
      "0 invoke txn [[:w 0 1] [:w 0 2]]\n0 ok txn [[:w 0 2]]\n"
      "1 invoke txn [[:r 0 nil]]\n1 ok txn [[:r 0 1]]\n"
      "1 invoke txn [[:r 0 nil]]\n1 ok txn [[:r 0 2]]\n");
  const auto result = check_registers(history, "read-committed");
  EXPECT_EQ(result.at("anomaly-types"), nlohmann::json({"G1b"})) << result.dump();
  EXPECT_EQ(result.at("anomalies").at("G1b").at(0).at("writer").at("type"), "invoke");
}

TEST(RwRegisterAnswer, MayReadItsOwnIntermediateWrite) {
  const History history = test::history_of(
      "0 invoke txn [[:w 0 1] [:r 0 nil] [:w 0 2]]\n0 ok txn [[:w 0 1] [:r 0 1] [:w 0 2]]\n"
      "1 invoke txn [[:r 0 nil]]\n1 ok txn [[:r 0 2]]\n");
  EXPECT_EQ(check_registers(history, "read-committed").at("valid?"), true);
}

// false is no more than null to Clojure's `if`.
TEST(RwRegisterAnswer, OfFalseIsExpectedAgainByNobody) {
  const History history = test::history_of(
      "0 invoke txn [[:w 1 1]]\n0 ok txn [[:w 1 1]]\n"
      "1 invoke txn [[:r 1 nil] [:r 0 nil] [:r 0 nil]]\n1 ok txn [[:r 1 1] [:r 0 false] [:r 0 "
      "5]]\n");
  EXPECT_EQ(check_registers(history, "read-atomic").at("valid?"), true);
}

}  // namespace
}  // namespace hearsay::bench
