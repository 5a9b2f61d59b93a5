// The workloads in virtual time: what their clients ask, whom, and what answers mean. Shares are
// held against those of recorded histories.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/tools/experiment/run_fixture.h"
#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

class WorkloadRun : public RunTest {
 protected:
  // Of the load, by function.
  std::map<std::string, double> shares() const {
    std::map<std::string, double> counts;
    double all = 0;
    for (const Operation& each : operations(OperationType::invoke)) {
      if (each.final_read) continue;
      ++counts[each.f];
      ++all;
    }
    for (auto& [f, count] : counts) count /= all;
    return counts;
  }
  // Answers each request with this body.
  void answer_with(std::function<nlohmann::json(const nlohmann::json& request)> body_for) {
    special_ = [this, body_for = std::move(body_for)](std::int64_t now_ns,
                                                      const test::Arrival& arrival) {
      const nlohmann::json& request = arrival.message.at("body");
      requests_.push_back(request);
      if (request.at("type") == "init") return false;
      const nlohmann::json body = body_for(request);
      if (!body.is_null()) reply(now_ns, arrival, body);
      return true;
    };
  }
  static nlohmann::json error(int code) {
    return {{"type", "error"}, {"code", code}, {"text", "no"}};
  }

  std::vector<nlohmann::json> requests_;
};

TEST_F(WorkloadRun, CountersDrawTheRecordedDeltas) {
  const auto answer = [](const nlohmann::json& request) -> nlohmann::json {
    if (request.at("type") == "read") return {{"value", 0}};
    return nlohmann::json::object();
  };
  make("pn-counter", 3, options(1000, 20 * kSecond, 3));
  answer_with(answer);
  go();
  EXPECT_NEAR(shares()["add"], 0.5, 0.02);  // recorded: 0.496
  std::map<int, double> deltas;
  for (const Operation& each : operations(OperationType::ok)) {
    if (each.f == "add") ++deltas[each.value.get<int>()];
  }
  EXPECT_EQ(deltas.size(), 10U);
  EXPECT_EQ(deltas.begin()->first, -5);
  EXPECT_EQ(deltas.rbegin()->first, 4);
}

TEST_F(WorkloadRun, AGrowingCounterHasTwoReadsForEachAdd) {
  make("g-counter", 3, options(1000, 20 * kSecond, 3));
  answer_with([](const nlohmann::json& request) -> nlohmann::json {
    EXPECT_GE(request.value("delta", 0), 0);
    if (request.at("type") == "read") return {{"value", 0}};
    return nlohmann::json::object();
  });
  go();
  EXPECT_NEAR(shares()["add"], 1.0 / 3, 0.02);  // recorded: 0.372 of 648
  const auto all = operations(OperationType::ok);
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& op) { return op.final_read; }), 3);
}

TEST_F(WorkloadRun, ACountersReadMustBeAWholeNumber) {
  make("pn-counter", 1, options(100, kSecond, 1));
  answer_with([](const nlohmann::json& request) -> nlohmann::json {
    if (request.at("type") == "read") return {{"value", 1.5}};
    return nlohmann::json::object();
  });
  go();
  for (const Operation& each : operations(OperationType::info)) {
    EXPECT_EQ(each.exception, "\"value\" of the reply is no integer");
  }
  EXPECT_FALSE(operations(OperationType::info).empty());
}

// Its client makes a long of it, and throws.
TEST_F(WorkloadRun, ACountersReadFits64Bits) {
  // As a client has them that has read such numbers (network/large_integers.h).
  const std::vector<nlohmann::json> values = {9'223'372'036'854'775'808U, "18446744073709551616"};
  for (const nlohmann::json& value : values) {
    make("g-counter", 1, options(100, kSecond, 1));
    answer_with([&value](const nlohmann::json& request) -> nlohmann::json {
      if (request.at("type") == "read") return {{"value", value}};
      return nlohmann::json::object();
    });
    go();
    for (const Operation& each : operations(OperationType::info)) {
      EXPECT_EQ(each.exception, "\"value\" of the reply is out of the range of 64 bits");
    }
    EXPECT_FALSE(operations(OperationType::info).empty());
    EXPECT_EQ(workload_->check(run_->history()).at("valid?"), true);
  }
}

