// --state-dir: a folder that is not the node's, or not any more: another's name, another's state,
// and one that somebody removes while it is used.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "tests/process/kept_node.h"
#include "tests/support/processes.h"

namespace hearsay::test {
namespace {

namespace fs = std::filesystem;

TEST(StateDir, ANameThatIsNoFileNameIsRefused) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  node.send_line(init_line("../n1", {"../n1"}));
  EXPECT_EQ(node.exit_code(), 2);
  EXPECT_NE(node.stderr_text().find("can't name a folder"), std::string::npos);
}

TEST(StateDir, ANameIsNotCutAtAZero) {
  const TemporaryFolder folder;
  const std::string name("n1\0x", 4);
  NodeRunner node(kept_in(folder));
  node.send_line(init_line(name, {name}));
  EXPECT_EQ(node.exit_code(), 2);
  EXPECT_NE(node.stderr_text().find(R"("n1\u0000x" can't name a folder)"), std::string::npos)
      << node.stderr_text();
  EXPECT_FALSE(std::filesystem::exists(folder / "n1"));
}

// Its state would stand under the other name.
// Of a start in `directory`, which is refused.
std::string refusal_in(const std::string& directory, const std::string& name = "n1") {
  NodeRunner node({.arguments = {"--state-dir=" + directory}});
  node.send_line(init_line(name, {name}));
  EXPECT_EQ(node.exit_code(), 2) << directory;
  return node.stderr_text();
}

TEST(StateDir, WhereNoFolderCanBeMadeTheStartIsRefusedInWords) {
  const TemporaryFolder folder;
  const auto expect_words = [](const std::string& said, const std::string& words) {
    EXPECT_NE(said.find("--state-dir: "), std::string::npos) << said;
    EXPECT_NE(said.find(words + "; name a folder"), std::string::npos) << said;
  };
  expect_words(refusal_in(folder.path(), std::string(256, 'n')), "File name too long");
  expect_words(refusal_in("/dev/null"), "Not a directory");
  std::ofstream(folder / "n1") << "not a folder";
  expect_words(refusal_in(folder.path()), "Not a directory");
  fs::remove(folder / "n1");
  fs::create_symlink(folder / "nowhere", folder / "n1");
  refusal_in(folder.path());
  refusal_in("/proc/none");
}

TEST(StateDir, WhatIsNoRegularFileIsRefused) {
  const TemporaryFolder folder;
  for (const char* name : {"segment", "journal-0", "journal-1"}) {
    const fs::path path = folder / "n1" / name;
    fs::create_directories(path.parent_path());
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_NE(refusal_in(folder.path()).find("no regular file"), std::string::npos) << name;
    fs::remove(path);
    fs::create_symlink("/dev/null", path);
    EXPECT_NE(refusal_in(folder.path()).find("no regular file"), std::string::npos) << name;
    fs::remove_all(folder / "n1");
  }
}

TEST(StateDir, AnInitUnderAnotherNameThanItsAddressIsRefused) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  const auto init = [](int msg_id, const char* name) {
    return request_line("c0", "n1", "init", msg_id,
                        {{"node_id", name}, {"node_ids", {"n1", "n2"}}});
  };
  node.send_line(init(1, "n2"));
  const auto refused = node.next_message();
  EXPECT_EQ(error_code_of(refused), 12);
  EXPECT_NE(refused["body"]["text"].get<std::string>().find("this node is called n1"),
            std::string::npos);
  node.send_line(init(2, "n1"));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
}

TEST(StateDir, AStateThatWasCopiedFromAnotherNodeIsRefused) {
  const TemporaryFolder folder;
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, "n1's"));
    talk.answer_to(11);
    talk.node().signal(SIGKILL);
    talk.node().wait();
  }
  std::filesystem::copy(folder / "n1", folder / "n2", std::filesystem::copy_options::recursive);
  NodeRunner node(kept_in(folder));
  node.send_line(init_line("n2", {"n1", "n2"}));
  EXPECT_EQ(node.exit_code(), 2);
  EXPECT_NE(node.stderr_text().find("it is n1's, and this is n2"), std::string::npos)
      << node.stderr_text();
  Conversation again(kept_in(folder));
  EXPECT_EQ(values_of(again, 12), nlohmann::json::array({"n1's"}));
}

class Removed : public testing::TestWithParam<const char*> {};

// Whatever it acknowledged then would be gone with it.
TEST_P(Removed, AStateUnderARunningNodeEndsIt) {
  const auto remove = [](const std::filesystem::path& path) { std::filesystem::remove_all(path); };
  // What it had is still there, under another name.
  const auto move = [](const std::filesystem::path& path) {
    std::filesystem::rename(path, path.string() + "-elsewhere");
  };
  const auto copy_and_remove = [&](const std::filesystem::path& path) {
    std::filesystem::create_directory(path.string() + "-elsewhere");
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      std::filesystem::create_hard_link(
          file, std::filesystem::path(path.string() + "-elsewhere") / file.path().filename());
    }
    std::filesystem::remove_all(path);
  };
  const auto replace = [&](const std::filesystem::path& path) {
    move(path);
    std::filesystem::copy(path.string() + "-elsewhere", path,
                          std::filesystem::copy_options::recursive);
  };
  struct Case {
    const char* what;
    std::function<void(const std::filesystem::path& path)> take_away;
    bool at_once;  // a worker that brings each commit to the disk sees it, too
  };
  const Case cases[] = {{"n1", remove, true},   {"n1/journal-0", remove, true},
                        {"n1", move, false},    {"n1/segment", move, false},
                        {"n1", replace, false}, {"n1", copy_and_remove, false}};
  for (const auto& [what, take_away, at_once] : cases) {
    const TemporaryFolder folder;
    NodeSetup setup = kept_in(folder);
    setup.arguments.push_back(std::string("--sync=") + GetParam());
    Conversation talk(setup);
    talk.say(broadcast_line(11, "kept"));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    take_away(folder / what);
    std::int64_t id = 100;
    EXPECT_TRUE(in_time(kPatience, [&] {
      return !talk.node().send_line(broadcast_line(++id, id)) ||
             talk.node().wait(std::chrono::milliseconds(20)).has_value();
    }));
    const auto lines = talk.node().read_until_eof();
    EXPECT_EQ(talk.node().exit_code(), 1);
    EXPECT_NE(talk.node().stderr_text().find("was removed"), std::string::npos)
        << talk.node().stderr_text();
    ASSERT_TRUE(lines);
    const bool acknowledged = std::any_of(lines->begin(), lines->end(), [](const auto& line) {
      return line.find("broadcast_ok") != std::string::npos;
    });
    EXPECT_FALSE(acknowledged && at_once && std::string_view(GetParam()) == "commit") << what;
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, Removed, testing::Values("none", "commit", "5"));

}  // namespace
}  // namespace hearsay::test
