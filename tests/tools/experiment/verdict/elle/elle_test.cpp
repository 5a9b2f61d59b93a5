// Elle's checkers on small histories, one for each anomaly, under the models on both sides of it.
#include "tools/experiment/verdict/elle/elle.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "tests/tools/experiment/verdict/elle/transactions_text.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

enum class When { at_once, in_turn, in_turn_by_one };

struct Example {
  const char* name;
  When when;
  test::Transcript transcript;
  const char* broken;  // a model that it does not obey
  std::vector<std::string> types;
  std::vector<std::string> weakest;  // "not"
  const char* obeyed;                // a model that does not mind; null: none
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const Example& example, std::ostream* out) {
  *out << example.name;
}

using Check = nlohmann::json (*)(const History&, const ElleOptions&);

History history_of(const Example& example) {
  if (example.when == When::at_once) return test::at_once(example.transcript);
  return test::in_turn(example.transcript, example.when == When::in_turn_by_one);
}

nlohmann::json check_under(Check check, const History& history, const std::string& model) {
  ElleOptions options;
  options.models = {model};
  return check(history, options);
}

void expect_as_told(Check check, const Example& example) {
  const History history = history_of(example);
  const nlohmann::json result = check_under(check, history, example.broken);
  EXPECT_EQ(result.at("valid?"), false) << result.at("anomaly-types");
  EXPECT_EQ(result.at("anomaly-types"), nlohmann::json(example.types))
      << result.at("anomaly-types");
  ASSERT_TRUE(result.contains("not")) << result.at("anomaly-types");
  EXPECT_EQ(result.at("not"), nlohmann::json(example.weakest));
  for (const auto& [type, cases] : result.at("anomalies").items()) {
    EXPECT_FALSE(cases.empty()) << type;
  }
  if (example.obeyed == nullptr) return;
  const nlohmann::json other = check_under(check, history, example.obeyed);
  EXPECT_EQ(other.at("valid?"), true) << other.dump(1);
}

template <typename Parameter>
std::string name_of_example(const Parameter& parameter) {
  return parameter.param.name;
}

class ListAppend : public testing::TestWithParam<Example> {};

TEST_P(ListAppend, NamesTheAnomaly) {
  expect_as_told(check_list_append, GetParam());
}