TEST_F(WorkloadRun, ACountersReadMayBeTheLargestOf64Bits) {
  make("g-counter", 1, options(100, kSecond, 1));
  answer_with([](const nlohmann::json& request) -> nlohmann::json {
    if (request.at("type") == "read") return {{"value", INT64_MAX}};
    return nlohmann::json::object();
  });
  go();
  EXPECT_TRUE(operations(OperationType::info).empty());
  EXPECT_EQ(workload_->check(run_->history()).at("valid?"), false);
}

// Also an error that is definite, and a time-out; the client is replaced.
TEST_F(WorkloadRun, SetsAndCountersHandleNoErrors) {
  for (const char* workload : {"g-set", "g-counter", "pn-counter"}) {
    make(workload, 1, options(50, kSecond, 1));
    answer_with([&](const nlohmann::json&) { return error(20); });
    go();
    EXPECT_TRUE(operations(OperationType::fail).empty()) << workload;
    const auto infos = operations(OperationType::info);
    ASSERT_FALSE(infos.empty());
    EXPECT_FALSE(infos[0].exception.empty());
    EXPECT_EQ(infos[1].process, infos[0].process + 1);
  }
}

TEST_F(WorkloadRun, AnUnansweredAddIsAnException) {
  make("g-set", 1, options(50, kSecond, 1));
  answer_with([&](const nlohmann::json&) { return nullptr; });
  go();
  const auto infos = operations(OperationType::info);
  ASSERT_FALSE(infos.empty());
  EXPECT_EQ(infos[0].error, "indeterminate: Client read timeout");
}

nlohmann::json answer_register(const nlohmann::json& request) {
  if (request.at("type") == "read") return {{"value", 1}};
  return nlohmann::json::object();
}

TEST_F(WorkloadRun, OnlyTheFirstGroupOfARegistersThreadsReads) {
  make("lin-kv", 2, options(1000, 10 * kSecond, 8));
  answer_with(answer_register);
  go();
  std::map<std::string, double> counts;
  for (const Operation& each : operations(OperationType::invoke)) {
    const auto thread = static_cast<std::size_t>(each.process) % 8;
    EXPECT_EQ(each.value.at(0), thread / 4) << "a group has a key";
    EXPECT_EQ(each.f == "read", thread < 2) << thread;
    ++counts[each.f];
  }
  // Recorded: 1,201 to 632.
  EXPECT_NEAR(counts["cas"] / counts["write"], 2, 0.2);
  // Half of the operations are of the first group, half of those are reads.
  EXPECT_NEAR(shares()["read"], 0.25, 0.03);
}

TEST_F(WorkloadRun, AKeyIsDoneWhenTwentyProcessesHaveTouchedIt) {
  make("lin-kv", 1, options(100, 90 * kSecond, 2));
  answer_with([n = 0](const nlohmann::json& request) mutable -> nlohmann::json {
    if (request.at("type") != "read" && ++n % 10 == 0) return nullptr;
    return answer_register(request);
  });
  go();
  std::map<int, std::set<std::int64_t>> processes;  // by key
  for (const Operation& each : operations(OperationType::invoke)) {
    processes[each.value.at(0).get<int>()].insert(each.process);
  }
  ASSERT_GT(processes.size(), 2U);
  for (int key = 0; key + 1 < static_cast<int>(processes.size()); ++key) {
    ASSERT_TRUE(processes.count(key) > 0) << "keys come one after the other";
    EXPECT_LE(processes[key].size(), 20U);
    EXPECT_GE(processes[key].size(), 19U);  // a reader among them may have had no turn
  }
}

