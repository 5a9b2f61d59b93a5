// The checkers on small histories made by hand: what the recorded runs don't show.
#include "tools/experiment/verdict/checkers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

// Writes a history down, one millisecond mark at a time.
class Script {
 public:
  Script& op(std::int64_t time_ms, OperationType type, std::int64_t process, const char* f,
             nlohmann::json value, bool final_read = false) {
    Operation operation;
    operation.final_read = final_read;
    operation.time_ns = time_ms * kNsPerMs;
    operation.type = type;
    operation.process = process;
    operation.f = f;
    operation.value = std::move(value);
    history_.append(std::move(operation));
    return *this;
  }
  Script& broadcast(std::int64_t time_ms, const nlohmann::json& value) {
    return op(time_ms, OperationType::invoke, 0, "broadcast", value)
        .op(time_ms + 1, OperationType::ok, 0, "broadcast", value);
  }
  Script& read(std::int64_t time_ms, nlohmann::json values) {
    return op(time_ms, OperationType::invoke, 1, "read", nullptr)
        .op(time_ms + 1, OperationType::ok, 1, "read", std::move(values));
  }
  Script& final_read(std::int64_t time_ms, nlohmann::json values) {
    return op(time_ms, OperationType::invoke, 1, "read", nullptr, true)
        .op(time_ms + 1, OperationType::ok, 1, "read", std::move(values), true);
  }
  nlohmann::json check() const { return check_set_full(history_, "broadcast"); }
  nlohmann::json oddities() const { return find_oddities(history_, "broadcast"); }
  const History& history() const { return history_; }

 private:
  History history_;
};

const nlohmann::json kNoneSeen = nlohmann::json::array();

TEST(SetFull, CountsStaleLatencyToTheLastReadThatMissed) {
  const auto result =
      Script().broadcast(0, 7).read(10, kNoneSeen).read(250, kNoneSeen).read(300, {7}).check();
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("stable-count"), 1);
  EXPECT_EQ(result.at("stale"), nlohmann::json({7}));
  EXPECT_EQ(result.at("stable-latencies").at("1"), 249);  // known at 1 ms
}

TEST(SetFull, AReadThatBeganEarlierSaysNothingAboutStaleness) {
  Script script;
  script.op(0, OperationType::invoke, 1, "read", nullptr)
      .broadcast(5, 7)
      .op(20, OperationType::ok, 1, "read", kNoneSeen)
      .read(30, {7});
  EXPECT_EQ(script.check().at("stable-latencies").at("1"), 0);
}

TEST(SetFull, AValueMissedByTheLastReadsIsLost) {
  const auto result =
      Script().broadcast(0, 1).broadcast(5, 2).read(10, {1, 2}).read(100, {2}).check();
  EXPECT_EQ(result.at("valid?"), false);
  EXPECT_EQ(result.at("lost"), nlohmann::json({1}));
  EXPECT_EQ(result.at("lost-latencies").at("0"), 9);
}

TEST(SetFull, AnAcknowledgedValueThatNobodySawIsLost) {
  const auto result = Script().broadcast(0, 1).read(10, kNoneSeen).check();
  EXPECT_EQ(result.at("valid?"), false);
  EXPECT_EQ(result.at("lost-count"), 1);
}

// The read may have looked before the value was there.
TEST(SetFull, AValueAcknowledgedWhileTheLastReadWentOnIsNeverReadAndNotLost) {
  Script script;
  script.broadcast(0, 1)
      .op(10, OperationType::invoke, 0, "broadcast", 2)
      .op(11, OperationType::invoke, 1, "read", nullptr)
      .op(12, OperationType::ok, 0, "broadcast", 2)
      .op(20, OperationType::ok, 1, "read", {1});
  const auto result = script.check();
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("lost-count"), 0);
  EXPECT_EQ(result.at("never-read"), nlohmann::json({2}));
}

TEST(SetFull, AnUnacknowledgedValueMayBeMissing) {
  Script script;
  script.op(0, OperationType::invoke, 0, "broadcast", 1)
      .op(5000, OperationType::info, 0, "broadcast", 1)
      .broadcast(5001, 2)
      .read(6000, {2});
  const auto result = script.check();
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("never-read"), nlohmann::json({1}));
}

