// The checker of logs on small histories made by hand: each type of error, and its boundary.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {
namespace {

std::string operation(int process, const char* type, const char* f, const std::string& invoked,
                      const std::string& value) {
  return fmt::format("{0} invoke {2} {3}\n{0} {1} {2} {4}\n", process, type, f, invoked, value);
}
// An ok one, of key "k".
std::string send(int process, int offset, int value) {
  return operation(process, "ok", "send", fmt::format("[[:send \"k\" {}]]", value),
                   fmt::format("[[:send \"k\" [{} {}]]]", offset, value));
}
const std::string kLarge = "9223372036854775808";
const std::string kLarger = "123456789012345678901234567890";
std::string sent_at(int process, const std::string& offset, int value) {
  return operation(process, "ok", "send", fmt::format("[[:send \"k\" {}]]", value),
                   fmt::format("[[:send \"k\" [{} {}]]]", offset, value));
}
std::string unsure_send(const char* type, int process, int value) {
  const std::string step = fmt::format("[[:send \"k\" {}]]", value);
  return operation(process, type, "send", step, step);
}
std::string poll(int process, const std::string& pairs) {
  return operation(process, "ok", "poll", "[[:poll]]",
                   fmt::format("[[:poll {{\"k\" [{}]}}]]", pairs));
}
std::string assign(int process, const std::string& keys) {
  return operation(process, "ok", "assign", keys, keys);
}

struct LogCase {
  const char* name;
  std::string history;
  std::map<std::string, int> errors;  // by type; of unseen 1
  nlohmann::json valid;
};

class Log : public testing::TestWithParam<LogCase> {};

TEST_P(Log, HasTheseErrors) {
  const nlohmann::json result = check_workload("kafka", test::history_of(GetParam().history), {});
  EXPECT_EQ(result.at("valid?"), GetParam().valid) << result;
  std::map<std::string, int> found;
  for (const std::string type : result.value("error-types", nlohmann::json::array())) {
    found[type] = result.at(type).value("count", 1);
  }
  EXPECT_EQ(found, GetParam().errors) << result;
}

// A transaction of two steps: it runs from its first operation to its last.
std::string begin_txn(int process, const std::string& steps) {
  return fmt::format("{} invoke txn {}\n", process, steps);
}
std::string end_txn(int process, const std::string& steps) {
  return fmt::format("{} ok txn {}\n", process, steps);
}

const std::string kThree = send(0, 0, 1) + send(0, 1, 2) + send(0, 2, 3);
const std::string kAllPolled = poll(9, "[0 1] [1 2] [2 3]");

INSTANTIATE_TEST_SUITE_P(
    Kafka, Log,
    testing::Values(
        LogCase{"in_order", kThree + kAllPolled, {}, true},
        LogCase{"in_parts", kThree + poll(1, "[0 1]") + poll(1, "[1 2] [2 3]"), {}, true},
        LogCase{
            "gaps_of_offsets", send(0, 0, 1) + send(0, 5, 2) + poll(1, "[0 1] [5 2]"), {}, true},
        LogCase{
            "nobody_polls", send(0, 0, 1), {{"empty-transaction-graph", 1}, {"unseen", 1}}, false},
        LogCase{"a_tail_that_nobody_saw", kThree + poll(1, "[0 1] [1 2]"), {{"unseen", 1}}, false},
        LogCase{
            "an_empty_list_of_a_key_seen_elsewhere", kThree + kAllPolled + poll(1, ""), {}, true},
        LogCase{"an_empty_list_of_a_key_never_seen", kThree + poll(1, ""), {}, "unknown"},
        LogCase{"polled_but_never_sent", kThree + kAllPolled + poll(1, "[3 9]"), {}, "unknown"},
        LogCase{"skip_within_a_poll",
                kThree + poll(1, "[0 1] [2 3]") + kAllPolled,
                {{"int-poll-skip", 1}},
                false},
        LogCase{"back_within_a_poll",
                kThree + poll(1, "[1 2] [0 1]") + kAllPolled,
                {{"int-nonmonotonic-poll", 1}},
                false},
        LogCase{"twice_within_a_poll",
                kThree + poll(1, "[1 2] [1 2]") + kAllPolled,
                {{"int-nonmonotonic-poll", 1}},
                false},
        LogCase{"skip_between_polls",
                kThree + poll(1, "[0 1]") + poll(1, "[2 3]") + kAllPolled,
                {{"poll-skip", 1}},
                false},
        LogCase{"back_between_polls",
                kThree + poll(1, "[1 2]") + poll(1, "[1 2]") + kAllPolled,
                {{"nonmonotonic-poll", 1}},
                false},
        LogCase{"an_empty_poll_in_between_forgets_the_place",
                kThree + poll(1, "[0 1]") + poll(1, "") + poll(1, "[2 3]") + kAllPolled,
                {},
                true},
        LogCase{"another_process_has_its_own_place",
                kThree + poll(1, "[1 2]") + poll(2, "[0 1]") + kAllPolled,
                {},
                true},
        LogCase{"an_assignment_without_the_key_forgets_the_place",
                kThree + poll(1, "[1 2]") + assign(1, "[\"x\"]") + poll(1, "[0 1]") + kAllPolled,
                {},
                true},
        LogCase{"an_assignment_with_the_key_does_not",
                kThree + poll(1, "[1 2]") + assign(1, "[\"k\"]") + poll(1, "[0 1]") + kAllPolled,
                {{"nonmonotonic-poll", 1}},
                false},
        LogCase{"a_refused_assignment_does_not_either",
                kThree + poll(1, "[1 2]") + operation(1, "fail", "assign", "[\"x\"]", "[\"x\"]") +
                    poll(1, "[0 1]") + kAllPolled,
                {{"nonmonotonic-poll", 1}},
                false},
        LogCase{"lost",
                kThree + poll(1, "[0 1]") + poll(2, "[2 3]"),
                {{"lost-write", 1}, {"unseen", 1}},
                false},
        LogCase{"unknown_sends_are_not_lost",
                send(0, 0, 1) + unsure_send("info", 1, 2) + send(0, 2, 3) + poll(2, "[0 1] [2 3]"),
                {},
                true},
        LogCase{"an_unknown_send_that_was_polled",
                unsure_send("info", 1, 2) + poll(2, "[0 2]") + poll(3, "[0 2]"),
                {},
                true},
        // As Jepsen has it.
        LogCase{"the_first_that_is_seen_of_a_key_at_the_very_end",
                unsure_send("info", 1, 2) + poll(2, "[0 2]"),
                {{"unseen", 1}},
                false},
        LogCase{"a_failed_send_that_was_polled",
                unsure_send("fail", 1, 2) + poll(2, "[0 2]"),
                {{"G1a", 1}, {"unseen", 1}},
                false},
        LogCase{"a_failed_send_that_was_polled_twice",
                unsure_send("fail", 1, 2) + poll(2, "[0 2]") + poll(3, "[0 2]"),
                {{"G1a", 2}},
                false},
        LogCase{"two_values_at_an_offset",
                send(0, 0, 1) + send(1, 0, 2) + poll(2, "[0 1]") + poll(3, "[0 2]"),
                {{"inconsistent-offsets", 1}},
                false},
        LogCase{"a_value_at_two_offsets",
                send(0, 0, 1) + poll(1, "[0 1]") + poll(2, "[1 1]"),
                {{"duplicate", 1}},
                false},
        LogCase{"two_values_at_an_offset_beyond_64_bits",
                sent_at(0, kLarge, 1) + sent_at(1, kLarge, 2) + poll(2, "[" + kLarge + " 1]") +
                    poll(3, "[" + kLarge + " 2]"),
                {{"inconsistent-offsets", 1}},
                false},
        LogCase{"a_value_at_an_offset_beyond_64_bits_too",
                send(0, 0, 1) + poll(1, "[0 1]") + poll(2, "[" + kLarge + " 1]"),
                {{"duplicate", 1}},
                false},
        LogCase{"offsets_beyond_64_bits_in_their_order",
                sent_at(1, kLarger, 2) + sent_at(0, kLarge, 1) + send(2, 7, 3) +
                    poll(3, "[7 3] [" + kLarge + " 1] [" + kLarger + " 2]"),
                {},
                true},
        LogCase{"offsets_beyond_64_bits_backwards",
                sent_at(0, kLarger, 2) + sent_at(0, kLarge, 1) +
                    poll(3, "[" + kLarge + " 1] [" + kLarger + " 2]"),
                {{"nonmonotonic-send", 1}},
                false},
        LogCase{"sends_of_a_process_backwards",
                send(0, 1, 1) + send(0, 0, 2) + poll(1, "[0 2] [1 1]"),
                {{"nonmonotonic-send", 1}},
                false},
        LogCase{"sends_of_two_processes_backwards",
                send(0, 1, 1) + send(1, 0, 2) + poll(2, "[0 2] [1 1]"),
                {},
                true},
        LogCase{"sent_after_it_was_polled",
                "0 invoke poll [[:poll]]\n0 ok poll [[:poll {\"k\" [[0 1]]}]]\n" + send(1, 0, 1),
                {{"G1c-realtime", 1}, {"strong-PL-2-cycle-exists", 1}},
                false},
        LogCase{"sent_after_two_polls_in_a_row",
                poll(0, "[0 1]") + poll(1, "[0 1]") + send(1, 0, 1),
                {{"G1c-realtime", 1}, {"strong-PL-2-cycle-exists", 1}},
                false},
        LogCase{"two_transactions_polled_each_other",
                begin_txn(0, "[[:send \"k\" 1] [:poll]]") +
                    begin_txn(1, "[[:send \"x\" 2] [:poll]]") +
                    end_txn(0, "[[:send \"k\" [0 1]] [:poll {\"x\" [[0 2]]}]]") +
                    end_txn(1, "[[:send \"x\" [0 2]] [:poll {\"k\" [[0 1]]}]]") + poll(5, "[0 1]"),
                {{"G1c", 1}, {"PL-2-cycle-exists", 1}},
                false},
        LogCase{"a_transaction_polled_its_own",
                begin_txn(0, "[[:send \"k\" 1] [:poll]]") +
                    end_txn(0, "[[:send \"k\" [0 1]] [:poll {\"k\" [[0 1]]}]]") + poll(1, "[0 1]"),
                {{"precommitted-read", 1}},
                false},
        LogCase{"sends_of_a_transaction_apart",
                begin_txn(0, "[[:send \"k\" 1] [:send \"k\" 3]]") + send(1, 1, 2) +
                    end_txn(0, "[[:send \"k\" [0 1]] [:send \"k\" [2 3]]]") + kAllPolled,
                {{"int-send-skip", 1}},
                true},
        LogCase{"sends_of_a_transaction_backwards",
                begin_txn(0, "[[:send \"k\" 2] [:send \"k\" 1]]") +
                    end_txn(0, "[[:send \"k\" [1 2]] [:send \"k\" [0 1]]]") +
                    poll(1, "[0 1] [1 2]"),
                {{"int-nonmonotonic-send", 1}},
                false}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Kafka, LagIsHowLongTheNextMessageWasKnown) {
  // Sent at 1 s and 3 s; the poll that begins at 6 s shows the first only.
  const auto result = check_kafka(test::history_of(
      send(0, 0, 1) + send(0, 1, 2) + "2 invoke crash\n2 info crash\n" + poll(1, "[0 1]")));
  EXPECT_EQ(result.at("worst-realtime-lag"),
            nlohmann::json::parse(R"({"time":6.0,"process":1,"key":"k","lag":3.0})"));
}

// Clojure shows (set (range 10)) as #{0 7 1 4 6 3 2 9 5 8}.
TEST(Kafka, OfSeveralValuesAtAnOffsetTheFirstOfAClojureSetStandsForIt) {
  const std::vector<int> order = {0, 7, 1, 4, 6, 3, 2, 9, 5, 8};
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const std::string sends = send(0, 0, order[i]) + send(1, 0, order[i + 1]) + send(2, 1, 99);
    const auto goes_back = [&](int value) {
      return check_kafka(test::history_of(sends + poll(3, fmt::format("[1 99] [0 {}]", value))))
          .contains("int-nonmonotonic-poll");
    };
    EXPECT_TRUE(goes_back(order[i])) << order[i];
    EXPECT_FALSE(goes_back(order[i + 1])) << order[i + 1] << " has no place of its own";
  }
}

TEST(Kafka, OfManyCasesTheWorstAreShown) {
  std::string history;
  std::string all;
  for (int i = 0; i < 40; ++i) {
    history += send(0, i, i);
    all += fmt::format("[{0} {0}] ", i);
  }
  history += poll(1, all);
  for (int i = 1; i < 20; ++i) history += poll(1 + i, fmt::format("[0 0] [{0} {0}]", i + 1));
  const auto result = check_kafka(test::history_of(history));
  EXPECT_EQ(result.at("int-poll-skip").at("count"), 19);
  ASSERT_EQ(result.at("int-poll-skip").at("errs").size(), 8U);
  EXPECT_EQ(result.at("int-poll-skip").at("errs").back().at("delta"), 20);
}

TEST(Kafka, OffsetsAreShownAsTheNodesGaveThem) {
  const auto result = check_kafka(test::history_of(
      send(0, 0, 1) + poll(1, "[0 1]") + poll(2, "[" + kLarge + " 1] [" + kLarger + " 1]")));
  EXPECT_EQ(result.at("duplicate").at("errs").at(0).at("offsets").dump(),
            "[0," + kLarge + ",\"" + kLarger + "\"]");
}

TEST(Kafka, ACycleIsToldInWords) {
  const auto result = check_kafka(test::history_of(poll(0, "[0 1]") + send(1, 0, 1)));
  const auto& cycle = result.at("G1c-realtime").at("errs").at(0);
  EXPECT_EQ(cycle.at("cycle").size(), 3U);
  const std::string words = cycle.at("explanation");
  EXPECT_NE(words.find("operation 3 sent 1 to \"k\", which operation 1 polled"), std::string::npos)
      << words;
  EXPECT_NE(words.find("operation 1 had ended before operation 3 began"), std::string::npos)
      << words;
}

}  // namespace
}  // namespace hearsay::bench