TEST_F(WorkloadRun, ARegistersClientWaitsASecondOrTenLatencies) {
  for (const std::int64_t latency_ms : {0, 300}) {
    make("lin-kv", 1, options(10, 2 * kSecond, 2), {{latency_ms}});
    answer_with([](const nlohmann::json&) { return nullptr; });
    go();
    const auto begun = operations(OperationType::invoke);
    const auto infos = operations(OperationType::info);
    const auto fails = operations(OperationType::fail);
    ASSERT_FALSE(infos.empty());
    ASSERT_FALSE(fails.empty());
    EXPECT_TRUE(std::all_of(fails.begin(), fails.end(), [](const auto& op) {
      return op.f == "read" && op.error == "net-timeout";
    }));
    const std::int64_t waited_ns = std::min(infos[0].time_ns, fails[0].time_ns) - begun[0].time_ns;
    EXPECT_EQ(waited_ns, latency_ms == 0 ? kSecond : 3 * kSecond);
  }
}

TEST(LinKv, WithoutGroupsOfThreadsItCanNotRun) {
  WorkloadOptions options;
  options.nodes = {"n0", "n1", "n2"};
  for (const std::size_t good : {6U, 12U}) {
    options.concurrency = good;
    EXPECT_EQ(why_not_run("lin-kv", options), "");
  }
  for (const std::size_t bad : {3U, 7U, 9U}) {
    options.concurrency = bad;
    EXPECT_NE(why_not_run("lin-kv", options), "");
    EXPECT_EQ(why_not_run("g-set", options), "");
  }
}

TEST_F(WorkloadRun, TransactionsAreReadBackAsTheyWereAnswered) {
  make("txn-list-append", 1, options(100, kSecond, 2));
  answer_with([](const nlohmann::json& request) -> nlohmann::json {
    nlohmann::json done = request.at("txn");
    for (nlohmann::json& step : done) {
      if (step[0] == "r") step[2] = {1, 2};
    }
    return {{"txn", done}};
  });
  go();
  const auto ok = operations(OperationType::ok);
  ASSERT_FALSE(ok.empty());
  for (const Operation& each : ok) {
    for (const nlohmann::json& step : each.value) {
      if (step[0] != "r") continue;
      EXPECT_EQ(step[2], nlohmann::json({1, 2}));
    }
  }
}

TEST_F(WorkloadRun, AListMustBeAListAndARegisterAnything) {
  const auto exceptions = [&](const char* workload) {
    make(workload, 1, options(100, kSecond, 1));
    answer_with([](const nlohmann::json& request) -> nlohmann::json {
      nlohmann::json done = request.at("txn");
      for (nlohmann::json& step : done) {
        if (step[0] == "r") step[2] = 7;
      }
      return {{"txn", done}};
    });
    go();
    return operations(OperationType::info).size();
  };
  EXPECT_EQ(exceptions("txn-rw-register"), 0U);
  EXPECT_GT(exceptions("txn-list-append"), 0U);
}

TEST_F(WorkloadRun, ErrorsOfTransactionsAreDefiniteOrNot) {
  make("txn-rw-register", 1, options(100, kSecond, 2));
  answer_with([n = 0](const nlohmann::json&) mutable { return error(++n % 2 == 0 ? 30 : 13); });
  go();
  EXPECT_FALSE(operations(OperationType::fail).empty());
  EXPECT_EQ(operations(OperationType::fail)[0].error, nlohmann::json({"txn-conflict", "no"}));
  EXPECT_FALSE(operations(OperationType::info).empty());
  for (const Operation& each : operations(OperationType::info)) EXPECT_TRUE(each.exception.empty());
}

