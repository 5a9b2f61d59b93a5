#include "tools/experiment/recorded/history_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/tools/experiment/recorded/recorded_file.h"
#include "tools/experiment/recorded/bad_text.h"

namespace hearsay::bench {
namespace {

constexpr const char* kEdn = R"(
{:index 0, :time 10, :type :invoke, :process 0, :f :txn, :value [[:r 9 nil]]}
#jepsen.history.Op{:index 1, :time 11, :type :info, :process :nemesis, :f :start-partition, :value nil}
{:index 2, :time 12, :type :info, :process 0, :f :txn, :value [[:r 9 nil]], :error :net-timeout, :poll-ms 1}
{:index 3, :time 13, :type :invoke, :process 5, :f :read, :value nil, :final? true}
{:index 4, :time 14, :type :ok, :process 5, :f :read, :value #{1}, :final? true, :exception {:via 1}}
)";

void expect_the_history(const History& history) {
  const auto& operations = history.operations();
  ASSERT_EQ(operations.size(), 5U);
  EXPECT_EQ(operations[0].value, nlohmann::json::parse(R"([["r",9,null]])"));
  EXPECT_EQ(operations[1].process, kNemesisProcess);
  EXPECT_EQ(operations[1].f, "start-partition");
  EXPECT_EQ(operations[2].type, OperationType::info);
  EXPECT_EQ(operations[2].error, "net-timeout");
  EXPECT_EQ(operations[2].time_ns, 12);
  EXPECT_TRUE(operations[3].final_read);
  EXPECT_EQ(operations[4].exception, R"({"via":1})");
  EXPECT_EQ(history.partner(0), 2U);
  EXPECT_EQ(history.partner(4), 3U);
  EXPECT_FALSE(history.partner(1));
}

TEST(HistoryReader, ReadsOperationsOfMaelstrom) {
  expect_the_history(read_history(kEdn));
  expect_the_history(read_history("[" + std::string(kEdn) + "]"));
}

TEST(HistoryReader, ReadsWhatWeWrite) {
  const History history = read_history(kEdn);
  std::string lines;
  for (const Operation& operation : history.operations()) {
    lines += to_json(operation).dump() + "\n";
  }
  expect_the_history(read_history(lines));
}

// Those that are one double, in either notation.
TEST(HistoryReader, LargeNumbersStayDifferent) {
  const auto first = read_history(
      R"({"type":"invoke","process":0,"f":"generate","value":340282366920938463463374607431768211455})");
  const auto second = read_history(
      R"({"type":"invoke","process":0,"f":"generate","value":340282366920938463463374607431768211454})");
  const auto edn = read_history(
      "{:type :invoke, :process 0, :f :generate, :value 340282366920938463463374607431768211455}");
  EXPECT_NE(first.operations().at(0).value, second.operations().at(0).value);
  EXPECT_EQ(first.operations().at(0).value, edn.operations().at(0).value);
}

TEST(HistoryReader, ReadsARecordedRun) {
  const History history = test::recorded_history("broadcast-5-partition");
  EXPECT_EQ(history.operations().back().index + 1,
            static_cast<std::int64_t>(history.operations().size()));
  EXPECT_GT(history.operations().size(), 100U);
}

struct NoHistory {
  const char* name;
  const char* text;
  const char* message;  // its beginning
};

class RefusedHistory : public testing::TestWithParam<NoHistory> {};

TEST_P(RefusedHistory, SaysWhereAndWhy) {
  try {
    read_history(GetParam().text);
    FAIL() << "it was read";
  } catch (const BadText& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, std::string(GetParam().message).size()),
              GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedHistory,
    testing::Values(
        NoHistory{"empty", " \n", "line 1, column 1: there is no operation in it"},
        NoHistory{"empty_vector", "[]", "line 1, column 1: there is no operation in it"},
        NoHistory{"words", "hello",
                  "line 1, column 1: this is no operation of a history: it is no map"},
        NoHistory{"results", "{:valid? true}",
                  "line 1, column 1: this is no operation of a history: it has no type"},
        NoHistory{"json_results", "{\"valid?\": true}",
                  "line 1, column 1: this is no operation of a history: it has no type"},
        NoHistory{"an_odd_type", "{:type :maybe :process 0 :f :a}",
                  "line 1, column 1: this is no operation of a history: its type is not"},
        NoHistory{"an_odd_process", "{:type :ok :process 0.5 :f :a}",
                  "line 1, column 1: this is no operation of a history: its process is"},
        NoHistory{"twice_open",
                  "{:type :invoke :process 0 :f :a}\n{:type :invoke :process 0 :f :a}",
                  "line 2, column 1: process 0 begins an operation while another of its is open"},
        NoHistory{"not_begun", "{:type :ok :process 3 :f :a}",
                  "line 1, column 1: process 3 ends an operation that it did not begin"},
        NoHistory{"a_process_below_0", "{:type :ok :process -1 :f :a}",
                  "line 1, column 1: this is no operation of a history: its process is"},
        NoHistory{"another_end", "{:type :invoke :process 0 :f :a}\n{:type :ok :process 0 :f :b}",
                  "line 2, column 1: process 0 began a and ends b"},
        NoHistory{"twice_a_key", "{:type :invoke :process 0 :f :a :f :b}",
                  "line 1, column 33: the key f is there twice"},
        NoHistory{"not_utf_8", "{:type :invoke :process 0 :f :a :value \"\xff\"}",
                  "line 1, column 41: a byte here is not UTF-8"},
        NoHistory{"too_large", R"({"type":"invoke","process":0,"f":"a","value":1e999})",
                  "line 1, column 1: a number is too large"},
        NoHistory{
            "cut_off", "{:type :invoke :process 0 :f :a}\n{:type :ok :pro",
            "line 2, column 16: the text ends within the map that begins in line 2, column 1"},
        NoHistory{"cut_off_json", "{\"type\":\"invoke\",\"process\":0,\"f\":\"a\"}\n{\"type\":",
                  "line 2, column 9: the text ends within an operation: it was cut off"},
        NoHistory{"not_json", "{\"type\":\"invoke\",\"process\":0,\"f\":\"a\"}\n{x}\n{}",
                  "line 2, column 2: this line is no JSON"},
        NoHistory{"more_behind", "[{:type :invoke :process 0 :f :a}] 1",
                  "line 1, column 36: there is more behind the vector of operations"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(HistoryReader, WhatIsNestedTooDeepIsRefused) {
  std::string discards;
  for (int i = 0; i < 200'000; ++i) discards += "#_ ";
  EXPECT_THROW(read_history(discards + "1"), BadText);
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_THROW(read_history(R"({"type":"invoke","process":0,"f":"a","value":)" + deep + "}"),
               BadText);
}

}  // namespace
}  // namespace hearsay::bench
