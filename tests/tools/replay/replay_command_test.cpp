// `hearsay replay` as people use it, and 50 real runs with faults of all kinds.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class ReplayCommand : public CommandTest {
 protected:
  std::string store_at(const std::string& name) const { return (store_ / name).string(); }
  // A short run; its folder is NAME/latest. Whether it came to a verdict: which one is no matter
  // here.
  bool record(const std::string& name, const std::string& options,
              const std::string& node_options = "") const {
    const Finished run =
        run_shell(std::string(HEARSAY_COMMAND) + " test --record --no-page --store " +
                  store_at(name) + " " + options + " -- --trace-level debug " + node_options);
    return run.exit_code >= 0 && run.exit_code <= 2;
  }
  Finished replay(const std::string& arguments) const {
    return run_shell(std::string(HEARSAY_COMMAND) + " replay " + arguments);
  }
};

constexpr const char* kShort =
    "-w broadcast --node-count 3 --time-limit 0.4 --recovery 0.3 --rate 100 ";

// Which faults a run has. `%` stands for a folder of its own.
struct Kind {
  const char* options;
  const char* node_options;
};
constexpr std::array kKinds{
    Kind{"-w broadcast --nemesis partition --nemesis-interval 0.1", "--chaos-kill-ms 40"},
    Kind{"-w broadcast --nemesis kill --nemesis-interval 0.2", "--state-dir % --chaos-kill-ms 60"},
    Kind{"-w broadcast --nemesis kill-worker,loss --nemesis-interval 0.1", "--gossip epidemic"},
    Kind{"-w broadcast --nemesis duplicate,reorder", "--gossip push --chaos-kill-ms 50"},
    Kind{"-w unique-ids --nemesis kill-worker --nemesis-interval 0.1", "--chaos-kill-ms 50"},
};

// The result of run number `i`, recorded and replayed: empty, or what is wrong.
std::string try_run(const fs::path& store, int i) {
  const Kind& kind = kKinds[static_cast<std::size_t>(i) % kKinds.size()];
  const std::string own = (store / std::to_string(i)).string();
  std::string node_options = kind.node_options;
  if (const auto at = node_options.find('%'); at != std::string::npos) {
    node_options.replace(at, 1, own + "/state");
  }
  const Finished run = run_shell(std::string(HEARSAY_COMMAND) + " test " + kind.options +
                                 " --record --no-page --node-count 3 --rate 100 --time-limit 0.5 "
                                 "--recovery 0.2 --seed " +
                                 std::to_string(i) + " --store " + own + " -- " + node_options +
                                 " --chaos-seed " + std::to_string(i));
  if (run.exit_code > 2) return "the run: " + run.output;
  const Finished replay = run_shell(std::string(HEARSAY_COMMAND) + " replay " + own + "/latest");
  if (replay.exit_code != 0) return std::string(kind.options) + ": " + replay.output;
  const bool is_whole = replay.output.find("all of them sent") != std::string::npos;
  return is_whole ? "" : "not all was compared: " + replay.output;
}

