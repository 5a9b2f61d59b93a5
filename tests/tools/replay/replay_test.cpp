// Recordings of real and simulated nodes run again: the same, or where they differ.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/protocol/link.h"
#include "common/recording/reader.h"
#include "tests/support/conversation.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/messages.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/replay/rewritten.h"
#include "tools/replay/cluster.h"
#include "tools/replay/player.h"
#include "tools/replay/verdict.h"
#include "tools/sim/options.h"
#include "tools/sim/scenario.h"
#include "tools/sim/simulation.h"

namespace hearsay::replay {
namespace {

namespace fs = std::filesystem;
using test::as_it_is;
using test::Conversation;
using test::request_line;
using test::rewrite;

// The whole of it, replayed. Its verdict tells what differs.
std::string replayed(const std::string& path) {
  Player player(path);
  while (player.look() != nullptr) player.run();
  return player.is_same() ? "same" : describe_verdict(player, path);
}

test::NodeSetup recorded_in(const test::TemporaryFolder& folder,
                            std::vector<std::string> more = {}) {
  more.push_back("--record=" + folder.path().string());
  return {.arguments = std::move(more)};
}

std::string recording_of(const test::TemporaryFolder& folder) {
  return folder / "n1.recording";
}

std::string echo(std::int64_t id, const std::string& text) {
  return request_line("c1", "n1", "echo", id, {{"echo", text}});
}

void talk_a_little(const test::TemporaryFolder& folder) {
  Conversation talk(recorded_in(folder));
  for (std::int64_t id = 1; id <= 20; ++id) {
    talk.say(request_line("c1", "n1", "broadcast", id, {{"message", id}}));
  }
  talk.say(request_line("c1", "n1", "read", 21));
  EXPECT_EQ(talk.answer_to(21)["body"]["messages"].size(), 20U);
  talk.expect_good_end();
}

TEST(Replay, ANodeThatCameToItsEndIsTheSame) {
  const test::TemporaryFolder folder;
  talk_a_little(folder);
  EXPECT_EQ(replayed(recording_of(folder)), "same");
}

// What anybody has seen stands in the recording, whenever the supervisor is killed.
TEST(Replay, AKilledSupervisorLosesNothingThatWasSeen) {
  const test::TemporaryFolder folder;
  std::size_t heard = 0;
  {
    Conversation talk(recorded_in(folder));
    for (std::int64_t id = 1; id <= 200; ++id) talk.say(echo(id, "x"));
    talk.answer_to(200);
    heard = talk.heard().size();
    talk.node().signal(SIGKILL);
    talk.node().wait();
  }
  Player player(recording_of(folder));
  while (player.look() != nullptr) player.run();
  EXPECT_TRUE(player.is_same());
  EXPECT_GE(player.history().outputs, heard);
  EXPECT_FALSE(player.history().ended);
}

// Journals that are written anew, and workers that go on from them.
TEST(Replay, CompactedJournalsAndKilledWorkersAreTheSame) {
  const test::TemporaryFolder folder;
  {
    Conversation talk(recorded_in(folder, {"--trace-level=debug"}));
    std::int64_t id = 1;
    for (int worker = 0; worker < 3; ++worker) {
      // Parts of long messages stand in the journal until they are done with.
      for (int i = 0; i < 6; ++i, ++id) {
        talk.say(request_line("c1", "n1", "broadcast", 2 * id, {{"message", id}}));
        talk.say(echo(2 * id + 1, std::string(300'000, 'x')));
        ASSERT_FALSE(talk.answer_to(2 * id + 1).is_null());
      }
      const pid_t before = talk.node().worker();
      test::send_signal(before, SIGKILL);
      ASSERT_GT(talk.node().worker(before), 0);
      ASSERT_TRUE(talk.still_echoes());
    }
    EXPECT_GT(talk.node().count_events("journal_compacted"), 0U);
    talk.expect_end();
  }
  EXPECT_EQ(replayed(recording_of(folder)), "same");
  const History history = read_history(recording_of(folder));
  EXPECT_TRUE(std::any_of(history.lives.begin(), history.lives.end(),
                          [](const Life& life) { return life.compacted_at.has_value(); }));
}

bool is_shared(const recording::OutputSum& sum) {
  return sum.header.kind == static_cast<std::uint16_t>(protocol::OutputKind::shared);
}

// What answers share is on the shelf, which is gone with the node: a recording has the sums of it.
TEST(Replay, AnotherTextThatAnswersShareIsADifference) {
  const test::TemporaryFolder folder;
  const std::string value(70'000, 'v');
  {
    Conversation talk(recorded_in(folder));
    for (std::int64_t id = 1; id <= 3; ++id) {
      talk.say(
          request_line("c1", "n1", "broadcast", id, {{"message", value + std::to_string(id)}}));
    }
    for (std::int64_t id = 11; id <= 12; ++id) {
      talk.say(request_line("c1", "n1", "read", id));
      EXPECT_EQ(talk.answer_to(id)["body"]["messages"].size(), 3U);
    }
    talk.expect_good_end();
  }
  EXPECT_EQ(replayed(recording_of(folder)), "same");
  EXPECT_LT(fs::file_size(recording_of(folder)), 4 * value.size()) << "the values, no answers";
  int shared = 0;
  const std::string changed = rewrite(
      recording_of(folder), [&shared](const recording::Entry& entry) -> std::optional<std::string> {
        if (entry.kind != recording::RecordKind::output) return as_it_is(entry);
        auto sum = test::sum_in(entry.payload);
        if (is_shared(sum) && ++shared == 2) ++sum.check;
        return std::string(bytes_of(sum));
      });
  EXPECT_EQ(shared, 2) << "one in each answer";
  const std::string verdict = replayed(changed);
  EXPECT_NE(verdict.find(": read c1:12\n"), std::string::npos) << verdict;
}

TEST(Replay, ANodeStartedAgainFromItsStateGoesOnInARecordingOfItsOwn) {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder state;
  for (int life = 0; life < 2; ++life) {
    Conversation talk(recorded_in(folder, {"--state-dir=" + state.path().string()}));
    talk.say(request_line("c1", "n1", "broadcast", 7, {{"message", life}}));
    talk.answer_to(7);
    talk.node().signal(SIGKILL);
    talk.node().wait();
  }
  EXPECT_EQ(replayed(recording_of(folder)), "same");
  EXPECT_EQ(replayed(folder / "n1-2.recording"), "same");
  EXPECT_GT(read_history(folder / "n1-2.recording").begin.fixed.journal_bytes, 0U);
}

TEST(Replay, TheNodeGoesOnWhenTheRecordingIsAtItsLimit) {
  const test::TemporaryFolder folder;
  {
    Conversation talk(recorded_in(folder, {"--record-limit-mib=1"}));
    for (std::int64_t id = 1; id <= 30; ++id) talk.say(echo(id, std::string(100'000, 'x')));
    EXPECT_FALSE(talk.answer_to(30).is_null());
    talk.expect_good_end();
    EXPECT_EQ(talk.node().count_events("recording_stopped"), 1U);
  }
  EXPECT_LE(fs::file_size(recording_of(folder)), std::uintmax_t{1} << 20);
  EXPECT_EQ(replayed(recording_of(folder)), "same");
  EXPECT_NE(read_history(recording_of(folder)).stopped, "");
}

TEST(Replay, ARecordingThatSomebodyRemovesOrCutsIsToldOf) {
  for (const bool removes : {true, false}) {
    const test::TemporaryFolder folder;
    Conversation talk(recorded_in(folder));
    talk.say(echo(1, "a"));
    EXPECT_FALSE(talk.answer_to(1).is_null());
    if (removes) {
      fs::remove(recording_of(folder));
    } else {
      fs::resize_file(recording_of(folder), 0);
    }
    talk.say(echo(2, "b"));
    EXPECT_FALSE(talk.answer_to(2).is_null());
    talk.expect_good_end();
    EXPECT_EQ(talk.node().count_events("recording_stopped"), 1U) << removes;
    EXPECT_NE(talk.node().stderr_text().find(removes ? "removed the file" : "cut the file"),
              std::string::npos)
        << talk.node().stderr_text();
  }
}

TEST(Replay, TheNodeGoesOnWhenTheDiskTakesNoMore) {
  const test::TemporaryFolder folder;
  {
    const test::FileSizeLimit limit(1'000'000);
    Conversation talk(recorded_in(folder));
    for (std::int64_t id = 1; id <= 10; ++id) talk.say(echo(id, std::string(100'000, 'x')));
    EXPECT_FALSE(talk.answer_to(10).is_null());
    talk.expect_good_end();
    EXPECT_EQ(talk.node().count_events("recording_stopped"), 1U);
  }
  EXPECT_EQ(replayed(recording_of(folder)), "same");
}

// A start that failed is no worker's life.
TEST(Replay, AWorkerThatCouldNotBeStartedAtFirstIsTheSame) {
  const test::TemporaryFolder folder;
  const fs::path worker = folder / "worker";
  test::NodeRunner node(
      {.arguments = {"--worker=" + worker.string(), "--record=" + folder.path().string()}});
  ASSERT_TRUE(node.send_line(test::init_line("n1", {"n1"})));
  for (int i = 0; i < 10'000 && node.count_events("worker_not_started") < 2; ++i) ::usleep(1000);
  fs::create_symlink(test::built_program("hearsay-worker"), worker);
  EXPECT_EQ(test::type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
  EXPECT_EQ(replayed(recording_of(folder)), "same");
  EXPECT_EQ(read_history(recording_of(folder)).lives.size(), 1U);
}

TEST(Replay, APlaceThatCanNotBeIsRefusedAtTheStart) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  for (const std::string& path :
       {std::string("relative"), std::string("/proc/nowhere"), (folder / "file").string()}) {
    test::NodeRunner node({.arguments = {"--record=" + path}});
    EXPECT_EQ(node.exit_code(), 2) << path;
    EXPECT_NE(node.stderr_text().find("--record"), std::string::npos) << path;
  }
}

TEST(Replay, WithoutRoomForItsBeginningNoRecordingIsLeft) {
  const test::TemporaryFolder folder;
  const std::string on_a_full_disk =
      "mount -t tmpfs -o size=4k none " + folder.path().string() + " && cd " +
      folder.path().string() + R"( && echo full > file && { "$0" --record="$PWD"; echo "$?" *; })";
  test::NodeRunner node(
      {.program = "/usr/bin/unshare",
       .arguments = {"-m", "/bin/sh", "-c", on_a_full_disk, test::built_program("hearsay-node")}});
  ASSERT_TRUE(node.send_line(test::init_line("n1", {"n1"})));
  const auto said = node.read_line();
  if (!said) GTEST_SKIP() << "nothing can be mounted here: " << node.stderr_text();
  EXPECT_EQ(*said, "2 file") << node.stderr_text();
}

// In what talk_a_little() says: by far the longest line.
bool is_read_ok(const recording::OutputSum& sum) {
  return sum.header.length > 120 && sum.header.length < 1000 &&
         (sum.header.flags & protocol::kToClient) != 0;
}

TEST(Replay, AnotherAnswerIsADifferenceAtItsInput) {
  const test::TemporaryFolder folder;
  talk_a_little(folder);
  const std::string changed = rewrite(
      recording_of(folder),
      [](const recording::Entry& entry) -> std::optional<std::string> {
        if (entry.kind != recording::RecordKind::output) return as_it_is(entry);
        auto sum = test::sum_in(entry.payload);
        if (is_read_ok(sum)) ++sum.check;
        return std::string(bytes_of(sum));
      },
      "0.1");
  const std::string verdict = replayed(changed);
  EXPECT_TRUE(verdict.starts_with("n1 differs at input ")) << verdict;
  EXPECT_NE(verdict.find(": read c1:21\n"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("recorded: a line, "), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("[1,2,3,"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("Recorded by hearsay 0.1"), std::string::npos) << verdict;
}

TEST(Replay, AnAnswerMoreOrLessIsADifference) {
  const test::TemporaryFolder folder;
  talk_a_little(folder);
  const std::string less = rewrite(
      recording_of(folder), [](const recording::Entry& entry) -> std::optional<std::string> {
        const bool is_it =
            entry.kind == recording::RecordKind::output && is_read_ok(test::sum_in(entry.payload));
        return is_it ? std::nullopt : as_it_is(entry);
      });
  EXPECT_NE(replayed(less).find(": read c1:21"), std::string::npos) << replayed(less);
  const std::string without_it = rewrite(
      recording_of(folder), [](const recording::Entry& entry) -> std::optional<std::string> {
        const bool is_it = entry.kind == recording::RecordKind::input &&
                           entry.payload.find("read") != std::string_view::npos;
        return is_it ? std::nullopt : as_it_is(entry);
      });
  EXPECT_NE(replayed(without_it), "same") << "an input is missing";
}

TEST(Replay, AnotherJournalIsADifferenceAtTheEndOfItsWorker) {
  const test::TemporaryFolder folder;
  talk_a_little(folder);
  const std::string changed = rewrite(
      recording_of(folder), [](const recording::Entry& entry) -> std::optional<std::string> {
        if (entry.kind != recording::RecordKind::ended) return as_it_is(entry);
        recording::WorkerMark mark = mark_of(entry);
        mark.journal_check ^= 1;
        return std::string(bytes_of(mark));
      });
  EXPECT_NE(replayed(changed).find("the end of worker 1"), std::string::npos) << replayed(changed);
}

// Turned away without room: the next worker skips that input if its mark says so.
TEST(Replay, WhatWasTurnedAwayIsTurnedAwayAgain) {
  const test::TemporaryFolder folder;
  talk_a_little(folder);
  const std::string changed = rewrite(
      recording_of(folder), [](const recording::Entry& entry) -> std::optional<std::string> {
        const bool is_mark = entry.kind == recording::RecordKind::worker_started ||
                             entry.kind == recording::RecordKind::ended;
        if (!is_mark) return as_it_is(entry);
        recording::WorkerMark mark = mark_of(entry);
        mark.no_room_position = mark.turned_away = 32;  // of the init
        return std::string(bytes_of(mark));
      });
  const std::string verdict = replayed(changed);
  EXPECT_NE(verdict.find("no room for it"), std::string::npos) << verdict;
}

// Whole clusters in virtual time, with all the faults that a swarm draws.
TEST(ReplaySwarm, AllNodesOfAnySeedAreTheSame) {
  constexpr std::uint64_t kSeeds = 50;
  std::uint64_t deaths = 0;
  std::uint64_t inputs = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const test::TemporaryFolder folder;
    sim::SimOptions scenario = sim::draw_scenario(seed);
    scenario.test.time_limit_s = std::min(scenario.test.time_limit_s, 2.0);
    scenario.test.recovery_s = std::min(scenario.test.recovery_s, 1.0);
    resolve(scenario.test);
    sim::ClusterOptions cluster = make_cluster_options(scenario);
    cluster.record_folder = folder.path();
    {
      sim::Simulation simulation(scenario.test, cluster);
      simulation.run();
    }
    for (const fs::path& path : find_recordings(folder.path())) {
      ASSERT_EQ(replayed(path), "same") << "seed " << seed << ", " << path;
      const History history = read_history(path);
      deaths += history.lives.size() - 1;
      inputs += history.inputs;
    }
  }
  EXPECT_GT(deaths, kSeeds);
  EXPECT_GT(inputs, 500 * kSeeds);
}

}  // namespace
}  // namespace hearsay::replay
