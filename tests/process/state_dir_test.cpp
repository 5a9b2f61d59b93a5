// --state-dir: the whole node, supervisor and worker, is killed and started again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "common/shm/journal.h"
#include "common/shm/segment.h"
#include "tests/process/kept_node.h"
#include "tests/process/shared_memory.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

TEST(StateDir, WhatWasAcknowledgedOutlivesTheWholeNode) {
  const TemporaryFolder folder;
  nlohmann::json expected = nlohmann::json::array();
  std::set<std::string> ids;
  constexpr int kLives = 5;
  for (int life = 0; life < kLives; ++life) {
    Conversation talk(kept_in(folder));
    EXPECT_EQ(values_of(talk, 10), expected);
    talk.say(broadcast_line(11, life));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    expected.push_back(life);
    talk.say(request_line("c1", "n1", "generate", 12));
    ids.insert(talk.answer_to(12)["body"]["id"].get<std::string>());
    talk.node().signal(SIGKILL);
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kLives));
}

TEST(StateDir, AServiceThatHasStateThereMustBeSwitchedOn) {
  const TemporaryFolder folder;
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, "kept"));
    talk.answer_to(11);
    talk.node().signal(SIGKILL);
  }
  NodeSetup other = kept_in(folder);
  other.arguments.emplace_back("--workload=echo");
  NodeRunner node(other);
  node.send_line(request_line("c1", "n1", "read", 1));
  EXPECT_EQ(node.exit_code(), 2);
  const std::string said = node.stderr_text();
  EXPECT_NE(said.find("'broadcast' has kept, but that is not switched on (--workload)"),
            std::string::npos)
      << said;
  Conversation again(kept_in(folder));
  EXPECT_EQ(values_of(again, 12), nlohmann::json::array({"kept"}));
}

TEST(StateDir, OutlivesAWorkerKilledBefore) {
  const TemporaryFolder folder;
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, "kept"));
    talk.answer_to(11);
    const pid_t first = talk.node().worker();
    send_signal(first, SIGKILL);
    EXPECT_NE(talk.node().worker(first), -1);
    EXPECT_TRUE(talk.still_echoes());
    talk.node().signal(SIGKILL);
  }
  Conversation talk(kept_in(folder));
  EXPECT_EQ(values_of(talk, 10), nlohmann::json::array({"kept"}));
  talk.expect_good_end();
}

TEST(StateDir, KeepsAValueLargerThanTheRing) {
  const TemporaryFolder folder;
  const std::string large(600'000, 'x');
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, large));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    talk.node().signal(SIGKILL);
  }
  Conversation talk(kept_in(folder));
  EXPECT_EQ(values_of(talk, 10), nlohmann::json::array({large}));
  talk.expect_good_end();
}

TEST(StateDir, NodesOfOneClusterShareTheFolder) {
  const TemporaryFolder folder;
  Conversation one(kept_in(folder), {"n1", "n2"});
  one.say(broadcast_line(11, 1));
  one.answer_to(11);
  NodeRunner two(kept_in(folder));
  two.send_line(init_line("n2", {"n1", "n2"}));
  EXPECT_EQ(type_of(two.next_message()), "init_ok");
  two.send_line(request_line("c1", "n2", "read", 2));
  EXPECT_EQ(two.next_message()["body"]["messages"], nlohmann::json::array());
}

TEST(StateDir, IsNotSharedByTwoNodesOfOneName) {
  const TemporaryFolder folder;
  Conversation first(kept_in(folder));
  NodeRunner second(kept_in(folder));
  second.send_line(init_line("n1", {"n1", "n2"}));
  EXPECT_EQ(second.exit_code(), 1);
  EXPECT_NE(second.stderr_text().find("in use by another node"), std::string::npos);
  EXPECT_TRUE(first.still_echoes());
}

