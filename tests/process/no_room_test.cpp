// No room: the disk is full, or a limit of file sizes or of memory is reached. What can't be kept
// is turned away with error 11, all else goes on, nothing acknowledged is lost, and when there is
// room again everything goes on.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/sanitized.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

// Runs the node behind a command of the shell that limits it.
NodeSetup limited(const std::string& command, std::vector<std::string> arguments = {}) {
  NodeSetup setup{
      "/bin/sh", {"-c", command + R"( && exec "$0" "$@")", built_program("hearsay-node").string()}};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return setup;
}

// Broadcasts values of this size, and tries the rest of a node's life between them.
class Filling {
 public:
  Filling(Conversation& talk, std::size_t value_bytes) : talk_(talk), filling_(value_bytes, 'x') {}

  // The answer's error code; -1: it was taken.
  std::int64_t broadcast() {
    const std::string value = std::to_string(next_id_) + filling_;
    talk_.say(request_line("c1", "n1", "broadcast", next_id_, {{"message", value}}));
    const auto answer = talk_.answer_to(next_id_++);
    if (type_of(answer) != "broadcast_ok") return error_code_of(answer);
    taken_.push_back(value);
    return -1;
  }
  void expect_everything_read() {
    talk_.say(request_line("c1", "n1", "read", next_id_));
    const auto answer = talk_.answer_to(next_id_++);
    EXPECT_TRUE(answer["body"]["messages"] == taken_) << answer.dump().substr(0, 300);
  }
  // Until so many in a row were turned away, with error 11 each; echoes and reads meanwhile.
  void fill_up(int turned_away = 5) {
    int in_a_row = 0;
    for (int count = 0; in_a_row < turned_away && count < 3000; ++count) {
      const std::int64_t code = broadcast();
      in_a_row = code == -1 ? 0 : in_a_row + 1;
      if (code == -1) continue;
      ASSERT_EQ(code, 11);
      EXPECT_TRUE(talk_.still_echoes());
    }
    ASSERT_EQ(in_a_row, turned_away) << "there is still room";
    expect_everything_read();
  }
  void expect_same_after_a_kill() {
    const pid_t worker = talk_.node().worker();
    send_signal(worker, SIGKILL);
    ASSERT_NE(talk_.node().worker(worker), -1);
    expect_everything_read();
  }
  std::size_t taken() const { return taken_.size(); }

 private:
  Conversation& talk_;
  std::string filling_;
  json taken_ = json::array();
  std::int64_t next_id_ = 100;
};

void lift_limits(NodeRunner& node) {
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  std::vector<pid_t> all = node.children();
  all.push_back(node.pid());
  for (const pid_t pid : all) {
    ::prlimit(pid, RLIMIT_FSIZE, &none, nullptr);
    ::prlimit(pid, RLIMIT_AS, &none, nullptr);
  }
}

std::string gossip_line(int value) {
  return R"({"src":"n2","dest":"n1","body":{"type":"gossip","messages":["g)" +
         std::to_string(value) + std::string(20'000, 'y') + R"("]}})";
}

class FileLimit : public testing::TestWithParam<std::size_t> {};

// In memory, so that it is the shared memory itself that may not grow: 1 MiB a file.
TEST_P(FileLimit, TurnsAwayWhatDoesNotFit) {
  Conversation talk(limited("ulimit -S -f 2048"), {"n1"});
  Filling filling(talk, GetParam());
  filling.fill_up();
  EXPECT_GT(filling.taken(), 2U);
  filling.expect_same_after_a_kill();
  EXPECT_EQ(filling.broadcast(), 11);
  talk.say(gossip_line(1));  // nobody to answer to
  EXPECT_TRUE(talk.still_echoes());
  lift_limits(talk.node());
  EXPECT_EQ(filling.broadcast(), -1);
  filling.expect_everything_read();
  talk.expect_end();
}

// Values in one record of the ring, and in several.
INSTANTIATE_TEST_SUITE_P(ValueBytes, FileLimit, testing::Values(20'000, 200'000));

// The strategies have much to do by themselves: timers, batches, tells, all of which go into the
// journal. Without room they wait, and the node neither spins nor falls silent.
class FullCluster : public testing::TestWithParam<const char*> {};

