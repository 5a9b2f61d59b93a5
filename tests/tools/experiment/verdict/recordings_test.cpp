// Every recorded run of the real Maelstrom: the same verdict, the same anomalies, as many of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/experiment/recorded/recorded_file.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {
namespace {

std::vector<std::string> recordings() {
  const std::string ending = ".command.txt";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(HEARSAY_RECORDINGS)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What stands behind `flag` in the command; "": it is not given.
std::string argument(const std::string& command, const std::string& flag) {
  const std::size_t found = command.find(flag + " ");
  if (found == std::string::npos) return "";
  const std::size_t begin = found + flag.size() + 1;
  const bool quoted = command[begin] == '\'' || command[begin] == '"';
  const std::size_t end =
      quoted ? command.find(command[begin], begin + 1) : command.find_first_of(" \n", begin);
  return quoted ? command.substr(begin + 1, end - begin - 1) : command.substr(begin, end - begin);
}

JudgeOptions options_of(const std::string& command) {
  JudgeOptions options;
  const std::string models = argument(command, "--consistency-models");
  if (!models.empty()) options.consistency_models = models;
  const std::string availability = argument(command, "--availability");
  if (!availability.empty()) {
    options.wanted_availability = availability == "total" ? 1.0 : std::stod(availability);
  }
  return options;
}

nlohmann::json sorted_list(nlohmann::json list) {
  if (list.is_array()) std::sort(list.begin(), list.end());
  return list;
}

// What is found in the section, without the examples.
nlohmann::json findings(const nlohmann::json& section) {
  nlohmann::json found;
  for (const auto& [key, value] : section.items()) {
    const bool is_count = key.ends_with("-count");
    if (is_count || key.ends_with("-latencies")) found[key] = value;
    if (value.is_object() && value.contains("count")) found[key] = value.at("count");
  }
  for (const char* key :
       {"valid?", "error-types", "bad-error-types", "info-txn-causes", "anomaly-types", "not",
        "also-not", "failures", "final-reads", "acceptable", "unseen", "worst-realtime-lag", "lost",
        "never-read", "stale", "range", "duplicated"}) {
    if (section.contains(key)) found[key] = sorted_list(section.at(key));
  }
  return found;
}

class Recording : public testing::TestWithParam<std::string> {};

TEST_P(Recording, IsJudgedAsByMaelstrom) {
  const std::string command = test::recorded_text(GetParam() + ".command.txt");
  const std::string workload = argument(command, "-w");
  const auto known = judged_workloads();
  if (std::find(known.begin(), known.end(), workload) == known.end()) {
    GTEST_SKIP() << "no checker for " << workload;
  }
  const History history = test::recorded_history(GetParam());
  EXPECT_EQ(why_not_of(workload, history), "");
  const nlohmann::json results = judge(workload, history, options_of(command));
  const nlohmann::json expected = test::recorded_verdict(GetParam());
  EXPECT_EQ(results.at("valid?"), expected.at("valid?"));
  if (!expected.contains("workload")) return;  // the checker threw
  EXPECT_EQ(findings(results.at("workload")), findings(expected.at("workload")));
}

class LinKvRecording : public testing::TestWithParam<std::string> {};

// A key that is not linearizable fails at the same operation.
TEST_P(LinKvRecording, FailsAtTheSameOperation) {
  const nlohmann::json expected = test::recorded_verdict(GetParam()).at("workload");
  const auto results = judge("lin-kv", test::recorded_history(GetParam()), {}).at("workload");
  EXPECT_EQ(results.at("failures"), expected.at("failures"));
  for (const auto& [key, wanted] : expected.at("results").items()) {
    const nlohmann::json& linear = results.at("results").at(key).at("linearizable");
    EXPECT_EQ(linear.at("valid?"), wanted.at("linearizable").at("valid?")) << "key " << key;
    if (linear.at("valid?") == true) continue;
    for (const char* which : {"op", "previous-ok"}) {
      EXPECT_EQ(linear.at(which), wanted.at("linearizable").at(which)) << "key " << key;
    }
  }
}

std::string as_test_name(const testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::string> recordings_of_lin_kv() {
  std::vector<std::string> names = recordings();
  std::erase_if(names, [](const std::string& name) { return !name.starts_with("lin-kv"); });
  return names;
}

INSTANTIATE_TEST_SUITE_P(Maelstrom, Recording, testing::ValuesIn(recordings()), as_test_name);
INSTANTIATE_TEST_SUITE_P(Maelstrom, LinKvRecording, testing::ValuesIn(recordings_of_lin_kv()),
                         as_test_name);

TEST(Recordings, AreAllThere) {
  EXPECT_EQ(recordings().size(), 115U);
}

}  // namespace
}  // namespace hearsay::bench
