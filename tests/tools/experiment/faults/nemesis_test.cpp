// Nemeses in a whole run, in virtual time.
#include "tools/experiment/faults/nemesis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/faults/planned_schedule.h"
#include "tests/tools/experiment/run_fixture.h"

namespace hearsay::bench {
namespace {

using test::planned_schedule;

constexpr std::size_t kNodes = 5;

RunOptions options_with(const std::map<Fault, std::int64_t>& interval_ns, std::uint64_t seed = 42) {
  RunOptions chosen = options(20, 30 * kSecond, kNodes);
  chosen.nemesis.interval_ns = interval_ns;
  chosen.seed = seed;
  return chosen;
}

class NemesisTest : public RunTest {
 public:
  // A run of broadcast nodes that talk to each other: each value goes to all others.
  void make_cluster(const RunOptions& chosen, NetworkOptions network = {}) {
    network.wire.longest_delay_ms = 500;
    make("broadcast", kNodes, chosen, network);
    special_ = [this](std::int64_t now_ns, const test::Arrival& arrival) {
      const nlohmann::json& body = arrival.message.at("body");
      if (body.at("type") == "gossip") return true;
      if (body.at("type") != "broadcast") return false;
      for (std::size_t node = 0; node < kNodes; ++node) {
        if (node == arrival.node) continue;
        network_->send(now_ns, network_->node_name(arrival.node), network_->node_name(node),
                       R"({"type":"gossip"})", "gossip");
      }
      return false;
    };
  }
  const nlohmann::json& schedule() const { return run_->nemesis().schedule(); }
  std::vector<test::DoneToNode> done(const std::string& what) const {
    std::vector<test::DoneToNode> found;
    for (const auto& deed : nodes_.done_to_nodes) {
      if (deed.what == what) found.push_back(deed);
    }
    return found;
  }
  // The types of what a node got from clients within a second after `time_ms`.
  std::vector<std::string> first_requests(std::size_t node, std::int64_t time_ms) const {
    std::vector<std::string> types;
    for (const test::Arrival& arrival : nodes_.arrivals) {
      const bool from_client = arrival.message.at("src").get<std::string>()[0] == 'c';
      if (arrival.node != node || !from_client || arrival.time_ms < time_ms) continue;
      if (arrival.time_ms < time_ms + 1000) types.push_back(arrival.message.at("body").at("type"));
    }
    return types;
  }
  // Answers what was asked at `asked_ns`, once the node isn't paused; not if it was killed since.
  void answer_when_calm(std::int64_t now_ns, const test::Arrival& arrival, std::int64_t asked_ns) {
    const std::int64_t kills = run_->nemesis().node_kills()[arrival.node];
    if (run_->nemesis().calm_since_ns(arrival.node)) {
      longest_silence_ns_ = std::max(longest_silence_ns_, now_ns - asked_ns);
      reply(now_ns, arrival, nlohmann::json::object());
      return;
    }
    heap_.at(now_ns + kSecond, [this, arrival, asked_ns, kills](std::int64_t later_ns) {
      if (run_->nemesis().node_kills()[arrival.node] == kills) {
        answer_when_calm(later_ns, arrival, asked_ns);
      }
    });
  }
  std::int64_t longest_silence_ns_ = 0;
  std::int64_t load_start_ms() const { return *run_->load_start_ns() / kNsPerMs; }
  std::int64_t first_final_read_ms() const {
    for (const Operation& operation : operations(OperationType::invoke)) {
      if (operation.final_read) return load_start_ms() + operation.time_ns / kNsPerMs;
    }
    return -1;
  }
};

class EveryNemesis : public NemesisTest, public testing::WithParamInterface<Fault> {};

TEST_P(EveryNemesis, StrikesAsPlannedAndEndsHealed) {
  NetworkOptions network;
  network.wire = {0.5, 0.5, 0.5};
  make_cluster(options_with({{GetParam(), kSecond}}), network);
  go();
  EXPECT_EQ(failure_, "");
  EXPECT_EQ(schedule(), planned_schedule(GetParam(), kSecond, kNodes, 42, 30 * kSecond));
  EXPECT_GT(schedule().size(), 10U);
  EXPECT_FALSE(run_->nemesis().is_active(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, EveryNemesis, testing::ValuesIn(kFaults), [](const auto& parameter) {
  std::string name(name_of(parameter.param));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

// One fault more must not change what the others do, and neither must the nodes or the network.
TEST_F(NemesisTest, FaultsHaveSchedulesOfTheirOwn) {
  std::map<Fault, std::int64_t> all;
  for (const Fault fault : kFaults) all[fault] = kSecond + static_cast<int>(fault) * 100 * kNsPerMs;
  const NetworkOptions network{{20, LatencyDistribution::exponential}, true, {0.1, 0.1, 0.1}};
  make_cluster(options_with(all), network);
  go();
  EXPECT_EQ(failure_, "");
  std::map<std::string, nlohmann::json> by_word;
  for (const nlohmann::json& deed : schedule()) by_word[deed.at("f")].push_back(deed);
  std::int64_t last_ms = 0;
  for (const nlohmann::json& deed : schedule()) {
    EXPECT_GE(deed.at("time-ms"), last_ms) << "in the order of time";
    last_ms = deed.at("time-ms");
  }
  for (const Fault fault : kFaults) {
    for (const nlohmann::json& deed :
         planned_schedule(fault, all[fault], kNodes, 42, 30 * kSecond)) {
      auto& of_word = by_word[deed.at("f")];
      ASSERT_FALSE(of_word.empty()) << deed;
      EXPECT_EQ(of_word.front(), deed);
      of_word.erase(of_word.begin());
    }
  }
  for (const auto& [word, left] : by_word) EXPECT_TRUE(left.empty()) << word << left;
}

TEST_F(NemesisTest, AStartedNodeGetsInitAndThenTheTopology) {
  make_cluster(options_with({{Fault::kill, 3 * kSecond}}));
  go();
  EXPECT_EQ(failure_, "");
  const auto started = done("start");
  ASSERT_GT(started.size(), 5U);
  for (const auto& deed : started) {
    const auto requests = first_requests(deed.node, deed.time_ms);
    ASSERT_GE(requests.size(), 2U);
    EXPECT_EQ(requests[0], "init");
    EXPECT_EQ(requests[1], "topology");
  }
}

TEST_F(NemesisTest, ADeadNodeGetsNothingAndItsClientsTimeOut) {
  make_cluster(options_with({{Fault::kill, 3 * kSecond}}));
  go();
  std::map<std::size_t, std::int64_t> dead_since_ms;
  std::size_t next = 0;
  for (const test::Arrival& arrival : nodes_.arrivals) {
    for (; next < nodes_.done_to_nodes.size(); ++next) {
      const auto& deed = nodes_.done_to_nodes[next];
      if (deed.time_ms > arrival.time_ms) break;
      if (deed.what == "kill") dead_since_ms[deed.node] = deed.time_ms;
      if (deed.what == "start") dead_since_ms.erase(deed.node);
    }
    const auto dead = dead_since_ms.find(arrival.node);
    // In the same millisecond, it may have come before.
    EXPECT_TRUE(dead == dead_since_ms.end() || dead->second == arrival.time_ms) << arrival.message;
  }
  EXPECT_EQ(next, nodes_.done_to_nodes.size());
  EXPECT_FALSE(operations(OperationType::info).empty()) << "broadcasts to dead nodes";
  EXPECT_GT(network_->hit_by(Fault::kill), 0);
  const auto& kills = run_->nemesis().node_kills();
  EXPECT_EQ(std::accumulate(kills.begin(), kills.end(), std::int64_t{0}),
            static_cast<std::int64_t>(done("kill").size()));
}

TEST_F(NemesisTest, EveryNodeIsUpBeforeTheRecovery) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    make_cluster(options_with({{Fault::kill, 3 * kSecond}, {Fault::pause, 4 * kSecond}}, seed));
    end_ns_.reset();
    nodes_.done_to_nodes.clear();
    go();
    EXPECT_EQ(failure_, "");
    EXPECT_EQ(done("kill").size(), done("start").size());
    EXPECT_EQ(done("pause").size(), done("resume").size());
    const auto last = nodes_.done_to_nodes.back().time_ms;
    EXPECT_GE(first_final_read_ms() - last, 10'000);
    run_.reset();
    heap_ = EventHeap();
  }
}

TEST_F(NemesisTest, TheRecoveryWaitsForTheStartedNodes) {
  const RunOptions chosen = options_with({{Fault::kill, 100 * kSecond}});  // dead until the healing
  make_cluster(chosen);
  const auto gossip = special_;
  special_ = [&, gossip](std::int64_t now_ns, const test::Arrival& arrival) {
    const bool slow = run_->load_start_ns() && arrival.message.at("body").at("type") == "init";
    if (!slow) return gossip(now_ns, arrival);
    heap_.at(now_ns + 4 * kSecond, [this, arrival](std::int64_t later_ns) {
      reply(later_ns, arrival, nlohmann::json::object());
    });
    return true;
  };
  go();
  EXPECT_EQ(failure_, "");
  ASSERT_FALSE(done("start").empty());
  EXPECT_EQ(first_final_read_ms() - done("start").back().time_ms, 14'000);
}

TEST_F(NemesisTest, AStartedNodeThatDoesNotAnswerInitFailsTheRun) {
  make_cluster(options_with({{Fault::kill, 3 * kSecond}}));
  special_ = [&](std::int64_t, const test::Arrival& arrival) {
    return run_->load_start_ns() && arrival.message.at("body").at("type") == "init";
  };
  end_ns_.reset();
  run_->start(0);
  // Nodes that are killed again have another chance.
  while (!end_ns_ && heap_.next_due_ns()) heap_.run_due(*heap_.next_due_ns());
  EXPECT_NE(failure_.find("did not answer init"), std::string::npos) << failure_;
  ASSERT_TRUE(run_->failed_node());
  std::int64_t last_start_ms = 0;
  for (const auto& deed : done("start")) {
    if (deed.node == *run_->failed_node()) last_start_ms = deed.time_ms;
  }
  EXPECT_EQ(*end_ns_ / kNsPerMs, last_start_ms + 10'000);
}

TEST_F(NemesisTest, TheTimeForInitDoesNotRunWhileANodeIsPaused) {
  RunOptions chosen = options_with({{Fault::kill, 40 * kSecond}, {Fault::pause, 30 * kSecond}}, 3);
  chosen.time_limit_ns = 2000 * kSecond;
  chosen.rate_hz = 1;
  make_cluster(chosen);
  const auto gossip = special_;
  special_ = [&, gossip](std::int64_t now_ns, const test::Arrival& arrival) {
    const bool again = run_->load_start_ns() && arrival.message.at("body").at("type") == "init";
    if (!again) return gossip(now_ns, arrival);
    answer_when_calm(now_ns, arrival, now_ns);
    return true;
  };
  go();
  EXPECT_EQ(failure_, "");
  EXPECT_GT(longest_silence_ns_, 12 * kSecond) << "no node was paused for longer than the limit";
}

TEST_F(NemesisTest, PausedNodesKeepWhatTheyGet) {
  make_cluster(options_with({{Fault::pause, 2 * kSecond}}));
  go();
  EXPECT_EQ(failure_, "");
  EXPECT_GT(done("pause").size(), 5U);
  EXPECT_EQ(network_->lost(), 0);
  EXPECT_EQ(network_->server_messages().sent, network_->server_messages().received);
}

TEST_F(NemesisTest, APausedWorkerIsResumedAtTheNextDeed) {
  make_cluster(options_with({{Fault::pause_worker, kSecond}}));
  go();
  const auto paused = done("pause-worker");
  const auto resumed = done("resume-worker");
  ASSERT_GT(paused.size(), 10U);
  ASSERT_EQ(paused.size(), resumed.size());
  for (std::size_t i = 0; i < paused.size(); ++i) {
    EXPECT_EQ(paused[i].node, resumed[i].node);
    EXPECT_LE(paused[i].time_ms, resumed[i].time_ms);
  }
}

// What a fault with a probability hits, with and without its nemesis, in the same run.
class OnTheWire : public NemesisTest, public testing::WithParamInterface<Fault> {
 public:
  std::int64_t hits(bool in_turns) {
    NetworkOptions network;
    network.wire = {GetParam() == Fault::loss ? 0.2 : 0.0,
                    GetParam() == Fault::duplicate ? 0.2 : 0.0,
                    GetParam() == Fault::reorder ? 0.2 : 0.0};
    RunOptions chosen = options_with({});
    if (in_turns) chosen.nemesis.interval_ns = {{GetParam(), kSecond}};
    make_cluster(chosen, network);
    end_ns_.reset();
    go();
    const std::int64_t count = network_->hit_by(GetParam());
    run_.reset();
    heap_ = EventHeap();
    return count;
  }
};

TEST_P(OnTheWire, IsAlwaysOnOrInTurns) {
  const auto always = static_cast<double>(hits(false));
  const auto in_turns = static_cast<double>(hits(true));
  EXPECT_GT(always, 150);
  EXPECT_GT(in_turns, 0.25 * always);
  EXPECT_LT(in_turns, 0.75 * always);
}

INSTANTIATE_TEST_SUITE_P(All, OnTheWire,
                         testing::Values(Fault::loss, Fault::duplicate, Fault::reorder));

TEST_F(NemesisTest, TheHistorySaysWhatWasMeantAndWhatWasDone) {
  const RunOptions chosen = options_with({{Fault::kill, kSecond}});
  make_cluster(chosen);
  go();
  std::vector<Operation> deeds;
  for (const Operation& operation : run_->history().operations()) {
    if (!is_client(operation)) deeds.push_back(operation);
  }
  ASSERT_GE(deeds.size(), 4U);
  const nlohmann::json planned = schedule()[0].at("value");
  EXPECT_EQ(deeds[0].f, "kill");
  EXPECT_EQ(deeds[0].value, planned[0]);
  nlohmann::json killed = nlohmann::json::object();
  nlohmann::json started = nlohmann::json::object();
  for (const auto& node : planned[1]) {
    killed[node.get<std::string>()] = "killed";
    started[node.get<std::string>()] = "started";
  }
  EXPECT_EQ(deeds[1].f, "kill");
  EXPECT_EQ(deeds[1].value, killed);
  EXPECT_EQ(deeds[2].f, "start");
  EXPECT_EQ(deeds[3].value, started);
}

}  // namespace
}  // namespace hearsay::bench