TEST(SetFull, AValueSeenBeforeItsAcknowledgementIsKnownFromThere) {
  Script script;
  script.op(0, OperationType::invoke, 0, "broadcast", 1)
      .read(10, {1})
      .read(20, kNoneSeen)
      .op(30, OperationType::ok, 0, "broadcast", 1)
      .read(40, {1});
  EXPECT_EQ(script.check().at("stable-latencies").at("1"), 9);
}

TEST(SetFull, NothingReadIsUnknown) {
  EXPECT_EQ(Script().broadcast(0, 1).check().at("valid?"), "unknown");
}

TEST(SetFull, AValueTwiceInOneReadIsOddAndValid) {
  const Script script = Script().broadcast(0, 1).read(10, {1, 1, 1});
  EXPECT_EQ(script.check().at("valid?"), true);
  EXPECT_EQ(script.oddities().at("duplicated"), nlohmann::json({{"1", 3}}));
  EXPECT_EQ(script.oddities().at("duplicated-count"), 1);
}

TEST(SetFull, AReadOfNullShowsNothing) {
  const auto result = Script().broadcast(0, 1).read(10, nullptr).read(20, {1}).check();
  EXPECT_EQ(result.at("valid?"), true);
  EXPECT_EQ(result.at("stale-count"), 1);
}

TEST(SetFull, AValueThatNobodySentIsOddAndValid) {
  const Script script = Script().broadcast(0, 1).read(10, {1, "1"});
  EXPECT_EQ(script.check().at("valid?"), true);
  EXPECT_EQ(script.oddities().at("unexpected"), nlohmann::json({"1"}));
  EXPECT_EQ(script.oddities().at("unexpected-count"), 1);
}

TEST(SetFull, AValueThatOneOfTheFinalReadsLacksIsOddAndValid) {
  const Script script =
      Script().broadcast(0, 1).broadcast(2, 2).read(10, {2}).final_read(20, {2}).final_read(30,
                                                                                            {1, 2});
  EXPECT_EQ(script.check().at("valid?"), true);
  EXPECT_EQ(script.oddities().at("missing"), nlohmann::json({1}));
  EXPECT_EQ(script.oddities().at("missing-count"), 1);
}

TEST(SetFull, AValueThatIsLostOrCameLaterIsNotMissingToo) {
  const Script script =
      Script().broadcast(0, 1).final_read(20, {1}).final_read(30, kNoneSeen).broadcast(40, 2);
  EXPECT_EQ(script.check().at("lost"), nlohmann::json({1}));
  EXPECT_EQ(script.oddities().at("missing"), nlohmann::json::array());
}

TEST(SetFull, ShowsTheEightWorst) {
  Script script;
  for (std::int64_t value = 0; value < 10; ++value) script.broadcast(value * 10, value);
  const auto result =
      script.read(1000, kNoneSeen).read(2000, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).check();
  ASSERT_EQ(result.at("worst-stale").size(), 8U);
  EXPECT_EQ(result.at("worst-stale").at(0).at("element"), 0);
  EXPECT_EQ(result.at("worst-stale").at(0).at("known").at("f"), "add");
  EXPECT_EQ(result.at("stale-count"), 10);
}

nlohmann::json check_ids(const std::vector<nlohmann::json>& ids) {
  Script script;
  int process = 0;
  for (const nlohmann::json& id : ids) {
    script.op(process, OperationType::invoke, process, "generate", nullptr)
        .op(process, OperationType::ok, process, "generate", id);
    ++process;
  }
  return check_unique_ids(script.history());
}

TEST(UniqueIds, ARepeatedIdIsInvalid) {
  const auto result = check_ids({"a", "1", "a"});
  EXPECT_EQ(result.at("valid?"), false);
  EXPECT_EQ(result.at("duplicated"), nlohmann::json({{"a", 2}}));
  EXPECT_EQ(result.at("acknowledged-count"), 3);
}

