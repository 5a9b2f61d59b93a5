#include <gtest/gtest.h>

#include <string>

#include "tests/worker/support/asking_node.h"
#include "tools/experiment/services/store_services.h"
#include "worker/core/service.h"
#include "worker/services/lists.h"

namespace hearsay::test {
namespace {

std::string run_on(services::Lists& lists, const char* txn) {
  return lists.run(services::parse_transaction(txn, "append")).value_or("too long");
}

TEST(Lists, RunATransaction) {
  services::Lists lists(R"([ [1, [5, 6]] , ["1",["x"]] ])");
  EXPECT_EQ(
      run_on(lists, R"([["r",1,null],["append",1,7],["r",1,null],["r","1",null],["r",2,null]])"),
      R"([["r",1,[5,6]],["append",1,7],["r",1,[5,6,7]],["r","1",["x"]],["r",2,null]])");
  EXPECT_EQ(lists.json(), R"([["1",["x"]],[1,[5,6,7]]])");
  EXPECT_EQ(services::Lists(lists.json()).json(), lists.json());
  EXPECT_EQ(services::Lists().json(), "[]");
  EXPECT_EQ(run_on(lists, "[]"), "[]");
}

TEST(Lists, KeysAndElementsAreAnyJson) {
  services::Lists lists("[]");
  run_on(lists, R"([["append",{"b":1,"a":[2]},{"d" : 1.0 , "c":"\u0041"}]])");
  EXPECT_EQ(run_on(lists, R"([["\u0072",{"a":[2],"b":1},null]])"),
            R"([["r",{"a":[2],"b":1},[{"c":"A","d":1.0}]]])");
}

TEST(Lists, AResultThatIsTooLongIsNone) {
  services::Lists lists("[[1,[\"" + std::string(1024 * 1024, 'x') + "\"]]]");
  const std::vector<services::TxnStep> fifteen(15, {false, "1", ""});
  EXPECT_TRUE(lists.run(fifteen));
  const std::vector<services::TxnStep> sixteen(16, {false, "1", ""});
  EXPECT_FALSE(lists.run(sixteen));
}

TEST(Lists, WhatIsNoneIsRefused) {
  for (const char* json : {"5", "null", "{}", "[1]", "[[1]]", "[[1,2]]", "[[1,[],3]]"}) {
    EXPECT_THROW(services::Lists{json}, core::BadRequest) << json;
  }
  for (const char* txn : {"5", R"({"r":1})", "[1]", R"([["r",1]])", R"([["w",1,2]])",
                          R"([["r",1,null,1]])", R"([[1,1,1]])"}) {
    EXPECT_THROW(services::parse_transaction(txn, "append"), core::BadRequest) << txn;
  }
}

// Whether workers die between any two inputs.
class TxnListAppendProxy : public ::testing::TestWithParam<bool> {
 protected:
  static Json txn(const std::string& steps) {
    return {{"type", "txn"}, {"txn", Json::parse(steps)}};
  }
  Json run(const std::string& steps) { return node_.ask(txn(steps)); }
  // All of list 1, by another node.
  Json list() {
    AskingNode other("txn-list-append", store_, "lin-kv", false, {"n0", "n1"}, "n1");
    return other.ask(txn(R"([["r",1,null]])"))["txn"][0][2];
  }
  void append_elsewhere(int element) {
    AskingNode other("txn-list-append", store_, "lin-kv", false, {"n0", "n1"}, "n1");
    other.ask(txn("[[\"append\",1," + std::to_string(element) + "]]"));
  }
  static bool is_cas(const Json& line) { return line["body"]["type"] == "cas"; }

