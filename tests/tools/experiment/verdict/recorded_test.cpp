// The checkers against the real Maelstrom: its recorded histories must give its recorded verdicts.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tools/experiment/recorded/recorded_file.h"
#include "tests/tools/experiment/virtual_nodes.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

struct Recorded {
  explicit Recorded(const std::string& run)
      : history(test::recorded_history(run)), verdict(test::recorded_verdict(run)) {}

  History history;
  nlohmann::json verdict;
};

// Jepsen lists some things in the order of a hash table.
nlohmann::json in_order(nlohmann::json list) {
  if (list.is_array()) std::sort(list.begin(), list.end());
  return list;
}

// Everything in `expected` is in `actual`; `actual` may know more.
void expect_covers(const nlohmann::json& actual, const nlohmann::json& expected,
                   const std::string& path) {
  if (!expected.is_object()) {
    const bool unordered = path == "workload/errors";
    EXPECT_EQ(unordered ? in_order(actual) : actual, unordered ? in_order(expected) : expected)
        << "at " << path;
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    const std::string inner = fmt::format("{}/{}", path, key);
    ASSERT_TRUE(actual.is_object() && actual.contains(key)) << "missing " << inner;
    expect_covers(actual.at(key), value, inner);
  }
}

class RecordedRun : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RecordedRun, GivesTheRecordedVerdict) {
  const auto [run, workload] = GetParam();
  const Recorded recorded(run);
  ASSERT_EQ(count_invocations(recorded.history), recorded.verdict.at("stats").at("count"));
  const auto checker = make_workload(workload, {Topology::grid, {"n0"}});
  expect_covers(checker->check(recorded.history), recorded.verdict.at("workload"), "workload");
}

TEST_P(RecordedRun, GivesTheRecordedStatistics) {
  const Recorded recorded(GetParam().first);
  expect_covers(check_stats(recorded.history), recorded.verdict.at("stats"), "stats");
  const nlohmann::json& availability = recorded.verdict.at("availability");
  const bool total = availability.at("ok-fraction") == 1.0;  // some runs demanded it
  expect_covers(check_availability(recorded.history, total ? std::optional(1.0) : std::nullopt),
                availability, "availability");
  const nlohmann::json exceptions = check_exceptions(recorded.history);
  const nlohmann::json& expected = recorded.verdict.at("exceptions");
  EXPECT_EQ(exceptions.at("valid?"), expected.at("valid?"));
  // The class is the JVM's name for it; the example is the first in both.
  ASSERT_EQ(exceptions.contains("exceptions"), expected.contains("exceptions"));
  if (!expected.contains("exceptions")) return;
  EXPECT_EQ(exceptions.at("exceptions").at(0).at("count"),
            expected.at("exceptions").at(0).at("count"));
  EXPECT_EQ(exceptions.at("exceptions").at(0).at("example").at("index"),
            expected.at("exceptions").at(0).at("example").at("index"));
}

class Sink : public ClientPort {
 public:
  bool receive(std::int64_t, std::string_view, std::string_view) override { return true; }
};

// Two nodes and a client between which as many messages go, and get lost, as in the recorded run.
class Replayed {
 public:
  explicit Replayed(const nlohmann::json& net) {
    for (const char* name : {"n0", "n1"}) network.add_node(name);
    network.add_client(sink_);
    const auto with_clients = net.at("clients").at("send-count").get<std::int64_t>();
    for (std::int64_t i = 0; i < with_clients; ++i) {
      if (i % 2 == 0) send("c0", "n0");
      if (i % 2 == 1) send("n0", "c0");
    }
    const auto received = net.at("servers").at("recv-count").get<std::int64_t>();
    const auto sent = net.at("servers").at("send-count").get<std::int64_t>();
    for (std::int64_t i = 0; i < sent; ++i) {
      if (i == received) network.cut(Fault::partition, {{true, true}, {true, true}});
      send("n0", "n1");
    }
  }
  void send(const char* src, const char* dest) { network.send(0, src, dest, "{}", ""); }