TEST(StateDir, AFileThatIsNoSegmentIsRefused) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "n1");
  std::ofstream(folder / "n1/segment") << std::string(1000, 'x');
  NodeRunner node(kept_in(folder));
  node.send_line(init_line("n1", {"n1", "n2"}));
  EXPECT_EQ(node.exit_code(), 1);
  EXPECT_NE(node.stderr_text().find("segment"), std::string::npos);
}

TEST(StateDir, LinesThatNameNobodyComeFirstAndAreDropped) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  node.send_line("no json");
  node.send_line("");
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
}

TEST(StateDir, NoInputAtAllIsAGoodEnd) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  EXPECT_TRUE(node.ends_well());
}

// A node that has kept something and was killed.
void live_and_die(const TemporaryFolder& folder) {
  Conversation talk(kept_in(folder));
  talk.say(broadcast_line(11, "kept"));
  talk.answer_to(11);
  talk.node().signal(SIGKILL);
}

struct Damage {
  enum class Kind { incomplete, damaged };
  const char* name;
  Kind kind;
  std::function<void(const std::filesystem::path& node)> done;
  const char* words;
};

void write_at(const std::filesystem::path& file, std::uint64_t offset, std::string_view bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

FileDescriptor open_for_writing(const TemporaryFolder& folder, const char* name) {
  return FileDescriptor(::open((folder / "n1" / name).c_str(), O_RDWR | O_CLOEXEC));
}

template <auto Field>
void zero_in_both_slots(const std::filesystem::path& node) {
  shm::CommitSlot slot;
  const auto within = static_cast<std::uint64_t>(reinterpret_cast<const char*>(&(slot.*Field)) -
                                                 reinterpret_cast<const char*>(&slot));
  for (const std::uint64_t number : {0U, 1U}) {
    const std::uint64_t base =
        offsetof(shm::SegmentLayout, commit.slots) + number * sizeof(shm::CommitSlot);
    write_at(node / "segment", base + within, std::string(8, '\0'));
  }
}

class DamagedState : public testing::TestWithParam<Damage> {};

// Never a fresh start over what is left, and never silence.
TEST_P(DamagedState, IsRefusedWithWordsUntilToldToBeginAnew) {
  const TemporaryFolder folder;
  live_and_die(folder);
  GetParam().done(folder / "n1");
  const bool moves = GetParam().kind == Damage::Kind::damaged;
  for (int attempt = 0; attempt < 3; ++attempt) {
    NodeRunner node(kept_in(folder));
    node.send_line(init_line("n1", {"n1", "n2"}));
    EXPECT_EQ(node.exit_code(), 1) << "attempt " << attempt;
    const std::string said = node.stderr_text();
    const std::string words =
        moves && attempt > 0 ? "what stood here was damaged" : GetParam().words;
    EXPECT_NE(said.find("hearsay-node: " + (folder / "n1").string()), std::string::npos) << said;
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_NE(said.find("use a new --state-dir"), std::string::npos) << said;
    EXPECT_NE(said.find("--begin-anew"), std::string::npos) << said;
    EXPECT_EQ(said.find("/n1/corrupt-1") != std::string::npos, moves) << said;
    EXPECT_EQ(std::filesystem::exists(folder / "n1" / "corrupt-1" / "segment"), moves);
    EXPECT_FALSE(node.read_line()) << "it said something to Maelstrom";
  }
  NodeSetup anew = kept_in(folder);
  anew.arguments.emplace_back("--begin-anew");
  for (const char* value : {"first", "second"}) {  // the second time it goes on from the first
    Conversation talk(anew);
    talk.say(broadcast_line(11, value));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    if (value == std::string("second")) {
      EXPECT_EQ(values_of(talk, 12), (nlohmann::json{"first", "second"}));
    }
    talk.node().signal(SIGKILL);
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "n1" / "corrupt-1" / "journal-1")) << "it is kept";
}

