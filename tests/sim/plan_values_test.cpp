// Values of operations in a scenario's file: what clients can take apart, and what they can't.
#include "tools/sim/plan_values.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearsay::sim {
namespace {

struct Values {
  const char* workload;
  const char* f;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

class PlanValues : public testing::TestWithParam<Values> {};

TEST_P(PlanValues, AreTakenOrHaveWords) {
  const Values& values = GetParam();
  for (const char* good : values.good)
    EXPECT_EQ(expected_value(values.workload, values.f, nlohmann::json::parse(good)), "") << good;
  for (const char* bad : values.bad)
    EXPECT_NE(expected_value(values.workload, values.f, nlohmann::json::parse(bad)), "") << bad;
}

INSTANTIATE_TEST_SUITE_P(
    All, PlanValues,
    testing::Values(
        Values{"broadcast", "broadcast", {"1", "\"x\"", "[1]"}, {"null"}},
        Values{"broadcast", "read", {"null"}, {}}, Values{"unique-ids", "generate", {"null"}, {}},
        Values{"g-set", "add", {"0"}, {"null"}},
        Values{"g-counter", "add", {"0", "7"}, {"-1", "1.5", "\"x\"", "null"}},
        Values{"pn-counter", "add", {"-1"}, {"1.5", "null", "[]"}},
        Values{"kafka",
               "send",
               {R"([["send","1",7]])"},
               {"5", "[1]", "null", R"(["send","1",1])", R"([["send",1,7]])",
                R"([["send","1",null]])", R"([["poll","1",7]])"}},
        Values{"kafka", "assign", {R"(["1","2"])", "[]"}, {"null", "[1]", "\"1\""}},
        Values{"kafka", "poll", {"null", R"([["poll"]])"}, {}},
        Values{"lin-kv", "read", {"[0,null]"}, {"null", "5", "[1]", "[null,null]"}},
        Values{"lin-kv", "write", {"[0,3]"}, {"5", "[1]"}},
        Values{"lin-kv", "cas", {"[0,[1,2]]"}, {"[0,1]", "[0,[1]]", "[1]"}},
        Values{"txn-rw-register",
               "txn",
               {"[]", R"([["r",1,null],["w",1,2]])"},
               {"5", "null", "[5]", R"([["append",1,2]])", R"([["r",1,2]])", R"([["w",1,null]])"}},
        Values{"txn-list-append",
               "txn",
               {R"([["append",1,2],["r",1,null]])"},
               {R"([["w",1,2]])", "5"}}),
    [](const auto& values) {
      std::string name = std::string(values.param.workload) + "_" + values.param.f;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

}  // namespace
}  // namespace hearsay::sim