// One node's logs, as they should be.
class KafkaRun : public WorkloadRun {
 protected:
  void serve_logs() {
    answer_with([this](const nlohmann::json& request) { return serve(request); });
  }
  nlohmann::json serve(const nlohmann::json& request) {
    const auto type = request.at("type").get<std::string>();
    if (type == "send") {
      nlohmann::json& log = logs_[request.at("key").get<std::string>()];
      log.push_back(request.at("msg"));
      return {{"offset", log.size() - 1}};
    }
    if (type == "list_committed_offsets") return {{"offsets", {{"never used", 1000}}}};
    if (type == "commit_offsets") return nlohmann::json::object();
    nlohmann::json shown = nlohmann::json::object();
    for (const auto& [key, offset] : request.at("offsets").items()) {
      for (std::size_t i = offset.get<std::size_t>(); i < logs_[key].size(); ++i) {
        shown[key].push_back({i, logs_[key][i]});
      }
    }
    return {{"msgs", shown}};
  }

  std::map<std::string, nlohmann::json> logs_;
};

TEST_F(KafkaRun, HasTheRecordedMix) {
  make("kafka", 1, options(200, 60 * kSecond, 4));
  serve_logs();
  go();
  EXPECT_NEAR(shares()["poll"], 0.51, 0.02);         // recorded: 0.507
  EXPECT_NEAR(shares()["send"], 0.47, 0.02);         // recorded: 0.459
  EXPECT_NEAR(shares()["assign"], 1.0 / 64, 0.003);  // recorded: 0.013
  const auto infos = operations(OperationType::info);
  const auto crashes = std::count_if(infos.begin(), infos.end(), [](const Operation& op) {
    return op.f == "crash" && !op.final_read;
  });
  EXPECT_NEAR(static_cast<double>(crashes), 8, 5);  // one every 30 s for each of four clients
  EXPECT_EQ(workload_->check(run_->history()).at("valid?"), true);
}

TEST_F(KafkaRun, AClientPollsWhatItWasAssignedFromWhereItIsAndCommits) {
  make("kafka", 1, options(200, 20 * kSecond, 1));
  serve_logs();
  go();
  std::map<std::string, std::int64_t> position;  // of the only client
  for (const Operation& each : run_->history().operations()) {
    if (each.type != OperationType::ok) continue;
    if (each.f == "assign" && each.extra.contains("unseen")) {
      EXPECT_GE(each.value.size(), each.extra.at("unseen").size());
    }
  }
  for (std::size_t i = 0; i + 1 < requests_.size(); ++i) {
    if (requests_[i].at("type") != "commit_offsets") continue;
    const nlohmann::json& poll = requests_[i - 1];
    ASSERT_EQ(poll.at("type"), "poll");
    for (const auto& [key, offset] : requests_[i].at("offsets").items()) {
      ASSERT_TRUE(poll.at("offsets").contains(key));
      EXPECT_GE(offset, poll.at("offsets").at(key));
      position[key] = offset;
    }
    // The next poll with the key begins behind it, unless another life of the client began.
    for (std::size_t j = i + 1; j < requests_.size(); ++j) {
      if (requests_[j].at("type") == "list_committed_offsets") break;
      if (requests_[j].at("type") != "poll" || requests_[j].at("offsets").empty()) continue;
      for (const auto& [key, offset] : requests_[i].at("offsets").items()) {
        if (requests_[j].at("offsets").value(key, 0) == 0) continue;
        EXPECT_EQ(requests_[j].at("offsets").at(key), offset.get<std::int64_t>() + 1);
      }
      break;
    }
  }
  EXPECT_FALSE(position.empty());
}

TEST_F(KafkaRun, ACrashForgetsWhatWasAssigned) {
  make("kafka", 1, options(50, 60 * kSecond, 1));
  serve_logs();
  go();
  bool crashed = false;
  std::set<std::int64_t> processes;
  for (const Operation& each : run_->history().operations()) {
    processes.insert(each.process);
    crashed = crashed || (each.type == OperationType::info && each.f == "crash");
  }
  EXPECT_TRUE(crashed);
  EXPECT_GE(processes.size(), 2U);  // the final crash at least
}

