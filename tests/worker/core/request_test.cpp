// Context::request(): what is asked, and what comes of it, once, whatever workers die in between.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/worker/support/core_harness.h"
#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kTimeoutNs = 100 * kNsPerMs;

// Asks "peer" what a client's `ask` wants to know; tells the client how it ended, and counts ends.
class Asking final : public core::Service {
 public:
  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 3> kTypes{"ask", "ask-again", "ask-anew"};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override {
    core::RequestPolicy policy{.timeout_ns = kTimeoutNs};
    if (message.type != "ask") policy.tries = 3;
    policy.late_answers_count = message.type == "ask-again";
    context.request(context.asker(message), "peer", "question",
                    core::required_field(message, "memo"), policy,
                    [&](protocol::MessageWriter& body) {
                      body.json("what", core::required_field(message, "what"));
                    });
  }
  void on_answer(core::Context& context, const core::Answer& answer) override {
    if (answer.is("useless")) {
      context.reply(answer.asker, "told");
      throw core::BadRequest("of no use");
    }
    ++ends_;
    context.change(1, bytes_of(ends_));
    if (answer.is("more")) {
      context.request(answer.asker, "peer", "question", answer.memo, {.timeout_ns = kTimeoutNs},
                      [](protocol::MessageWriter&) {});
      return;
    }
    if (const auto error = answer.error()) {
      context.error(answer.asker, *error, answer.error_text());
      return;
    }
    context.reply(answer.asker, "told", [&](protocol::MessageWriter& body) {
      body.json("memo", answer.memo).integer("ends", ends_).integer("tries", answer.tries);
    });
  }
  void replay(std::uint16_t, std::string_view payload) override {
    ends_ = take<std::int64_t>(payload);
  }
  void snapshot(const ChangeSink& sink) const override {
    if (ends_ > 0) sink(1, bytes_of(ends_));
  }

 private:
  std::int64_t ends_ = 0;
};

// How the core is treated between two inputs.
enum class Between { nothing, crash, compaction };

class Request : public ::testing::TestWithParam<Between> {
 protected:
  Request() { core_.initialise(); }

  void between() {
    if (GetParam() == Between::compaction) core_.compact();
    if (GetParam() == Between::nothing) return;
    core_.restart();
    core_.wakes.clear();
    core_.worker_started(++generation_);
  }
  // A client's request; the question that it leads to, if it does.
  Json ask(const std::string& type = "ask", const Json& what = 1) {
    between();
    const auto lines = core_.send(
        {{"src", "c1"},
         {"dest", "n0"},
         {"body",
          {{"type", type}, {"msg_id", ++asked_}, {"memo", {{"of", asked_}}}, {"what", what}}}});
    between();
    EXPECT_EQ(lines.size(), 1U);
    return lines.at(0);
  }
  std::vector<Json> answer(const Json& question, Json body = {{"type", "fact"}},
                           const std::string& from = "peer") {
    body["in_reply_to"] = question["body"]["msg_id"];
    auto lines = core_.send({{"src", from}, {"dest", "n0"}, {"body", body}});
    between();
    return lines;
  }
  // Fires timers up to `to_ns`; what they put out.
  std::vector<Json> wait_until(std::int64_t to_ns) {
    std::vector<Json> all;
    while (!core_.wakes.empty() && earliest_ns() <= to_ns) {
      std::vector<Json> lines;
      core_.fire_next_timer(lines);
      all.insert(all.end(), lines.begin(), lines.end());
      between();
    }
    core_.now_ns = std::max(core_.now_ns, to_ns);
    return all;
  }
  std::int64_t earliest_ns() const {
    std::int64_t earliest = INT64_MAX;
    for (const auto& wake : core_.wakes) earliest = std::min(earliest, wake.at_ns);
    return earliest;
  }

  std::vector<Json> events_;
  CoreHarness core_{{}, {7, 42}, &events_};
  std::uint64_t generation_ = 1;
  int asked_ = 100;
};

INSTANTIATE_TEST_SUITE_P(Between, Request,
                         ::testing::Values(Between::nothing, Between::crash, Between::compaction));

TEST_P(Request, IsSentAndItsAnswerComesBackWithWhatWasToBeRemembered) {
  const Json question = ask("ask", {{"deep", {1, "two"}}});
  EXPECT_EQ(question["src"], "n0");
  EXPECT_EQ(question["dest"], "peer");
  EXPECT_EQ(question["body"]["type"], "question");
  EXPECT_EQ(question["body"]["what"], (Json{{"deep", {1, "two"}}}));
  const auto lines = answer(question);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["dest"], "c1");
  EXPECT_EQ(lines[0]["body"], (Json{{"type", "told"},
                                    {"in_reply_to", 101},
                                    {"memo", {{"of", 101}}},
                                    {"ends", 1},
                                    {"tries", 1}}));
}