const Example kListExamples[] = {
    {"Internal",
     When::at_once,
     {R"([["append",1,1]])", R"([["r",1,[1]],["append",1,2],["r",1,[1]]])"},
     "read-atomic",
     {"internal"},
     {"read-atomic"},
     "repeatable-read"},
    {"InternalWithAnUnknownBeginning",
     When::at_once,
     {R"([["append",1,1]])", R"([["append",1,2],["r",1,[1]]])"},
     "serializable",
     {"internal"},
     {"read-atomic"},
     "read-committed"},
    {"InternalAfterNothing",
     When::at_once,
     {R"([["append",1,1]])", R"([["r",1,null],["append",1,2],["r",1,[1,2]]])"},
     "read-atomic",
     {"internal"},
     {"consistent-view", "read-atomic", "repeatable-read"},
     "read-committed"},
    {"AbortedRead",
     When::at_once,
     {R"(fail [["append",1,1]])", R"([["r",1,[1]]])", R"([["append",2,1]])", R"([["r",2,[1]]])"},
     "read-committed",
     {"G1a"},
     {"read-committed"},
     "read-uncommitted"},
    {"IntermediateRead",
     When::at_once,
     {R"([["append",1,1],["append",1,2]])", R"([["r",1,[1]]])"},
     "read-committed",
     {"G1b"},
     {"read-committed"},
     "read-uncommitted"},
    {"DirtyUpdate",
     When::at_once,
     {R"(fail [["append",1,1]])", R"([["append",1,2]])", R"([["r",1,[1,2]]])"},
     "read-committed",
     {"G1a", "dirty-update"},
     {"read-committed"},
     "read-uncommitted"},
    {"LostUpdate",
     When::at_once,
     {R"([["r",1,null],["append",1,1]])", R"([["r",1,null],["append",1,2]])", R"([["r",1,[1,2]]])"},
     "snapshot-isolation",
     {"G-single-item", "lost-update"},
     {"cursor-stability", "update-atomic"},
     "read-atomic"},
    {"DuplicateElements",
     When::at_once,
     {R"([["append",1,1]])", R"([["r",1,[1,1]]])"},
     "read-uncommitted",
     {"duplicate-elements"},
     {"read-uncommitted"},
     nullptr},
    {"IncompatibleOrder",
     When::at_once,
     {R"([["append",1,1]])", R"([["append",1,2]])", R"([["r",1,[1,2]]])", R"([["r",1,[2]]])"},
     "read-committed",
     {"incompatible-order"},
     {"read-committed"},
     "read-uncommitted"},
    {"FutureRead",
     When::at_once,
     {R"([["r",1,[1]],["append",1,1]])", R"([["r",1,[1]]])"},
     "read-committed",
     {"future-read"},
     {"read-committed"},
     "read-uncommitted"},
    {"WriteCycle",
     When::at_once,
     {R"([["append",1,1],["append",2,1]])", R"([["append",1,2],["append",2,2]])",
      R"([["r",1,[1,2]]])", R"([["r",2,[2,1]]])"},
     "read-uncommitted",
     {"G0"},
     {"read-uncommitted"},
     nullptr},
    {"CircularInformationFlow",
     When::at_once,
     {R"([["append",1,1],["r",2,[1]]])", R"([["append",2,1],["r",1,[1]]])"},
     "read-committed",
     {"G1c"},
     {"read-committed"},
     "read-uncommitted"},
    {"ReadSkew",
     When::at_once,
     {R"([["append",1,1],["append",2,1]])", R"([["r",1,null],["r",2,[1]]])"},
     "consistent-view",
     {"G-single-item"},
     {"consistent-view", "repeatable-read"},
     "read-atomic"},
    {"LongFork",
     When::at_once,
     {R"([["append",1,1]])", R"([["append",2,1]])", R"([["r",1,[1]],["r",2,null]])",
      R"([["r",1,null],["r",2,[1]]])"},
     "snapshot-isolation",
     {"G-nonadjacent-item"},
     {"repeatable-read", "snapshot-isolation"},
     "parallel-snapshot-isolation"},
    {"WriteSkew",
     When::at_once,
     {R"([["r",1,null],["append",2,1]])", R"([["r",2,null],["append",1,1]])"},
     "repeatable-read",
     {"G2-item"},
     {"repeatable-read"},
     "snapshot-isolation"},
    {"StaleRead",
     When::in_turn,
     {R"([["append",1,1]])", R"([["r",1,null]])"},
     "strict-serializable",
     {"G-single-item-realtime"},
     {"strong-snapshot-isolation"},
     "strong-session-serializable"},
    {"StaleReadOfOnesOwn",
     When::in_turn_by_one,
     {R"([["append",1,1]])", R"([["r",1,null]])"},
     "strong-session-snapshot-isolation",
     {"G-single-item-process"},
     {"strong-session-snapshot-isolation"},
     "serializable"},
    {"WritesAgainstTime",
     When::in_turn,
     {R"([["append",1,1]])", R"([["append",1,2]])", R"([["r",1,[2,1]]])"},
     "strong-read-uncommitted",
     {"G0-realtime"},
     {"strong-read-uncommitted"},
     "strong-session-serializable"},
    {"WritesAgainstTheProcess",
     When::in_turn_by_one,
     {R"([["append",1,1]])", R"([["append",1,2]])", R"([["r",1,[2,1]]])"},
     "strong-session-read-uncommitted",
     {"G0-process"},
     {"strong-session-read-uncommitted"},
     "serializable"},
    {"ReadBeforeItIsWritten",
     When::in_turn,
     {R"([["r",1,[1]]])", R"([["append",1,1]])"},
     "strong-read-committed",
     {"G1c-realtime"},
     {"strong-read-committed"},
     "strong-read-uncommitted"},
    {"AnAppendThatIsLost",
     When::in_turn,
     {R"([["append",1,1]])", R"([["append",1,2]])", R"([["r",1,[2]]])"},
     "strict-serializable",
     {"G-single-item-realtime", "G0-realtime"},
     {"strong-read-uncommitted"},
     "serializable"},
    // The cycle that real time alone makes is explained by what was read and written.
    {"WriteSkewAgainstTime",
     When::in_turn,
     {R"([["append",1,1],["r",2,null]])", R"([["r",1,null],["append",2,1]])"},
     "strict-serializable",
     {"G2-item", "strong-snapshot-isolation-cycle-exists"},
     {"repeatable-read", "strong-snapshot-isolation"},
     "snapshot-isolation"},
};
INSTANTIATE_TEST_SUITE_P(Elle, ListAppend, testing::ValuesIn(kListExamples),
                         name_of_example<testing::TestParamInfo<Example>>);

class RwRegister : public testing::TestWithParam<Example> {};

TEST_P(RwRegister, NamesTheAnomaly) {
  expect_as_told(check_rw_register, GetParam());
}