TEST(StateDir, ASecondDamageIsSetAsideBesideTheFirst) {
  const TemporaryFolder folder;
  for (int number = 1; number <= 3; ++number) {
    NodeSetup anew = kept_in(folder);
    anew.arguments.emplace_back("--begin-anew");
    Conversation talk(anew);
    talk.say(broadcast_line(11, number));
    talk.answer_to(11);
    talk.node().signal(SIGKILL);
    talk.node().wait(kPatience);
    const auto aside = folder / "n1" / ("corrupt-" + std::to_string(number));
    EXPECT_FALSE(std::filesystem::exists(aside));
    write_at(folder / "n1" / "journal-0", 20, "damage");
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "n1" / "corrupt-2" / "journal-0"));
}

class Synced : public testing::TestWithParam<const char*> {};

TEST_P(Synced, WhatWasAcknowledgedOutlivesTheNode) {
  const TemporaryFolder folder;
  NodeSetup setup = kept_in(folder);
  setup.arguments.push_back(std::string("--sync=") + GetParam());
  nlohmann::json expected = nlohmann::json::array();
  for (int life = 0; life < 3; ++life) {
    Conversation talk(setup);
    EXPECT_EQ(values_of(talk, 10), expected);
    for (int value = 0; value < 20; ++value) {
      talk.say(broadcast_line(20 + value, 100 * life + value));
      EXPECT_EQ(type_of(talk.answer_to(20 + value)), "broadcast_ok");
      expected.push_back(100 * life + value);
    }
    const pid_t worker = talk.node().worker();
    if (life == 1) send_signal(worker, SIGKILL);
    EXPECT_EQ(values_of(talk, 11), expected);
    talk.node().signal(SIGKILL);
  }
}

// A disk that does not take it: nothing is acknowledged that may be lost.
TEST_P(Synced, ADiskThatFailsEndsTheNodeWithWords) {
  const TemporaryFolder folder;
  // EIO of msync and fdatasync; the start's fsync works.
  const NodeSetup setup{
      "refuse_calls",
      {std::to_string(EIO), std::to_string(SYS_fdatasync) + ',' + std::to_string(SYS_msync),
       built_program("hearsay-node").string(), "--state-dir=" + folder.path().string(),
       std::string("--sync=") + GetParam()}};
  NodeRunner node(setup);
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(node.exit_code(), 1);
  const std::string said = node.stderr_text();
  EXPECT_NE(said.find("fdatasync: Input/output error"), std::string::npos) << said;
  EXPECT_NE(said.find("hearsay-node: the state can't be brought to its disk"), std::string::npos)
      << said;
  EXPECT_EQ(node.count_events("worker_died"), 1U) << "it is not tried again";
}

INSTANTIATE_TEST_SUITE_P(Policies, Synced, testing::Values("commit", "5"));

TEST(StateDir, SyncNeedsAStateDirectoryAndAPolicy) {
  for (const auto& [argument, words] :
       {std::pair{"--sync=commit", "a --state-dir beside it"},
        std::pair{"--sync=0", "none, commit, or milliseconds"},
        std::pair{"--sync=fast", "none, commit, or milliseconds"}}) {
    NodeRunner node({.arguments = {argument}});
    EXPECT_EQ(node.exit_code(), 2) << argument;
    EXPECT_NE(node.stderr_text().find(words), std::string::npos) << node.stderr_text();
  }
}