TEST_P(Request, EndsOnce) {
  const Json question = ask();
  EXPECT_EQ(answer(question).size(), 1U);
  EXPECT_TRUE(answer(question).empty());
  EXPECT_TRUE(wait_until(core_.now_ns + 10 * kTimeoutNs).empty());
  EXPECT_EQ(answer(ask()).at(0)["body"]["ends"], 2);
}

TEST_P(Request, WithoutAnAnswerEndsWithError0AtItsTime) {
  const std::int64_t begin_ns = core_.now_ns;
  const Json question = ask();
  EXPECT_TRUE(wait_until(begin_ns + kTimeoutNs - 1).empty());
  const auto lines = wait_until(begin_ns + kTimeoutNs);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["code"], 0);
  EXPECT_EQ(lines[0]["body"]["in_reply_to"], 101);
  EXPECT_TRUE(answer(question).empty()) << "it is late";
  EXPECT_TRUE(wait_until(begin_ns + 10 * kTimeoutNs).empty());
}

TEST_P(Request, ErrorsAreAnswers) {
  const auto code_of = [&](const Json& error) {
    Json body = error;
    body["type"] = "error";
    return answer(ask(), body).at(0)["body"]["code"];
  };
  EXPECT_EQ(code_of({{"code", 22}, {"text", "no"}}), 22);
  EXPECT_EQ(code_of({{"code", 0}}), 0);
  for (const Json& odd : {Json(), Json("22"), Json(-1), Json(22.0), Json(1ULL << 40), Json{{}}}) {
    EXPECT_EQ(code_of({{"code", odd}}), 13) << odd;
  }
  EXPECT_EQ(code_of(Json::object()), 13);
}

TEST_P(Request, AnswersOfOthersAreNone) {
  const Json question = ask();
  EXPECT_TRUE(answer(question, {{"type", "fact"}}, "n1").empty());
  EXPECT_TRUE(answer({{"body", {{"msg_id", 5}}}}).empty());
  EXPECT_EQ(answer(question).size(), 1U);
}

TEST_P(Request, AnAnswerThatCannotBeUsedIsError13) {
  const auto lines = answer(ask(), {{"type", "useless"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["code"], 13);
  EXPECT_NE(lines[0]["body"]["text"].get<std::string>().find("of no use"), std::string::npos);
  EXPECT_EQ(answer(ask()).at(0)["body"]["ends"], 1) << "the other was not counted";
}

TEST_P(Request, IsSentAgainWithANewIdAsOftenAsThePolicySays) {
  const std::int64_t begin_ns = core_.now_ns;
  std::vector<Json> questions{ask("ask-again")};
  for (int tries = 2; tries <= 3; ++tries) {
    events_.clear();
    const auto lines = wait_until(begin_ns + (tries - 1) * kTimeoutNs);
    ASSERT_EQ(lines.size(), 1U);
    const auto told = std::find_if(events_.begin(), events_.end(), [](const Json& event) {
      return event["event"] == "message_sent";
    });
    ASSERT_NE(told, events_.end()) << "the trace has to know each line";
    EXPECT_EQ((*told)["peer"], "peer");
    EXPECT_EQ((*told)["type"], "question");
    questions.push_back(lines[0]);
    Json same = questions.front();
    EXPECT_NE(lines[0]["body"]["msg_id"], same["body"]["msg_id"]);
    same["body"]["msg_id"] = lines[0]["body"]["msg_id"];
    EXPECT_EQ(lines[0], same);
  }
  EXPECT_NE(questions[1]["body"]["msg_id"], questions[2]["body"]["msg_id"]);
  const auto lines = wait_until(begin_ns + 3 * kTimeoutNs);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["code"], 0);
  for (const Json& question : questions) EXPECT_TRUE(answer(question).empty());
}

TEST_P(Request, TheAnswerToAnEarlierTryCountsIfThePolicySaysSo) {
  const Json first = ask("ask-again");
  ASSERT_EQ(wait_until(core_.now_ns + kTimeoutNs).size(), 1U);
  const auto lines = answer(first);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["tries"], 2);
}

TEST_P(Request, OrIsDropped) {
  const Json first = ask("ask-anew");
  const auto again = wait_until(core_.now_ns + kTimeoutNs);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(answer(first).empty());
  EXPECT_EQ(answer(again[0]).size(), 1U);
}

TEST_P(Request, MayBeMadeOnAnAnswer) {
  const Json more = answer(ask(), {{"type", "more"}}).at(0);
  EXPECT_EQ(more["dest"], "peer");
  const auto lines = answer(more);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["ends"], 2);
  EXPECT_EQ(lines[0]["body"]["in_reply_to"], 101);
}