const Example kRegisterExamples[] = {
    {"Internal",
     When::at_once,
     {R"([["w",1,1]])", R"([["w",1,2],["r",1,1]])", R"([["r",1,1]])"},
     "read-atomic",
     {"internal"},
     {"read-atomic"},
     "repeatable-read"},
    {"AbortedRead",
     When::at_once,
     {R"(fail [["w",1,1]])", R"([["r",1,1]])", R"([["w",2,1]])", R"([["r",2,1]])"},
     "read-committed",
     {"G1a"},
     {"read-committed"},
     "read-uncommitted"},
    {"IntermediateRead",
     When::at_once,
     {R"([["w",1,1],["w",1,2]])", R"([["r",1,1]])", R"([["r",1,2]])"},
     "read-committed",
     {"G1b"},
     {"read-committed"},
     "read-uncommitted"},
    {"LostUpdate",
     When::at_once,
     {R"([["w",1,1]])", R"([["r",1,1],["w",1,2]])", R"([["r",1,1],["w",1,3]])"},
     "cursor-stability",
     {"lost-update"},
     {"cursor-stability", "update-atomic"},
     "read-atomic"},
    {"CyclicVersions",
     When::at_once,
     {R"([["r",1,2],["w",1,1]])", R"([["r",1,1],["w",1,2]])"},
     "read-uncommitted",
     {"cyclic-versions"},
     {"read-uncommitted"},
     nullptr},
    {"CircularInformationFlow",
     When::at_once,
     {R"([["w",1,1],["r",2,1]])", R"([["w",2,1],["r",1,1]])"},
     "read-committed",
     {"G1c"},
     {"read-committed"},
     "read-uncommitted"},
    {"WriteCycle",
     When::at_once,
     {R"([["w",1,1],["r",2,2],["w",2,1]])", R"([["r",1,1],["w",1,2],["w",2,2]])"},
     "read-uncommitted",
     {"PL-1-cycle-exists"},
     {"read-uncommitted"},
     nullptr},
    {"WriteCycleUnderMore",
     When::at_once,
     {R"([["w",1,1],["r",2,2],["w",2,1]])", R"([["r",1,1],["w",1,2],["w",2,2]])"},
     "read-committed",
     {"G1c", "PL-1-cycle-exists"},
     {"read-uncommitted"},
     nullptr},
    {"ReadSkew",
     When::at_once,
     {R"([["w",1,1],["w",2,1]])", R"([["r",1,null],["r",2,1]])"},
     "consistent-view",
     {"G-single-item"},
     {"consistent-view", "repeatable-read"},
     "read-atomic"},
    {"LongFork",
     When::at_once,
     {R"([["w",1,1]])", R"([["w",2,1]])", R"([["r",1,1],["r",2,null]])",
      R"([["r",1,null],["r",2,1]])"},
     "snapshot-isolation",
     {"G-nonadjacent-item"},
     {"repeatable-read", "snapshot-isolation"},
     "parallel-snapshot-isolation"},
    {"WriteSkew",
     When::at_once,
     {R"([["r",1,null],["w",2,1]])", R"([["r",2,null],["w",1,1]])"},
     "serializable",
     {"G2-item"},
     {"repeatable-read"},
     "snapshot-isolation"},
    {"StaleRead",
     When::in_turn,
     {R"([["w",1,1]])", R"([["r",1,null]])"},
     "strict-serializable",
     {"G-single-item-realtime"},
     {"strong-snapshot-isolation"},
     "strong-session-serializable"},
    {"StaleReadOfOnesOwn",
     When::in_turn_by_one,
     {R"([["w",1,1]])", R"([["r",1,null]])"},
     "strong-session-serializable",
     {"G-single-item-process"},
     {"strong-session-snapshot-isolation"},
     "serializable"},
    {"NoDependencyAtAll",
     When::at_once,
     {R"([["w",1,1]])"},
     "read-committed",
     {"empty-transaction-graph"},
     {},
     nullptr},
};
INSTANTIATE_TEST_SUITE_P(Elle, RwRegister, testing::ValuesIn(kRegisterExamples),
                         name_of_example<testing::TestParamInfo<Example>>);

TEST(ListAppendUnknown, WithoutAnyDependency) {
  const auto result =
      check_under(check_list_append, test::at_once({R"([["r",1,null]])"}), "serializable");
  EXPECT_EQ(result.at("valid?"), "unknown");
  EXPECT_EQ(result.at("anomalies"), nlohmann::json({{"empty-transaction-graph", true}}));
}

void expect_no_judgement(Check check, const test::Transcript& transcript, const char* why) {
  try {
    const auto result = check(test::at_once(transcript), {});
    FAIL() << result.dump();
  } catch (const CheckerFailed& error) {
    EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
  }
}

TEST(ListAppendUnknown, WhereElleThrows) {
  expect_no_judgement(check_list_append, {R"([["append",1,1]])", R"([["r",1,[1,7]]])"},
                      "7, which no transaction appended");
  expect_no_judgement(check_list_append, {R"([["append",1,1]])", R"([["append",1,1]])"},
                      "appended to the key");
  expect_no_judgement(check_list_append, {R"([["w",1,1]])"}, "a step does \"w\"");
}