  EventHeap heap;
  test::VirtualNodes nodes{heap};
  Network network{heap, nodes, {}, 1};

 private:
  Sink sink_;
};

TEST_P(RecordedRun, GivesTheRecordedMessageCounts) {
  const Recorded recorded(GetParam().first);
  const nlohmann::json& expected = recorded.verdict.at("net");
  const Replayed replayed(expected);
  expect_covers(check_net(recorded.history, replayed.network), expected, "net");
}

// What our bench sends to nodes besides the operations: init, and the workload's set-up message.
TEST_P(RecordedRun, HasTheClientsMessagesThatWeSend) {
  const auto [run, workload_name] = GetParam();
  const Recorded recorded(run);
  const std::map<std::string, std::int64_t> special = {{"broadcast-1", 1},
                                                       {"broadcast-5-partition", 5}};
  const std::int64_t nodes = special.count(run) > 0                      ? special.at(run)
                             : workload_name == std::string_view("echo") ? 1
                                                                         : 3;
  const auto& operations = recorded.history.operations();
  const auto unanswered =
      std::count_if(operations.begin(), operations.end(),
                    [](const Operation& operation) { return operation.error == "net-timeout"; });
  const auto workload = make_workload(workload_name, {Topology::grid, {"n0"}});
  const std::int64_t messages_a_node = workload->setup_body(0).is_null() ? 1 : 2;
  EXPECT_EQ(recorded.verdict.at("net").at("clients").at("send-count"),
            2 * (count_invocations(recorded.history) + nodes * messages_a_node) - unanswered);
}

TEST_P(RecordedRun, GivesTheRecordedVerdictInAll) {
  const auto [run, workload_name] = GetParam();
  const Recorded recorded(run);
  const auto workload = make_workload(workload_name, {Topology::grid, {"n0"}});
  const History& history = recorded.history;
  std::vector<nlohmann::json> verdicts;
  for (const nlohmann::json& section :
       {check_stats(history), check_availability(history, std::nullopt), check_exceptions(history),
        check_perf(history), workload->check(history)}) {
    verdicts.push_back(section.at("valid?"));
  }
  EXPECT_EQ(merge_valid(verdicts), recorded.verdict.at("valid?"));
}

INSTANTIATE_TEST_SUITE_P(Maelstrom, RecordedRun,
                         testing::Values(std::pair("echo", "echo"),
                                         std::pair("echo-missing-field", "echo"),
                                         std::pair("echo-noanswer", "echo"),
                                         std::pair("echo-wrong", "echo"),
                                         std::pair("unique-ids", "unique-ids"),
                                         std::pair("unique-ids-compound-valid", "unique-ids"),
                                         std::pair("unique-ids-duplicates", "unique-ids"),
                                         std::pair("unique-ids-noanswer", "unique-ids"),
                                         std::pair("broadcast-1", "broadcast"),
                                         std::pair("broadcast-5-partition", "broadcast"),
                                         std::pair("broadcast-dup-read-valid", "broadcast"),
                                         std::pair("broadcast-lost", "broadcast"),
                                         std::pair("broadcast-noanswer-valid", "broadcast"),
                                         std::pair("broadcast-phantom-valid", "broadcast"),
                                         std::pair("broadcast-read-errors", "broadcast")),
                         [](const auto& parameter) {
                           std::string name = parameter.param.first;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(Recorded, WhatMaelstromLetsPassIsSeen) {
  const Recorded twice("broadcast-dup-read-valid");
  EXPECT_GT(find_oddities(twice.history, "broadcast").at("duplicated-count"), 0);
  const Recorded phantom("broadcast-phantom-valid");
  EXPECT_EQ(find_oddities(phantom.history, "broadcast").at("unexpected"), nlohmann::json({100001}));
}

}  // namespace
}  // namespace hearsay::bench