TEST_P(Request, IdsNeverRepeat) {
  std::set<std::int64_t> ids;
  for (int i = 0; i < 20; ++i) {
    const Json question = ask();
    EXPECT_TRUE(ids.insert(question["body"]["msg_id"].get<std::int64_t>()).second);
    if (i % 2 == 0) answer(question);
  }
}

TEST_P(Request, OfSomebodyWhoWantsNoAnswerIsMadeAllTheSame) {
  const auto lines = core_.send(
      {{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "ask"}, {"memo", 1}, {"what", 2}}}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(answer(lines[0]).empty());
  EXPECT_EQ(answer(ask()).at(0)["body"]["ends"], 2);
}

TEST_P(Request, ManyEndAtTheirTimesWithFewTimers) {
  for (int i = 0; i < 50; ++i) {
    ask();
    ++core_.now_ns;
  }
  if (GetParam() == Between::nothing) {
    EXPECT_EQ(core_.wakes.size(), 1U);
  }
  EXPECT_EQ(wait_until(core_.now_ns + 2 * kTimeoutNs).size(), 50U);
  EXPECT_EQ(answer(ask()).at(0)["body"]["ends"], 51);
}

class Requests : public Request {};
INSTANTIATE_TEST_SUITE_P(Without, Requests, ::testing::Values(Between::nothing));

TEST_P(Requests, ATimeThatIsOverWhenASuccessorStartsIsNoticedAtOnce) {
  ask();
  core_.restart();
  core_.wakes.clear();
  core_.now_ns += 10 * kTimeoutNs;
  core_.worker_started(2);
  ASSERT_EQ(core_.wakes.size(), 1U);
  EXPECT_LE(core_.wakes[0].at_ns, core_.now_ns);
  EXPECT_EQ(wait_until(core_.now_ns).size(), 1U);
}

TEST_P(Requests, WhatASuccessorAsksBeforeItKnowsOfItsStartEndsInTimeToo) {
  core_.restart();
  ask();
  core_.worker_started(2);
  const auto lines = wait_until(core_.now_ns + kTimeoutNs);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"]["code"], 0);
}

// The news of two starts may wait for one worker.
TEST_P(Requests, AnotherStartIsToldToTheSameWorkerAndTimesStillEnd) {
  ask();
  core_.wakes.clear();
  core_.worker_started(2);
  EXPECT_EQ(wait_until(core_.now_ns + kTimeoutNs).size(), 1U);
}

TEST_P(Requests, WhenTheClockHasGoneBackNobodyWaitsLongerHoweverOftenWorkersDie) {
  core_.now_ns = 1'000'000 * kNsPerSecond;
  ask();
  core_.now_ns = 5 * kNsPerSecond;  // after a boot
  const std::int64_t begin_ns = core_.now_ns;
  std::vector<Json> lines;
  for (std::uint64_t generation = 2; generation < 12 && lines.empty(); ++generation) {
    core_.restart();
    core_.wakes.clear();
    core_.worker_started(generation);
    lines = wait_until(core_.now_ns + kTimeoutNs / 4);
  }
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(core_.now_ns, begin_ns + kTimeoutNs);
}

TEST_P(Requests, BeyondTheLimitClientsGetError11) {
  Json last;
  for (std::size_t i = 0; i < core::kMostOpenRequests; ++i) last = ask();
  const Json refused = core_.ask({{"type", "ask"}, {"memo", 1}, {"what", 1}});
  EXPECT_EQ(refused["code"], 11);
  const Json more = answer(last, {{"type", "more"}}).at(0);
  EXPECT_EQ(more["dest"], "peer") << "an answer may lead to a request";
  EXPECT_EQ(answer(more).at(0)["body"]["type"], "told");
  ask();
}

TEST_P(Requests, ThatTakeMuchMemoryAreLimitedEarlier) {
  const std::string large(1024 * 1024, 'x');
  std::size_t open = 0;
  while (open < 100) {
    const Json body = {{"type", "ask"}, {"memo", large}, {"what", 1}, {"msg_id", 1}};
    const auto lines = core_.send({{"src", "c1"}, {"dest", "n0"}, {"body", body}});
    if (lines.at(0)["dest"] == "c1") break;
    ++open;
  }
  EXPECT_EQ(open, core::kMostOpenBytes / large.size());
}

TEST_P(Requests, OfAnotherLifeAreNotAnsweredByItsAnswers) {
  const Json question = ask();
  constexpr std::uint64_t kLaterByAMillisecond = 7 + (1 << 20);
  CoreHarness successor({}, {kLaterByAMillisecond, 42});
  successor.initialise();
  const auto lines =
      successor.send({{"src", "c1"},
                      {"dest", "n0"},
                      {"body", {{"type", "ask"}, {"msg_id", 1}, {"memo", 1}, {"what", 2}}}});
  EXPECT_NE(lines.at(0)["body"]["msg_id"], question["body"]["msg_id"]);
}