TEST(RwRegisterUnknown, WhereElleThrows) {
  expect_no_judgement(check_rw_register, {R"([["w",1,1]])", R"([["w",1,1]])", R"([["r",1,1]])"},
                      "both wrote 1 to key 1");
  expect_no_judgement(check_rw_register, {R"([["w",1,1]])", R"([["w","1",1]])"},
                      "keys of different types");
  // Nobody read it, so it doesn't matter whose it was.
  EXPECT_EQ(check_under(check_rw_register,
                        test::at_once({R"([["w",1,1]])", R"([["w",1,1]])", R"([["w",2,1]])",
                                       R"([["r",2,1]])"}),
                        "serializable")
                .at("valid?"),
            true);
}

TEST(RwRegisterUnknown, AValueThatNobodyWroteIsIgnored) {
  const auto history = test::at_once({R"([["w",1,1]])", R"([["r",1,1]])", R"([["r",1,999]])"});
  const auto result = check_under(check_rw_register, history, "strict-serializable");
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("anomaly-types"), nlohmann::json::array());
  EXPECT_TRUE(result.at("anomalies").is_null());
}

TEST(ElleModels, AnUnknownOneIsNamed) {
  const History history = test::at_once({R"([["append",1,1]])"});
  for (const char* name : {"read-commited", "read-committed,serializable", ""}) {
    EXPECT_THROW(check_under(check_list_append, history, name), CheckerFailed) << name;
  }
}

TEST(ElleCycles, AreExplainedInWords) {
  const auto history =
      test::at_once({R"([["append",1,1],["append",2,1]])", R"([["r",1,null],["r",2,[1]]])"});
  const auto result = check_under(check_list_append, history, "serializable");
  const nlohmann::json& one = result.at("anomalies").at("G-single-item").at(0);
  EXPECT_EQ(one.at("cycle").size(), 3U);
  EXPECT_EQ(one.at("cycle").at(0), one.at("cycle").at(2));
  EXPECT_EQ(one.at("steps").at(0), nlohmann::json({{"type", "rw"},
                                                   {"key", 1},
                                                   {"value", "elle.list-append/init"},
                                                   {"value'", 1},
                                                   {"a-mop-index", 0},
                                                   {"b-mop-index", 0}}));
  const std::string text = one.at("explanation");
  for (const char* part : {"T1 = operation 3 (ok) of process 1",
                           "T1 read key 1 when nothing was there, and T2 then appended 1",
                           "T1 read T2's append of 1 to key 2: a contradiction."}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

// Each of n transactions appends to a key of its own and misses the appends of all others.
test::Transcript skewed(int count, int first_key = 0) {
  test::Transcript transcript;
  for (int i = first_key; i < first_key + count; ++i) {
    std::string text = "[[\"append\"," + std::to_string(i) + ",1]";
    for (int k = first_key; k < first_key + count; ++k) {
      if (k != i) text += ",[\"r\"," + std::to_string(k) + ",null]";
    }
    transcript.push_back(text + "]");
  }
  return transcript;
}

TEST(ElleCycles, ASearchThatEndsEarlySaysSoAndShowsSomeCycle) {
  ElleOptions options;
  options.search_steps = 10;
  const auto result = check_list_append(test::at_once(skewed(6)), options);
  EXPECT_EQ(result.at("valid?"), false);
  EXPECT_EQ(result.at("anomaly-types"), nlohmann::json({"G2-item", "cycle-search-timeout"}));
  const nlohmann::json& one = result.at("anomalies").at("cycle-search-timeout").at(0);
  EXPECT_EQ(one.at("scc-size"), 6);
  EXPECT_TRUE(one.contains("anomaly-spec-type"));
  // Under a model that allows such cycles all that is left to say is that it isn't known.
  options.models = {"snapshot-isolation"};
  EXPECT_EQ(check_list_append(test::at_once(skewed(6)), options).at("valid?"), "unknown");
}

// How many of some hard components and, behind them, two easy ones are not searched to their end.
std::size_t searches_given_up(int hard) {
  test::Transcript transcript;
  for (int component = 0; component < hard + 2; ++component) {
    constexpr int kHard = 12;
    const test::Transcript one = skewed(component < hard ? kHard : 3, kHard * component);
    transcript.insert(transcript.end(), one.begin(), one.end());
  }
  ElleOptions options;
  options.search_steps = 100;
  const auto result = check_list_append(test::at_once(transcript), options);
  return result.at("anomalies").at("cycle-search-timeout").size();
}

TEST(ElleCycles, AfterSomeHardComponentsTheOthersAreSearchedLess) {
  EXPECT_EQ(searches_given_up(3), 3U);
  EXPECT_EQ(searches_given_up(4), 6U);
}

}  // namespace
}  // namespace hearsay::bench