TEST(UniqueIds, AWholeNumberAndAFractionAreTwoIds) {
  EXPECT_EQ(check_ids({1, 1.0, 2}).at("valid?"), true);
  const auto result = check_ids({1.0, 1, 1.0, 1, 1});
  EXPECT_EQ(result.at("duplicated"), nlohmann::json({{"1", 3}, {"1.0", 2}}));
}

// Numbers whose order the JSON library does not keep.
TEST(UniqueIds, ARepeatedIdIsFoundAmongNumbersOfAllKinds) {
  constexpr std::uint64_t kLarge = 9'223'372'036'854'775'808U;
  const std::vector<std::vector<nlohmann::json>> mixtures = {
      {1, kLarge, 1.0, 1}, {-1, kLarge, -1.0, -1}, {-0.0, 0, kLarge, 0.0}};
  for (std::vector<nlohmann::json> ids : mixtures) {
    std::sort(ids.begin(), ids.end(),
              [](const auto& a, const auto& b) { return a.dump() < b.dump(); });
    do {
      const auto result = check_ids(ids);
      EXPECT_EQ(result.at("duplicated-count"), 1) << nlohmann::json(ids);
    } while (std::next_permutation(
        ids.begin(), ids.end(), [](const auto& a, const auto& b) { return a.dump() < b.dump(); }));
  }
}

TEST(UniqueIds, ZeroIsOneIdWhateverItsSign) {
  for (const nlohmann::json& id : {nlohmann::json(-0.0), nlohmann::json::array({"-0.0", -0.0})}) {
    nlohmann::json other = id;
    (id.is_array() ? other[1] : other) = 0.0;
    EXPECT_EQ(check_ids({id, other}).at("duplicated-count"), 1) << id;
  }
  for (const nlohmann::json& id : {nlohmann::json(-0.0), nlohmann::json(0.0)}) {
    EXPECT_EQ(check_ids({id, 1, 0}).at("duplicated-count"), 0) << id;
  }
  EXPECT_EQ(check_ids({"-0.0", "0.0"}).at("valid?"), true) << "texts";
  EXPECT_EQ(check_ids({-0.05, 0.05}).at("valid?"), true);
}

TEST(UniqueIds, ThoseOfOneKindHaveARange) {
  using nlohmann::json;
  EXPECT_EQ(check_ids({}).at("range"), json::array({nullptr, nullptr}));
  EXPECT_EQ(check_ids({3, -7.5, 11, nullptr}).at("range"), json::array({-7.5, 11}));
  EXPECT_EQ(check_ids({"b", "a"}).at("range"), json::array({"a", "b"}));
  EXPECT_EQ(check_ids({true, false}).at("range"), json::array({false, true}));
  EXPECT_EQ(check_ids({json{"n1", 2}, json{"n1", 1}, json{"n2"}}).at("range"),
            json::array({{"n2"}, {"n1", 2}}));
  EXPECT_EQ(check_ids({json::object({{"a", 1}})}).at("valid?"), true) << "nothing to compare with";
  // Beyond 64 bits a number is a string here: as a number it goes with numbers, as a text with
  // texts.
  EXPECT_EQ(check_ids({"99999999999999999999", 7}).at("range").at(0), 7);
  EXPECT_EQ(check_ids({"99999999999999999999", "x"}).at("valid?"), true);
  EXPECT_EQ(check_ids({std::string(5000, '9'), 7}).at("range").at(0), 7);
  // Of 64 bits there are numbers with a sign, and without.
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(check_ids({kMost, 5, -1}).at("range"), json::array({-1, kMost}));
  EXPECT_EQ(check_ids({-2, kMost - 1, -1, kMost}).at("range"), json::array({-2, kMost}));
}

TEST(UniqueIds, WhatMaelstromCannotCompareItCannotJudge) {
  using nlohmann::json;
  const std::vector<std::vector<json>> kinds{
      {1, "1"},
      {true, 1},
      {json{1}, 1},
      {json::object({{"a", 1}}), json::object({{"a", 2}})},
      {json{"n1", 1}, json{"n1", "1"}},
      {"a", "b", "a", json::object()},
  };
  for (const std::vector<json>& ids : kinds) {
    EXPECT_THROW(check_ids(ids), CheckerFailed) << json(ids);
  }
  EXPECT_EQ(check_ids({json{1, "a"}, json{2, 7}}).at("valid?"), true) << "the first differ already";
}