TEST_P(Request, EndUnansweredOnceTheStateHasGoneBack) {
  const Json once = ask();
  const Json again = ask("ask-again");
  const auto then = core_.state();
  const Json since = ask();
  core_.go_back_to(then);
  EXPECT_TRUE(core_.worker_started(++generation_).empty()) << "who asked may have been answered";
  const Json anew = ask();
  for (const Json& before : {once, again, since}) {
    EXPECT_NE(anew["body"]["msg_id"], before["body"]["msg_id"]);
    EXPECT_TRUE(answer(before).empty()) << "it answers the earlier incarnation";
  }
  EXPECT_EQ(answer(anew).at(0)["body"]["ends"], 3);
}

// One record closes all: a full journal has little room.
TEST_P(Requests, WhatANewIncarnationNeedsInTheJournalIsLittle) {
  for (int i = 0; i < 500; ++i) ask();
  core_.go_back_to(core_.state());
  const std::size_t before = core_.journal().size();
  core_.worker_started(++generation_);
  EXPECT_LT(core_.journal().size() - before, 500U * 30)
      << "a record of 24 bytes each is what the service writes";
}

// A successor compacts before its first step, if there was no room.
TEST_P(Requests, AreKnownInACompactedJournalBeforeTheNewIncarnationBegins) {
  ask();
  core_.go_back_to(core_.state());
  core_.compact();
  core_.restart();
  core_.worker_started(++generation_);
  EXPECT_EQ(answer(ask()).at(0)["body"]["ends"], 2) << "the service has heard of its end";
}

TEST_P(Requests, ABadRequestIsNotAsked) {
  EXPECT_EQ(core_.ask({{"type", "ask"}, {"memo", 1}})["code"], 12);
  EXPECT_TRUE(wait_until(core_.now_ns + 2 * kTimeoutNs).empty());
}

TEST_P(Requests, AJournalThatMakesNoSenseIsRefused) {
  ask("ask-again");
  std::vector<std::pair<std::uint16_t, std::string>> records;
  RecordReader reader(core_.journal());
  while (const auto record = reader.next()) records.emplace_back(record->kind, record->payload);
  const auto [opened, payload] = records.back();
  ASSERT_EQ(opened, core::OpenRequests::kFirstKind);
  const auto replay = [&](std::uint16_t kind, const std::string& bytes) {
    core::OpenRequests requests(7);
    requests.replay(opened, payload);
    requests.replay(kind, bytes);
  };
  const auto numbers = [](std::initializer_list<std::int64_t> list) {
    std::string bytes;
    for (const std::int64_t number : list) bytes.append(bytes_of(number));
    return bytes;
  };
  constexpr std::uint16_t kScheduled = core::OpenRequests::kFirstKind + 1;
  constexpr std::uint16_t kClosed = core::OpenRequests::kFirstKind + 2;
  constexpr std::uint16_t kNumbered = core::OpenRequests::kFirstKind + 3;
  EXPECT_NO_THROW(replay(kScheduled, numbers({1, 2, 3})));
  EXPECT_NO_THROW(replay(kClosed, numbers({1})));
  EXPECT_NO_THROW(replay(kNumbered, numbers({1})));
  EXPECT_THROW(replay(opened, payload), CorruptSegment);
  EXPECT_THROW(replay(kScheduled, numbers({1, 1, 3})), CorruptSegment);
  EXPECT_THROW(replay(kScheduled, numbers({1, -2, 3})), CorruptSegment);
  EXPECT_THROW(replay(kScheduled, numbers({9, 2, 3})), CorruptSegment);
  EXPECT_THROW(replay(kScheduled, numbers({1, 2})), CorruptSegment);
  EXPECT_THROW(replay(kClosed, numbers({2})), CorruptSegment);
  EXPECT_THROW(replay(kNumbered, numbers({-1})), CorruptSegment);
  EXPECT_NO_THROW(replay(kNumbered + 1, ""));
  EXPECT_THROW(replay(kNumbered + 2, numbers({1})), CorruptSegment);
  core::OpenRequests fresh(7);
  for (std::size_t cut = 0; cut < 80; ++cut) {
    EXPECT_THROW(fresh.replay(opened, payload.substr(0, cut)), CorruptSegment) << cut;
  }
}

}  // namespace
}  // namespace hearsay::test

std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
  return {{"asking", 9, [](const auto&) { return std::make_unique<test::Asking>(); }}};
}