// What does not fit together is damage, unless the machine was started again meanwhile.
TEST(StateDir, APowerCutIsToldFromDamage) {
  for (const bool rebooted : {false, true}) {
    const TemporaryFolder folder;
    NodeSetup setup = kept_in(folder);
    setup.arguments.emplace_back("--sync=60000");
    {
      Conversation talk(setup);
      talk.say(broadcast_line(11, "kept"));
      talk.answer_to(11);
      send_signal(talk.node().worker(), SIGKILL);  // its successor brings everything to the disk
      ASSERT_TRUE(talk.still_echoes());
      talk.say(broadcast_line(12, "lost"));
      talk.answer_to(12);
      talk.node().signal(SIGKILL);
      talk.node().wait();
    }
    const shm::CommitSlot slot = active_slot_of(SharedFile(open_for_writing(folder, "segment")));
    write_at(folder / "n1" / "journal-0", slot.journal_end - 8, "damage");
    if (rebooted) {
      const FileDescriptor file = open_for_writing(folder, "segment");
      shm::Segment(file.get()).header().boot.store(1, std::memory_order_relaxed);
    }
    NodeRunner node(setup);
    node.send_line(init_line("n1", {"n1", "n2"}));
    const auto said = [&] { return node.stderr_text(); };
    if (!rebooted) {
      EXPECT_EQ(node.exit_code(), 1);
      EXPECT_NE(said().find("journal-0 is damaged"), std::string::npos) << said();
      continue;
    }
    EXPECT_EQ(type_of(node.next_message()), "init_ok") << said();
    node.send_line(request_line("c1", "n1", "read", 5));
    EXPECT_EQ(node.next_message()["body"]["messages"], nlohmann::json{"kept"}) << said();
    EXPECT_NE(said().find("after a power cut: the node goes on"), std::string::npos) << said();
  }
}

// What others know comes back, what the node gave is not given again, and the trace says it.
TEST(StateDir, AStateThatMayHaveGoneBackIsGoneOnFromUnderANewIncarnation) {
  const TemporaryFolder folder;
  std::set<std::string> incarnations;
  for (int life = 0; life < 4; ++life) {
    if (life >= 2) {
      const FileDescriptor file = open_for_writing(folder, "segment");
      shm::Segment(file.get()).header().boot.store(1, std::memory_order_relaxed);
    }
    Conversation talk(kept_in(folder));
    talk.say(request_line("c1", "n1", "generate", 12));
    const std::string id = talk.answer_to(12)["body"]["id"];
    incarnations.insert(id.substr(0, id.rfind('-')));
    EXPECT_EQ(values_of(talk, 13).size(), static_cast<std::size_t>(life));
    talk.say(broadcast_line(11, life));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    EXPECT_EQ(talk.node().count_events("incarnation_begun"), life >= 2 ? 1U : 0U);
    talk.node().signal(SIGKILL);
  }
  EXPECT_EQ(incarnations.size(), 3U) << "of the first two lives it is the same";
}

TEST(StateDir, BeginAnewNeedsAStateDirectory) {
  NodeRunner node({.arguments = {"--begin-anew"}});
  EXPECT_EQ(node.exit_code(), 2);
  EXPECT_NE(node.stderr_text().find("--state-dir"), std::string::npos) << node.stderr_text();
}

