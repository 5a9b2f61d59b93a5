// What a client sees of a kill: the times between answers around it.
#include "tools/drill/outage_meter.h"

#include <gtest/gtest.h>

namespace hearsay::drill {
namespace {

// Strikes of one node, and their outages.
class OutageMeterTest : public testing::Test {
 protected:
  OutageMeterTest() { meter_.begin(0); }
  void strike(std::int64_t now_ns) {
    strikes_.push_back({});
    meter_.struck(now_ns, strikes_.size() - 1);
  }
  void answer(std::int64_t now_ns, std::int64_t asked_ns) {
    meter_.take_answer(now_ns, asked_ns, strikes_);
  }

  OutageMeter meter_;
  Strikes strikes_;
};

TEST_F(OutageMeterTest, IsTheTimeBetweenTheAnswersAroundTheKill) {
  answer(100, 90);
  strike(105);
  answer(400, 102);  // by the successor
  answer(410, 405);
  EXPECT_EQ(strikes_[0].outage_ns, 300);
  EXPECT_FALSE(meter_.is_open());
}

TEST_F(OutageMeterTest, TheDeadOnesLastAnswerDoesNotEndIt) {
  answer(100, 90);
  strike(105);
  answer(110, 102);  // was written before the kill
  EXPECT_EQ(strikes_[0].outage_ns, std::nullopt);
  EXPECT_TRUE(meter_.is_open());
  answer(500, 112);
  EXPECT_EQ(strikes_[0].outage_ns, 390);
}

TEST_F(OutageMeterTest, WhatWasAskedAtTheSameMomentMayHaveComeBefore) {
  answer(100, 90);
  strike(105);
  answer(110, 105);
  EXPECT_EQ(strikes_[0].outage_ns, std::nullopt);
}

TEST_F(OutageMeterTest, TwoKillsInOneOutageBothHaveIt) {
  answer(100, 90);
  strike(105);
  strike(200);
  answer(600, 102);
  answer(700, 650);
  EXPECT_EQ(strikes_[0].outage_ns, 500);
  EXPECT_EQ(strikes_[1].outage_ns, 500);
}

TEST_F(OutageMeterTest, BeforeTheFirstAnswerItCountsFromTheBeginning) {
  strike(50);
  answer(80, 60);
  EXPECT_EQ(strikes_[0].outage_ns, 80);
}

}  // namespace
}  // namespace hearsay::drill