// Side by side: most of a run's time is waiting.
TEST_F(ReplayCommand, FiftyRealRunsAreTheSame) {
  constexpr int kRuns = 50;
  constexpr int kSideBySide = 10;
  std::atomic<int> next = 0;
  std::vector<std::string> problems(kRuns);
  std::vector<std::thread> threads;
  threads.reserve(kSideBySide);
  for (int i = 0; i < kSideBySide; ++i) {
    threads.emplace_back([&] {
      for (int run = next++; run < kRuns; run = next++) {
        problems[static_cast<std::size_t>(run)] = try_run(store_, run);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kRuns; ++i) EXPECT_EQ(problems[static_cast<std::size_t>(i)], "") << i;
}

TEST_F(ReplayCommand, ANodeThatWasKilledBeforeItGotAnythingIsNoDamage) {
  ASSERT_TRUE(record("a", kShort));
  std::ofstream(store_at("a") + "/latest/recordings/n0-2.recording").flush();
  const Finished finished = replay(store_at("a") + "/latest");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("n0-2.recording is empty: its node got no message"),
            std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("all of them sent"), std::string::npos) << finished.output;
}

TEST_F(ReplayCommand, StopsPrintsAndSteps) {
  ASSERT_TRUE(record("a", kShort));
  const std::string n0 = store_at("a") + "/latest/recordings/n0.recording";
  const Finished to = replay(n0 + " --to 1 --print outputs,state");
  EXPECT_EQ(to.exit_code, 0) << to.output;
  EXPECT_NE(to.output.find("input 1 at @"), std::string::npos) << to.output;
  EXPECT_NE(to.output.find("init_ok"), std::string::npos) << to.output;
  EXPECT_NE(to.output.find("node kind 1"), std::string::npos) << to.output;
  const Finished stops = replay(n0 + " --break type=broadcast --break type=init,input=1");
  EXPECT_NE(stops.output.find("input 1 at"), std::string::npos) << stops.output;
  EXPECT_NE(stops.output.find(": broadcast c"), std::string::npos) << stops.output;
  EXPECT_EQ(stops.output.find("timer"), std::string::npos) << stops.output;
  const Finished steps = run_shell(R"(printf 'n\nn\nstate\nq\n' | )" +
                                   std::string(HEARSAY_COMMAND) + " replay " + n0 + " --step");
  EXPECT_EQ(steps.exit_code, 0) << steps.output;
  EXPECT_NE(steps.output.find("init_ok"), std::string::npos) << steps.output;
  EXPECT_NE(steps.output.find("input 2 at"), std::string::npos) << steps.output;
  EXPECT_EQ(steps.output.find("input 3 at"), std::string::npos) << steps.output;
  EXPECT_NE(steps.output.find("stopped before input 2, as asked"), std::string::npos)
      << steps.output;
  EXPECT_EQ(replay(n0 + " --to 1000000").exit_code, 2);
  const Finished stranger = replay(n0 + " --worker 99");
  EXPECT_EQ(stranger.exit_code, 2) << stranger.output;
  EXPECT_NE(stranger.output.find("has no worker 99; it has only 1"), std::string::npos)
      << stranger.output;
  const Finished last = replay(n0 + " --worker 1");
  EXPECT_NE(last.output.find("worker 1 of " + n0 + " has no end there"), std::string::npos)
      << last.output;
  const Finished through = replay(n0 + " --break type=nonsense");
  EXPECT_EQ(through.exit_code, 2) << through.output;
  EXPECT_NE(through.output.find("the same, byte for byte"), std::string::npos) << through.output;
  EXPECT_NE(through.output.find("no input of " + n0 + " fits --break type=nonsense"),
            std::string::npos)
      << through.output;
  const Finished full = run_shell("(" + std::string(HEARSAY_COMMAND) + " replay " + n0 +
                                  " --print inputs > /dev/full)");
  EXPECT_EQ(full.exit_code, 255);
  EXPECT_NE(full.output.find("stdout takes no results"), std::string::npos) << full.output;
  EXPECT_EQ(replay(n0 + " --to here").exit_code, 254);
  EXPECT_EQ(replay(n0 + " --gdb").exit_code, 254);
  EXPECT_EQ(replay(store_at("a") + "/latest --to 1").exit_code, 254);
}

TEST_F(ReplayCommand, TracesNameTheCommandThatStopsThere) {
  ASSERT_TRUE(record("a", std::string(kShort) + "--nemesis kill-worker --nemesis-interval 0.1"));
  std::filesystem::rename(store_at("a"), store_at("mein ö"));  // its words go through a shell
  const std::string run = "'" + store_at("mein ö") + "/latest'";
  const std::string hearsay = HEARSAY_COMMAND;
  const auto trace_of = [&](const std::string& what) {
    return run_shell(hearsay + " trace " + what + " " + run);
  };
  for (const char* what : {"crash 1", "message c1:1"}) {
    const Finished trace = trace_of(what);
    const auto at = trace.output.find("hearsay replay ");
    ASSERT_NE(at, std::string::npos) << trace.output;
    std::string command = trace.output.substr(at, trace.output.find('\n', at) - at);
    ASSERT_TRUE(command.ends_with(" --gdb")) << command;
    command.resize(command.size() - 6);
    command.replace(0, 7, hearsay);
    const Finished replayed = run_shell(command);
    EXPECT_EQ(replayed.exit_code, 0) << command << replayed.output;
    const bool stops = replayed.output.find("c1:1") != std::string::npos ||
                       replayed.output.find("worker ") != std::string::npos;
    EXPECT_TRUE(stops) << command << replayed.output;
  }
}

TEST_F(ReplayCommand, WhatIsNoRecordingIsNamed) {
  const std::string path = store_at("x.recording");
  EXPECT_EQ(replay(path).exit_code, 2);
  std::ofstream(path) << "";
  EXPECT_NE(replay(path).output.find("is empty"), std::string::npos);
  EXPECT_EQ(replay(path).exit_code, 2);
  const Finished folder = replay(store_.string());
  EXPECT_EQ(folder.exit_code, 2) << folder.output;
}

TEST_F(ReplayCommand, ACutOffRecordingOfARunIsReplayedAsFarAsItGoes) {
  ASSERT_TRUE(record("a", kShort));
  const fs::path n0 = store_ / "a" / "latest" / "recordings" / "n0.recording";
  fs::resize_file(n0, fs::file_size(n0) / 2 + 3);
  const Finished cut = replay(n0.string());
  EXPECT_EQ(cut.exit_code, 2) << cut.output;
  EXPECT_NE(cut.output.find("the same, byte for byte"), std::string::npos) << cut.output;
  EXPECT_NE(cut.output.find("is cut off"), std::string::npos) << cut.output;
}

TEST_F(ReplayCommand, OfARunWhatCanBeReadIsReplayed) {
  ASSERT_TRUE(record("a", kShort));
  const fs::path folder = store_ / "a" / "latest" / "recordings";
  fs::resize_file(folder / "n1.recording", 0);
  const Finished run = replay((store_ / "a" / "latest").string());
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_NE(run.output.find("n1.recording is empty"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("n0: "), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("n2: "), std::string::npos) << run.output;
}

// A node that goes on from a state directory records the journal that it finds there first.
TEST_F(ReplayCommand, ARecordingThatIsCutOffInItsJournalIsNamed) {
  const std::string state = " --state-dir " + store_at("state");
  const std::string requests =
      R"(for i in 1 2 3; do printf '{"src":"c1","dest":"n1","body":%s}\n' )"
      R"('{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}' )"
      R"("{\"type\":\"broadcast\",\"msg_id\":$i,\"message\":\"$(printf '%0200000d' $i)\"}"; done | )";
  const std::string node = std::string(HEARSAY_NODE) + state;
  run_shell(requests + node);
  run_shell(requests + node + " --record " + store_at("rec"));
  const fs::path path = store_ / "rec" / "n1.recording";
  ASSERT_GT(fs::file_size(path), 600'000U);
  fs::resize_file(path, 100'000);
  const Finished cut = replay(path.string());
  EXPECT_EQ(cut.exit_code, 2) << cut.output;
  EXPECT_NE(cut.output.find("n1.recording lacks the journal of"), std::string::npos) << cut.output;
}

// One node's messages changed: who got what nobody sent.
TEST_F(ReplayCommand, AMessageThatNobodySentIsNamed) {
  ASSERT_TRUE(record("a", kShort));
  const fs::path folder = store_ / "a" / "latest" / "recordings";
  fs::remove(folder / "network.jsonl");
  fs::copy_file(folder / "n1.recording", store_ / "n1.recording");
  ASSERT_TRUE(record("b", kShort));
  fs::remove(folder / "n1.recording");
  fs::copy_file(store_ / "b" / "latest" / "recordings" / "n1.recording", folder / "n1.recording");
  const Finished mixed = replay((store_ / "a" / "latest").string());
  EXPECT_EQ(mixed.exit_code, 1) << mixed.output;
  EXPECT_NE(mixed.output.find("got what no recorded node has sent"), std::string::npos)
      << mixed.output;
}

// The bench was killed, and with it what it had not written yet.
TEST_F(ReplayCommand, WhatTheNetworkDeliveredMayBeCutOff) {
  ASSERT_TRUE(record("a", kShort));
  const fs::path order = store_ / "a" / "latest" / "recordings" / "network.jsonl";
  const std::uintmax_t size = fs::file_size(order);
  for (const std::uintmax_t left : {size / 2, std::uintmax_t{0}}) {
    fs::resize_file(order, left);
    const Finished cut = replay((store_ / "a" / "latest").string());
    EXPECT_EQ(cut.exit_code, 2) << left << cut.output;
    EXPECT_NE(cut.output.find("network.jsonl is cut off: in which order"), std::string::npos)
        << left << cut.output;
  }
}

TEST_F(ReplayCommand, WhatTheNetworkDeliveredMayHoldALineThatIsNone) {
  ASSERT_TRUE(record("a", kShort));
  const fs::path order = store_ / "a" / "latest" / "recordings" / "network.jsonl";
  std::string text;
  {
    std::ifstream file(order);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::size_t second = text.find('\n') + 1;
  text.replace(second, text.find('\n', second) - second, "no line");
  std::ofstream(order) << text;
  const Finished damaged = replay((store_ / "a" / "latest").string());
  EXPECT_EQ(damaged.exit_code, 2) << damaged.output;
  EXPECT_NE(damaged.output.find("Line 2 of network.jsonl is none of its lines: in which order"),
            std::string::npos)
      << damaged.output;
}

TEST_F(ReplayCommand, AnotherProgramIsNotRecorded) {
  const Finished other = run("direct.py", "-w echo --record");
  EXPECT_EQ(other.exit_code, 254) << other.output;
}

}  // namespace
}  // namespace hearsay::test