using std::filesystem::path;
using std::filesystem::remove;
using std::filesystem::resize_file;
INSTANTIATE_TEST_SUITE_P(
    Kinds, DamagedState,
    testing::Values(
        Damage{"segment_deleted", Damage::Kind::incomplete,
               [](const path& node) { remove(node / "segment"); },
               "the segment is missing or empty"},
        Damage{"segment_emptied", Damage::Kind::incomplete,
               [](const path& node) { resize_file(node / "segment", 0); },
               "the segment is missing or empty"},
        Damage{"segment_wiped", Damage::Kind::incomplete,
               [](const path& node) {
                 write_at(node / "segment", 0, std::string(shm::kSegmentBytes, '\0'));
               },
               "the segment is missing or empty"},
        Damage{"segment_cut", Damage::Kind::damaged,
               [](const path& node) { resize_file(node / "segment", 4096); },
               "the segment has 4096 bytes"},
        Damage{"segment_too_long", Damage::Kind::damaged,
               [](const path& node) { resize_file(node / "segment", shm::kSegmentBytes + 1); },
               "the segment has"},
        Damage{"journal_deleted", Damage::Kind::incomplete,
               [](const path& node) { remove(node / "journal-0"); }, "journal-0 lacks"},
        Damage{"journal_emptied", Damage::Kind::incomplete,
               [](const path& node) { resize_file(node / "journal-0", 0); }, "journal-0 lacks"},
        Damage{"journal_cut", Damage::Kind::incomplete,
               [](const path& node) { resize_file(node / "journal-0", 8); }, "journal-0 lacks"},
        Damage{"journal_end_zeroed", Damage::Kind::damaged,
               zero_in_both_slots<&shm::CommitSlot::journal_end>, "the commit record is damaged"},
        Damage{"inputs_zeroed", Damage::Kind::damaged, zero_in_both_slots<&shm::CommitSlot::inputs>,
               "the commit record is damaged"},
        Damage{"step_zeroed", Damage::Kind::damaged,
               [](const path& node) {
                 write_at(node / "segment", offsetof(shm::SegmentLayout, commit.step),
                          std::string(8, '\0'));
               },
               "the commit record is damaged"},
        Damage{"step_flipped", Damage::Kind::damaged,
               [](const path& node) {
                 write_at(node / "segment", offsetof(shm::SegmentLayout, commit.step),
                          std::string(1, '\x7f'));
               },
               "a word of the shared memory is damaged"},
        Damage{"seed_changed", Damage::Kind::damaged,
               [](const path& node) {
                 write_at(node / "segment", offsetof(shm::SegmentLayout, header.seed), "12345678");
               },
               "the segment's header is damaged"},
        Damage{"version_changed", Damage::Kind::incomplete,
               [](const path& node) {
                 write_at(node / "segment", offsetof(shm::SegmentLayout, header.version), "\x09");
               },
               "a segment of version 9"},
        Damage{"journal_changed", Damage::Kind::damaged,
               [](const path& node) { write_at(node / "journal-0", 20, "damage"); },
               "journal-0 is damaged"},
        Damage{"journal_wiped", Damage::Kind::damaged,
               [](const path& node) {
                 write_at(node / "journal-0", 0, std::string(shm::kJournalFirstBytes, '\0'));
               },
               "journal-0 is damaged"}),
    [](const auto& tested) { return std::string(tested.param.name); });

class WhileRunning : public testing::TestWithParam<const char*> {};

// Whoever touches what is no longer there gets a SIGBUS.
TEST_P(WhileRunning, AFileThatIsCutShortEndsTheNodeWithWords) {
  const TemporaryFolder folder;
  Conversation talk(kept_in(folder));
  talk.say(broadcast_line(11, "kept"));
  talk.answer_to(11);
  std::filesystem::resize_file(folder / "n1" / GetParam(), 0);
  talk.node().send_line(broadcast_line(12, "lost"));
  EXPECT_EQ(talk.node().exit_code(), 1);
  const std::string said = talk.node().stderr_text();
  EXPECT_NE(said.find("hearsay-node: "), std::string::npos) << said.substr(0, 3000);
}

INSTANTIATE_TEST_SUITE_P(Files, WhileRunning, testing::Values("segment", "journal-0"));

TEST(StateDir, MustBeAnAbsolutePath) {
  for (const char* name : {"", "state", "./state", "../state"}) {
    NodeRunner node({.arguments = {"--state-dir", name}});
    EXPECT_EQ(node.exit_code(), 2) << name;
    EXPECT_NE(node.stderr_text().find("--state-dir"), std::string::npos) << node.stderr_text();
    EXPECT_FALSE(std::filesystem::exists("state"));
  }
}

// A copy of the folder by a tool that leaves out zeros.
TEST(StateDir, ACopyWithHolesIsGoneOnFrom) {
  const TemporaryFolder folder;
  live_and_die(folder);
  const TemporaryFolder copy;
  ASSERT_EQ(
      std::system(("cp -r --sparse=always " + (folder / "n1").string() + " " + copy.path().string())
                      .c_str()),
      0);
  Conversation talk(kept_in(copy));
  EXPECT_EQ(values_of(talk, 12), nlohmann::json::array({"kept"}));
  talk.expect_good_end();
}

}  // namespace
}  // namespace hearsay::test