  bench::LinKv store_;
  AskingNode node_{"txn-list-append", store_, "lin-kv", GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Dies, TxnListAppendProxy, ::testing::Bool());

TEST_P(TxnListAppendProxy, SeesWhatWasAppended) {
  EXPECT_EQ(run(R"([["r",1,null],["append",1,5],["r",1,null]])"),
            (Json{{"type", "txn_ok"},
                  {"in_reply_to", 100},
                  {"txn", {{"r", 1, nullptr}, {"append", 1, 5}, {"r", 1, {5}}}}}));
  EXPECT_EQ(run(R"([["append",1,6],["append",2,7]])")["type"], "txn_ok");
  EXPECT_EQ(run(R"([["r",2,null],["r",1,null]])")["txn"], (Json{{"r", 2, {7}}, {"r", 1, {5, 6}}}));
}

TEST_P(TxnListAppendProxy, ReadsOnlyDoNotWrite) {
  run(R"([["r",1,null]])");
  run("[]");
  for (const Json& line : node_.asked) EXPECT_EQ(line["body"]["type"], "read");
}

TEST_P(TxnListAppendProxy, RunsAgainIfSomebodyElseWasFaster) {
  for (const bool first_ever : {true, false}) {
    int conflicts = 3;
    node_.on_the_way_there = [&](const Json& line) {
      if (is_cas(line) && conflicts-- > 0) append_elsewhere(conflicts + (first_ever ? 0 : 10));
      return line;
    };
    const Json done = run(R"([["r",1,null],["append",1,7]])");
    EXPECT_EQ(done["txn"][0][2], first_ever ? (Json{2, 1, 0}) : (Json{2, 1, 0, 7, 12, 11, 10}));
    EXPECT_EQ(list(), first_ever ? (Json{2, 1, 0, 7}) : (Json{2, 1, 0, 7, 12, 11, 10, 7}));
  }
}

TEST_P(TxnListAppendProxy, GivesUpWhenSomebodyElseAlwaysIs) {
  int others = 0;
  node_.on_the_way_there = [&](const Json& line) {
    if (is_cas(line)) append_elsewhere(++others);
    return line;
  };
  EXPECT_EQ(run(R"([["append",1,"mine"]])")["code"], 30);
  EXPECT_GT(others, 5);
  EXPECT_EQ(list().size(), static_cast<std::size_t>(others));
}

TEST_P(TxnListAppendProxy, ReadsThatAreLostAreAskedAgain) {
  node_.on_the_way_there = losing(2);
  EXPECT_TRUE(run(R"([["append",1,5]])").is_null());
  const auto told = node_.wait(3 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["type"], "txn_ok");
}

TEST_P(TxnListAppendProxy, ACasWithoutAnAnswerIsUnknownAndNotRepeated) {
  for (const bool done : {true, false}) {
    bool lost = false;
    const auto lose_one = [&](const Json& line, bool here) -> std::optional<Json> {
      const bool is_it = is_cas(line) || line["body"]["type"] == "cas_ok";
      if (!here || !is_it || std::exchange(lost, true)) return line;
      return std::nullopt;
    };
    node_.on_the_way_there = [&](const Json& line) { return lose_one(line, !done); };
    node_.on_the_way_back = [&](const Json& line) { return lose_one(line, done); };
    EXPECT_TRUE(run(R"([["append",1,5]])").is_null());
    const auto told = node_.wait(60 * kNsPerSecond);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]["code"], 0);
    EXPECT_EQ(list(), (Json{5}));
  }
}

TEST_P(TxnListAppendProxy, ReadsThatFailHaveDoneNothing) {
  node_.on_the_way_there = losing(1000);
  EXPECT_TRUE(run(R"([["append",1,5]])").is_null());
  const auto told = node_.wait(60 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["code"], 11);
  EXPECT_EQ(list(), nullptr);
}

// The read takes its time; for the cas there is only the rest.
TEST_P(TxnListAppendProxy, ItsTwoQuestionsTogetherTakeNoLongerThanAClientWaits) {
  node_.on_the_way_there = losing(2);
  EXPECT_TRUE(run(R"([["append",1,5]])").is_null());
  EXPECT_TRUE(node_.wait(2 * kNsPerSecond - kNsPerMs).empty());
  node_.on_the_way_there = [](const Json& line) -> std::optional<Json> {
    if (line["body"]["type"] == "cas") return std::nullopt;
    return line;
  };
  const auto told = node_.wait(2 * kNsPerSecond + 2 * kNsPerMs);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["code"], 0);
}

TEST_P(TxnListAppendProxy, WhatIsNoTransactionIsRefused) {
  EXPECT_EQ(run("5")["code"], 12);
  EXPECT_EQ(run(R"([["w",1,2]])")["code"], 12);
  EXPECT_EQ(node_.ask({{"type", "txn"}})["code"], 12);
  EXPECT_TRUE(node_.asked.empty());
}

TEST_P(TxnListAppendProxy, AStoreThatHoldsSomethingElseIsSaidToDoSo) {
  store_.handle(R"({"src":"n9","dest":"lin-kv","body":{"type":"write","key":"txn-list-append",)"
                R"("value":{"not":"ours"},"msg_id":1}})");
  EXPECT_EQ(run(R"([["append",1,5]])")["code"], 13);
  node_.on_the_way_back = [](Json line) {
    line["body"]["type"] = "odd";
    return line;
  };
  EXPECT_EQ(run(R"([["append",1,5]])")["code"], 13);
}

}  // namespace
}  // namespace hearsay::test