TEST_F(KafkaRun, AtTheEndEachThreadCrashesAndPollsEverythingFromTheBeginning) {
  make("kafka", 2, options(200, 5 * kSecond, 4));
  serve_logs();
  go();
  std::map<std::size_t, std::vector<Operation>> finals;  // by thread
  for (const Operation& each : operations(OperationType::invoke)) {
    if (each.final_read) finals[static_cast<std::size_t>(each.process) % 4].push_back(each);
  }
  ASSERT_EQ(finals.size(), 4U);
  for (const auto& [thread, done] : finals) {
    ASSERT_EQ(done.size(), 3U) << "the first poll shows all";
    EXPECT_EQ(done[0].f, "crash");
    EXPECT_EQ(done[1].f, "assign");
    EXPECT_EQ(done[1].extra.at("seek-to-beginning?"), true);
    EXPECT_EQ(done[1].value.size(), logs_.size());
    EXPECT_EQ(done[2].f, "poll");
    EXPECT_EQ(done[1].process, done[0].process + 4);
  }
}

TEST_F(KafkaRun, AfterTenSecondsItIsEnough) {
  make("kafka", 1, options(200, kSecond, 2));
  answer_with([this](const nlohmann::json& request) -> nlohmann::json {
    if (request.at("type") == "poll") return {{"msgs", nlohmann::json::object()}};
    return serve(request);
  });
  go();
  const Operation& last = run_->history().operations().back();
  EXPECT_GT(last.time_ns, 20 * kSecond);
  EXPECT_LT(last.time_ns, 21 * kSecond + kSecond / 2);
  EXPECT_EQ(workload_->check(run_->history()).at("valid?"), false);
}

TEST_F(KafkaRun, AFailedCommitFailsThePoll) {
  make("kafka", 1, options(500, 5 * kSecond, 1));
  answer_with([this](const nlohmann::json& request) {
    return request.at("type") == "commit_offsets" ? error(11) : serve(request);
  });
  go();
  const auto fails = operations(OperationType::fail);
  ASSERT_FALSE(fails.empty());
  for (const Operation& each : fails) {
    EXPECT_EQ(each.f, "poll");
    EXPECT_EQ(each.value.dump(), R"([["poll"]])");
  }
}

TEST_F(KafkaRun, AnOffsetMayBeAWholeNumberOfAnySize) {
  for (const char* offset : {"18446744073709551616", "18446744073709551615", "9223372036854775807",
                             "-18446744073709551616"}) {
    make("kafka", 1, options(200, 10 * kSecond, 1));
    const nlohmann::json large =
        nlohmann::json::parse(quote_large_integers(offset).value_or(offset));
    answer_with([&](const nlohmann::json& request) -> nlohmann::json {
      if (request.at("type") == "send") return {{"offset", large}};
      if (request.at("type") != "poll") return serve(request);
      return {{"msgs", {{"1", nlohmann::json::array({nlohmann::json::array({large, 1})})}}}};
    });
    go();
    for (const Operation& each : operations(OperationType::info)) EXPECT_EQ(each.exception, "");
    for (const nlohmann::json& request : requests_) {
      if (request.at("type") != "poll") continue;
      for (const nlohmann::json& position : request.at("offsets")) EXPECT_GE(position, 0);
    }
  }
}

TEST_F(KafkaRun, WhatIsNoOffsetIsMalformed) {
  make("kafka", 1, options(200, kSecond, 1));
  answer_with([this](const nlohmann::json& request) -> nlohmann::json {
    if (request.at("type") == "poll") {
      return nlohmann::json::parse(R"({"msgs":{"1":[["x",1]]}})");
    }
    if (request.at("type") == "send") return {{"offset", 1.0}};
    return serve(request);
  });
  go();
  std::set<std::string> texts;
  for (const Operation& each : operations(OperationType::info)) texts.insert(each.exception);
  EXPECT_TRUE(texts.count("\"offset\" of the reply is no integer") > 0);
  EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.find("no [offset, message]") != std::string::npos;
  }));
}

}  // namespace
}  // namespace hearsay::bench