TEST_P(FullCluster, GossipsAgainWhenThereIsRoom) {
  Conversation talk(limited("ulimit -S -f 2048", {std::string("--gossip=") + GetParam()}));
  Filling filling(talk, 20'000);
  filling.fill_up();
  // Each costs a worker, and an answer that waits for too many of them is dropped as late.
  for (int value = 0; value < 20; ++value) {
    talk.say(gossip_line(value));
    if (!kSanitized && value % 4 != 3) continue;  // there each start takes long
    ASSERT_TRUE(talk.still_echoes()) << talk.node().stderr_text();
  }
  const std::size_t deaths = talk.node().count_events("worker_died");
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_LT(talk.node().count_events("worker_died"), deaths + 12) << "an attempt now and then";
  EXPECT_TRUE(talk.still_echoes());
  lift_limits(talk.node());
  const std::size_t heard = talk.heard().size();
  EXPECT_EQ(filling.broadcast(), -1);
  const auto to_peer = [&] {
    return std::any_of(talk.heard().begin() + static_cast<std::ptrdiff_t>(heard),
                       talk.heard().end(), [](const json& line) { return line["dest"] == "n2"; });
  };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!to_peer() && std::chrono::steady_clock::now() < deadline) {
    EXPECT_TRUE(talk.still_echoes());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(to_peer()) << talk.node().stderr_text().substr(0, 6000);
  filling.expect_everything_read();
  talk.expect_end();
}

INSTANTIATE_TEST_SUITE_P(Strategies, FullCluster,
                         testing::Values("relay", "epidemic", "push", "flood"),
                         [](const auto& tested) { return std::string(tested.param); });

// A journal full of what no longer matters is room.
TEST(NoRoom, AJournalOfOldChangesIsCompacted) {
  Conversation talk(limited("ulimit -S -f 2048"), {"n1"});
  for (std::int64_t id = 10; id < 80; ++id) {
    // Each leaves a part in the journal: 32 KB that matter no more.
    talk.say(echo_line(id, std::string(60'000, 'x')));
    EXPECT_EQ(type_of(talk.answer_to(id)), "echo_ok") << id;
  }
  EXPECT_GT(talk.node().count_events("worker_died"), 0U) << "there was room for all of it";
  talk.expect_end();
}

TEST(NoRoom, MemoryThatIsUsedUp) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes terabytes of address space";
  Conversation talk(limited("ulimit -S -v 48000"), {"n1"});
  Filling filling(talk, 400'000);
  filling.fill_up();
  filling.expect_same_after_a_kill();
  lift_limits(talk.node());
  EXPECT_EQ(filling.broadcast(), -1);
  filling.expect_everything_read();
  talk.expect_end();
}

// The supervisor too lives on little: it turns the line away.
class LongLine : public testing::TestWithParam<std::size_t> {};

TEST_P(LongLine, IsTurnedAwayAndTheNodeGoesOn) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes terabytes of address space";
  const TemporaryFolder folder;
  for (const bool on_disk : {false, true}) {
    std::vector<std::string> arguments;
    if (on_disk) arguments.push_back("--state-dir=" + folder.path().string());
    Conversation talk(limited("ulimit -S -v 40000", arguments), {"n1"});
    for (std::int64_t id = 5; id < 8; ++id) {
      talk.say(R"({"src":"c1","dest":"n1","body":{"type":"echo","msg_id":)" + std::to_string(id) +
               R"(,"echo":")" + std::string(GetParam(), 'x') + R"("}})");
      EXPECT_EQ(error_code_of(talk.answer_to(id)), 11) << talk.node().stderr_text();
      EXPECT_TRUE(talk.still_echoes());
    }
    talk.expect_end();
  }
}

INSTANTIATE_TEST_SUITE_P(Bytes, LongLine, testing::Values(10'000'000, 15'000'000, 20'000'000));

// Too little even for an attempt: a bounded number of them, then words.
TEST(NoRoom, TooLittleForAnythingEndsTheNodeWithWords) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes terabytes of address space";
  Conversation talk({}, {"n1"});
  Filling filling(talk, 400'000);
  for (int count = 0; count < 20; ++count) ASSERT_EQ(filling.broadcast(), -1);
  const pid_t worker = talk.node().worker();
  const rlimit little{14'000'000, RLIM_INFINITY};  // for the start, not for the values
  ASSERT_EQ(::prlimit(talk.node().pid(), RLIMIT_AS, &little, nullptr), 0);
  send_signal(worker, SIGKILL);
  EXPECT_EQ(talk.node().exit_code(), 1);
  const std::string said = talk.node().stderr_text();
  EXPECT_NE(said.find("times without getting anything done"), std::string::npos)
      << said.substr(0, 3000);
  EXPECT_NE(said.find("no room: disk or memory is full"), std::string::npos);
}

int shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A small file system that the node alone sees.
class SmallDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (shell("unshare -m mount -t tmpfs -o size=700k none " + path() + " 2>/dev/null") != 0) {
      GTEST_SKIP() << "no file system can be mounted here";
    }
  }
  std::string path() const { return folder_.path().string(); }
  std::string mount(const std::string& size) const {
    return "mount -t tmpfs -o size=" + size + " none " + path();
  }
  // The shell's `exec` keeps the process, so that the runner sees the node itself.
  NodeSetup on_disk(const std::string& size) const {
    NodeSetup setup{"/usr/bin/unshare",
                    {"-m", "/bin/sh", "-c", mount(size) + R"( && exec "$0" "$@")",
                     built_program("hearsay-node").string(), "--state-dir=" + path()}};
    return setup;
  }

  TemporaryFolder folder_;
};

TEST_F(SmallDisk, TurnsAwayWhatDoesNotFitAndGoesOnWhenItGrows) {
  Conversation talk(on_disk("700k"), {"n1"});
  Filling filling(talk, 2'000);
  filling.fill_up();
  EXPECT_GT(filling.taken(), 20U);
  filling.expect_same_after_a_kill();
  ASSERT_EQ(shell("nsenter -m -t " + std::to_string(talk.node().pid()) +
                  " mount -o remount,size=2m " + path()),
            0);
  EXPECT_EQ(filling.broadcast(), -1);
  filling.expect_everything_read();
  talk.expect_end();
}

TEST_F(SmallDisk, ThatIsTooSmallToStartIsNamed) {
  for (const char* size : {"16k", "300k", "560k", "640k"}) {
    NodeRunner node(on_disk(size));
    node.send_line(init_line("n1", {"n1"}));
    EXPECT_EQ(node.exit_code(), 1) << size;
    const std::string said = node.stderr_text();
    EXPECT_NE(said.find("hearsay-node: " + path()), std::string::npos) << said;
    EXPECT_NE(said.find("No space left on device"), std::string::npos) << said;
  }
}

TEST_F(SmallDisk, NoProcIsNamed) {
  NodeRunner node({"/usr/bin/unshare",
                   {"-m", "/bin/sh", "-c", R"(mount -t tmpfs none /proc && exec "$0" "$@")",
                    built_program("hearsay-node").string()}});
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(node.exit_code(), 1);
  EXPECT_NE(node.stderr_text().find("hearsay-node: /proc is not there"), std::string::npos)
      << node.stderr_text();
}

// Nobody sees it coming: not the supervisor, which maps the segment, and not the worker.
TEST_F(SmallDisk, FilledByOthersWhileTheNodeRuns) {
  Conversation talk(on_disk("2m"), {"n1"});
  Filling filling(talk, 2'000);
  EXPECT_EQ(filling.broadcast(), -1);
  shell("nsenter -m -t " + std::to_string(talk.node().pid()) + " sh -c 'cat /dev/zero > " + path() +
        "/others' 2>/dev/null");
  filling.fill_up();
  filling.expect_same_after_a_kill();
  ASSERT_EQ(
      shell("nsenter -m -t " + std::to_string(talk.node().pid()) + " rm " + path() + "/others"), 0);
  EXPECT_EQ(filling.broadcast(), -1);
  filling.expect_everything_read();
  talk.expect_end();
}

}  // namespace
}  // namespace hearsay::test