TEST(Echo, AnotherAnswerIsAnErrorAndNoAnswerIsNone) {
  Script script;
  script.op(0, OperationType::invoke, 0, "echo", "one")
      .op(1, OperationType::ok, 0, "echo", {{"echo", "two"}, {"type", "echo_ok"}})
      .op(2, OperationType::invoke, 0, "echo", "three")
      .op(5000, OperationType::info, 0, "echo", "three")
      .op(6000, OperationType::invoke, 1, "echo", "four")
      .op(6001, OperationType::ok, 1, "echo", {{"echo", "four"}, {"type", "echo_ok"}})
      .op(7000, OperationType::invoke, 1, "echo", "five")
      .op(7001, OperationType::fail, 1, "echo", "five")
      .op(8000, OperationType::invoke, 1, "echo", "six");
  const auto result = check_echo(script.history());
  EXPECT_EQ(result.at("valid?"), false);
  ASSERT_EQ(result.at("errors").size(), 2U) << "a refused one is one, as under Jepsen";
  EXPECT_EQ(result.at("errors").at(0).at(1), "one");
  EXPECT_EQ(result.at("errors").at(1).at(1), "five");
}

TEST(Stats, AnOperationThatNeverSucceedsIsInvalid) {
  Script script;
  script.broadcast(0, 1)
      .op(2, OperationType::invoke, 1, "read", nullptr)
      .op(3, OperationType::fail, 1, "read", nullptr);
  const auto result = check_stats(script.history());
  EXPECT_EQ(result.at("valid?"), false);
  EXPECT_EQ(result.at("by-f").at("broadcast").at("valid?"), true);
  EXPECT_EQ(result.at("fail-count"), 1);
}

TEST(Availability, ComparesTheFractionThatSucceeded) {
  Script script;
  script.broadcast(0, 1)
      .op(2, OperationType::invoke, 1, "read", nullptr)
      .op(3, OperationType::fail, 1, "read", nullptr);
  EXPECT_EQ(check_availability(script.history(), std::nullopt).at("valid?"), true);
  EXPECT_EQ(check_availability(script.history(), 0.5).at("valid?"), true);
  EXPECT_EQ(check_availability(script.history(), 0.6).at("valid?"), false);
  EXPECT_EQ(check_availability(script.history(), 1.0).at("ok-fraction"), 0.5);
  EXPECT_EQ(check_availability(History(), 1.0).at("ok-fraction"), 1);
}

// In 32 bits 0.9 is a little less than in 64.
TEST(Availability, IsComparedAsMaelstromHasIt) {
  Script script;
  for (int i = 0; i < 10; ++i) {
    script.op(2 * i, OperationType::invoke, 1, "read", nullptr)
        .op(2 * i + 1, i == 0 ? OperationType::fail : OperationType::ok, 1, "read", nullptr);
  }
  EXPECT_EQ(check_availability(script.history(), 0.9).at("valid?"), false);
  EXPECT_EQ(check_availability(script.history(), 0.9).at("ok-fraction"), 0.9);
  EXPECT_EQ(check_availability(script.history(), 0.8999).at("valid?"), true);
}

TEST(MergeValid, TheWorstCounts) {
  EXPECT_EQ(merge_valid({true, true}), true);
  EXPECT_EQ(merge_valid({true, "unknown"}), "unknown");
  EXPECT_EQ(merge_valid({"unknown", false, true}), false);
}

TEST(Quantiles, TakesTheElementAtTheFloor) {
  EXPECT_EQ(quantiles({1, 2, 3, 4}),
            nlohmann::json({{"0", 1}, {"0.5", 3}, {"0.95", 4}, {"0.99", 4}, {"1", 4}}));
}

}  // namespace
}  // namespace hearsay::bench
