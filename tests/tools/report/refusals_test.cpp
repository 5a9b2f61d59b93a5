// What a verdict passes over: operations that nodes refused, workers that died by themselves.
#include "tools/report/refusals.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearsay::bench {
namespace {

using Remarks = std::vector<std::string>;

class Refusals : public testing::Test {
 protected:
  void add(OperationType type, const nlohmann::json& error, const std::string& exception = "",
           const char* f = "generate") {
    Operation operation;
    operation.f = f;
    history_.append(operation);
    operation.type = type;
    operation.error = error;
    operation.exception = exception;
    history_.append(operation);
  }
  void add_ok(int count) {
    for (int i = 0; i < count; ++i) add(OperationType::ok, nullptr);
  }
  Remarks remarks(bool has_faults = false) const {
    return remarks_on_refusals(history_, has_faults);
  }

  History history_;
};

TEST_F(Refusals, OneIsToldWithItsReason) {
  add_ok(10);
  EXPECT_EQ(remarks(), Remarks());
  add(OperationType::info, {"crash", "oops"});
  EXPECT_EQ(remarks(),
            Remarks{R"(nodes answered 1 operation with errors, the first with ["crash","oops"])"});
  EXPECT_EQ(remarks(true), Remarks()) << "who is hit may say so";
  add(OperationType::info, nullptr, std::string(kReplyIsError) + "{}");
  EXPECT_EQ(remarks(),
            Remarks{R"(nodes answered 2 operations with errors, the first with ["crash","oops"])"});
}

TEST_F(Refusals, WhatBelongsToAWorkloadIsNone) {
  add_ok(1);
  for (const char* usual : {"key-does-not-exist", "precondition-failed", "txn-conflict", "abort"}) {
    for (int i = 0; i < 5; ++i) add(OperationType::fail, {usual, "as ever"});
  }
  for (int i = 0; i < 5; ++i) add(OperationType::info, "indeterminate", "", "crash");
  add_ok(2);
  add(OperationType::fail, {"temporarily-unavailable", "later"});
  add(OperationType::info, nullptr, std::string(kReplyIsError) + R"({"code":11})");
  EXPECT_EQ(remarks(), Remarks()) << "it may pass";
}

TEST_F(Refusals, WhereLittleSucceedsThatIsSaid) {
  add_ok(2);
  add(OperationType::fail, {"temporarily-unavailable", "later"});
  add(OperationType::info, "net-timeout");
  EXPECT_EQ(remarks(true), Remarks()) << "half of them";
  add(OperationType::info, "net-timeout");
  EXPECT_EQ(remarks(true), Remarks{"only 2 of 5 operations succeeded; the first that did not: "
                                   R"(["temporarily-unavailable","later"])"});
}

TEST_F(Refusals, WhereNothingSucceedsOthersSayIt) {
  add(OperationType::fail, {"crash", "oops"});
  EXPECT_EQ(remarks(), Remarks());
}

TEST(DeathsOfWorkers, ThatNobodyBroughtAboutAreTold) {
  const nlohmann::json deaths = {{"by-cause",
                                  {{"nemesis", 10},
                                   {"chaos", 1},
                                   {"outside", 2},
                                   {"took too long", 3},
                                   {"stopped by a signal", 1},
                                   {"exit status 1", 372},
                                   {"signal 15 (Terminated)", 1},
                                   {"signal 11 (Segmentation fault)", 1}}}};
  EXPECT_EQ(
      remarks_on_deaths(deaths),
      (Remarks{"372 workers died by themselves (exit status 1): hearsay trace crash says what "
               "came before",
               "1 worker died by itself (signal 11 (Segmentation fault)): hearsay trace crash says "
               "what came "
               "before"}));
}

}  // namespace
}  // namespace hearsay::bench
