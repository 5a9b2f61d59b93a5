// What is wrong with a command line or a program, in words that help.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class Mistyped
    : public CommandTest,
      public testing::WithParamInterface<std::tuple<const char*, const char*, const char*>> {};

TEST_P(Mistyped, IsNamedWithTheNearestRightOne) {
  const auto [arguments, prefix, words] = GetParam();
  const Finished finished = run_shell(std::string(HEARSAY_COMMAND) + " " + arguments);
  EXPECT_EQ(finished.exit_code, 254) << finished.output;
  EXPECT_EQ(finished.output.find(prefix), 0U) << finished.output;
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistyped,
    testing::Values(
        std::tuple("tset", "hearsay: ", "unknown command tset (do you mean test?)"),
        std::tuple("", "hearsay: ", "which command?"),
        std::tuple("test -w echo --nodecount 3", "hearsay test: ", "(do you mean --node-count?)"),
        std::tuple("test -w echo --nodecount=3", "hearsay test: ", "(do you mean --node-count?)"),
        std::tuple("test -w ecoh", "hearsay test: ", "(do you mean echo?)"),
        std::tuple("test -w echo --nemesis partition,kil", "hearsay test: ", "(do you mean kill?)"),
        std::tuple("test -w echo --rate 1 --rate 2",
                   "hearsay test: ", "--rate: given more than once"),
        std::tuple("test -w echo --rate", "hearsay test: ", "--rate: needs a value behind it"),
        // A variable of a script that is not set.
        std::tuple("test -w echo --bin ''", "hearsay test: ", "--bin: needs a value, not \"\""),
        std::tuple("test -w echo --store ''", "hearsay test: ", "--store: needs a value"),
        std::tuple("trace crash ''", "hearsay trace crash: ", "needs a value"),
        std::tuple("trace message ''", "hearsay trace message: ", "needs a value"),
        std::tuple("trace log --from abc", "hearsay trace log: ", "--from: a number, not \"abc\""),
        std::tuple("trace log --from nan", "hearsay trace log: ", "--from: a number, not \"nan\""),
        std::tuple("test -w echo --seed 99999999999999999999999",
                   "hearsay test: ", "--seed: a whole number from 0 to"),
        std::tuple("test -w echo --lateness /dev/zero", "hearsay test: ", "/dev/zero is no file"),
        std::tuple("test -w echo --node-count 2.5",
                   "hearsay test: ", "--node-count: a whole number, not \"2.5\""),
        std::tuple("test -w echo --test 3", "hearsay test: ", "(do you mean --test-count?)"),
        std::tuple("test -w echo stray", "hearsay test: ", "unexpected argument stray"),
        std::tuple("test --node-count 1",
                   "hearsay test: ", "--workload, or --challenge, is required"),
        std::tuple("test --challenge 3a -w echo",
                   "hearsay test: ", "--workload: fixed by --challenge 3a"),
        std::tuple("sim --scenario a.json --store b",
                   "hearsay sim: ", "--store: not beside --scenario: of that run nothing is kept"),
        std::tuple("sim --sedes 3", "hearsay sim: ", "(do you mean --seeds?)"),
        std::tuple(
            "test --challenge 3d --rate 5", "hearsay test: ",
            "\n--challenge 3d stands for -w broadcast --node-count 25 --time-limit 20 --rate "
            "100 --latency 100\n"),
        std::tuple("compare --condition lost", "hearsay compare: ", "(do you mean loss?)"),
        std::tuple("test -w ECHO", "hearsay test: ", "not \"ECHO\" (do you mean echo?)"),
        // Two letters of four are another word: none is offered.
        std::tuple("test -w echo --topology ring", "hearsay test: ", "not \"ring\"\n"),
        std::tuple("halp", "hearsay: ", "unknown command halp\n"),
        std::tuple("trace summry --help",
                   "hearsay trace: ", "unknown command summry (do you mean summary?)"),
        std::tuple("tset --help", "hearsay: ", "unknown command tset (do you mean test?)"),
        std::tuple("sim -w echo -- --latency-budgte 3",
                   "hearsay sim: ", "(do you mean --latency-budget?)")),
    [](const auto& parameter) { return std::to_string(parameter.index); });

TEST_F(CommandTest, BlanksBehindCommasAreNoMatter) {
  const Finished finished =
      run("direct.py", "-w unique-ids --node-count 3 --time-limit 1 --nemesis ' partition , loss'");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("hearsay").at("options").at("nemesis"),
            nlohmann::json({"partition", "loss"}));
}

TEST_F(CommandTest, ANodeThatDoesNotTakeItsArgumentsIsABadCommandLine) {
  for (const char* wrong : {"--trace-levl info", "--trace-level foo"}) {
    const Finished finished =
        run_shell(command("-w echo --node-count 1 --time-limit 1 -- ") + wrong);
    EXPECT_EQ(finished.exit_code, 254) << finished.output;
    EXPECT_NE(finished.output.find("does not take the arguments behind"), std::string::npos)
        << finished.output;
    EXPECT_NE(finished.output.find("--trace-level"), std::string::npos) << finished.output;
  }
}

// As where the disk is full: a node beside a copy of the command that refuses what it is given.
TEST_F(CommandTest, ARefusalIsBlamedOnArgumentsOnlyWhereThereAreSome) {
  const fs::path copy = store_ / "bin" / "hearsay";
  fs::create_directory(copy.parent_path());
  fs::copy_file(HEARSAY_COMMAND, copy);
  const fs::path node = store_ / "bin" / "hearsay-node";
  std::ofstream(node) << "#!/bin/sh\necho '--record here: No space left on device' >&2\nexit 2\n";
  fs::permissions(node, fs::perms::owner_all);
  const std::string line = copy.string() + " test --no-page -w echo --node-count 1 --store " +
                           store_.string() + " --time-limit 0.5 --record";
  const Finished alone = run_shell(line);
  EXPECT_EQ(alone.exit_code, 255) << alone.output;
  EXPECT_NE(alone.output.find("n0 exited with status 2"), std::string::npos) << alone.output;
  EXPECT_NE(alone.output.find("No space left on device"), std::string::npos) << alone.output;
  EXPECT_EQ(alone.output.find("behind"), std::string::npos) << alone.output;
  const Finished both = run_shell(line + " -- --trace-level info");
  EXPECT_EQ(both.exit_code, 254) << both.output;
  EXPECT_NE(both.output.find("does not take --record, or the arguments behind \"--\""),
            std::string::npos)
      << both.output;
}

TEST_F(CommandTest, AWorkersRelativePathIsSaidToBeOne) {
  const Finished finished =
      run_shell(command("-w echo --node-count 1 --time-limit 0.5 -- --worker build/worker"));
  EXPECT_NE(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("this is a relative path"), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find("expected beside"), std::string::npos) << finished.output;
}

TEST_F(CommandTest, APrintedLineIsSentToStderr) {
  const Finished finished = run_faulty("echo", "prints");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("print to stderr instead"), std::string::npos) << finished.output;
}

TEST(UnknownOption, IsSentBehindTheDashesUnlessItStandsThere) {
  const auto words = [](const std::string& arguments) {
    return run_shell(std::string(HEARSAY_COMMAND) + " sim -w echo " + arguments).output;
  };
  constexpr const char* kAdvice = "like --gossip, go behind \"--\"";
  EXPECT_NE(words("--gosip flood").find(kAdvice), std::string::npos) << words("--gosip flood");
  EXPECT_EQ(words("-- --gosip flood").find(kAdvice), std::string::npos)
      << words("-- --gosip flood");
}

class ProgramTest : public CommandTest {
 protected:
  // What is said of a file with this text; `mode` of chmod.
  Finished try_file(const std::string& text, const char* mode = "755") {
    const fs::path file = store_ / "a-node";
    std::ofstream(file) << text;
    run_shell(std::string("chmod ") + mode + " " + file.string());
    return run_shell(command("-w echo --node-count 1 --time-limit 0.5 --bin ") + file.string());
  }
  void expect_words(const Finished& finished, const char* words) {
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_EQ(finished.output.find("hearsay test: "), 0U) << finished.output;
    EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  }
};

TEST_F(ProgramTest, WhatCannotBeStartedIsExplained) {
  expect_words(try_file("#!/usr/bin/env python3\n", "644"), "chmod +x");
  expect_words(try_file("#!/usr/bin/env no-such-python\n"), "which is not in PATH");
  expect_words(try_file("#!/usr/bin/env python3 -u\n"), "write #!/usr/bin/env -S python3 -u");
  expect_words(try_file("#!/no/such/python\n"), "the interpreter \"/no/such/python\"");
  expect_words(try_file("#!/usr/bin/env python3\r\nprint()\r\n"), "carriage return");
  expect_words(try_file("import sys\n"), "like #!/usr/bin/env python3");
  expect_words(try_file("\xEF\xBB\xBF#!/usr/bin/env python3\n"), "a byte-order mark");
  expect_words(try_file(""), "it is empty");
  expect_words(run_shell(command("-w echo --bin /tmp")), "it is no file");
  expect_words(run_shell(command("-w echo --bin no-such-program")), "neither here nor in PATH");
  expect_words(run_shell(command("-w echo --bin 'python3 node.py'")), "--bin python3 -- ARGUMENTS");
}

TEST_F(ProgramTest, ANodeThatIsNotBuiltIsNotBlamedOnAnOption) {
  const fs::path copy = store_ / "hearsay";
  fs::copy_file(HEARSAY_COMMAND, copy);
  for (const char* arguments : {" test -w echo", " challenges --only 1", " drill --kills 1"}) {
    const Finished finished =
        run_shell("cd " + store_.string() + " && " + copy.string() + arguments);
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_NE(finished.output.find("is not built beside hearsay"), std::string::npos)
        << finished.output;
  }
}

TEST_F(ProgramTest, ANameIsLookedUpInThePath) {
  const Finished finished = run_shell(command("-w echo --node-count 1 --time-limit 0.5 --bin "
                                              "python3 -- ") +
                                      HEARSAY_TEST_NODES + "/direct.py");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST_F(ProgramTest, AScriptThatIsNamedFromHereIsNotThereWhereNodesStart) {
  fs::create_directories(store_);
  std::ofstream(store_ / "my-node.py") << "import sys\n";
  const Finished finished =
      run_shell("cd " + store_.string() + "; " +
                command("-w echo --node-count 1 --time-limit 0.5 --bin python3 -- my-node.py"));
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("Nodes start in /tmp, where there is no my-node.py: give it as " +
                                 (store_ / "my-node.py").string()),
            std::string::npos)
      << finished.output;
}

// On a terminal of so many columns no progress line is longer.
TEST_F(CommandTest, TooFewDescriptorsAreNamedWithTheirLimit) {
  const Finished finished =
      run_shell("ulimit -n 20; " + command("-w echo --bin /bin/cat --node-count 5 --time-limit 1"));
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("ulimit -n"), std::string::npos) << finished.output;
}

// A gap between two operations of so many years would not fit the clock.
TEST_F(CommandTest, ARateOfNextToNothingIsAnOperationAtMost) {
  for (const std::string rate : {"1e-9", "1e-10", "1e-12", "1e-300"}) {
    const Finished finished = run_shell(
        std::string(HEARSAY_COMMAND) + " sim --no-page -w echo --node-count 1 --time-limit 1 " +
        "--recovery 0 --rate " + rate + " --store " + store_.string());
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_LE(results().at("stats").at("count"), 1) << rate;
  }
}

TEST_F(CommandTest, WithoutProcNobodyFindsTheNode) {
  const Finished finished = run_shell("unshare -m sh -c 'mount -t tmpfs -o ro none /proc && exec " +
                                      command("-w echo --node-count 1 --time-limit 0.5") + "'");
  if (finished.output.find("unshare:") != std::string::npos) GTEST_SKIP() << finished.output;
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("is /proc mounted?"), std::string::npos) << finished.output;
}

TEST_F(CommandTest, ProgressLinesDoNotWrap) {
  for (const int columns : {80, 40, 20}) {
    const fs::path typescript = store_ / "typescript";
    const std::string line =
        "script -qec \"stty cols " + std::to_string(columns) + "; " +
        command(
            "-w broadcast --node-count 3 --rate 50 --time-limit 3 --recovery 2 --nemesis "
            "partition,loss,duplicate,reorder,kill-worker --nemesis-interval 0.5") +
        "\" " + typescript.string();
    EXPECT_EQ(run_shell(line).exit_code, 0);
    std::ifstream file(typescript);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << "not every terminal knows escapes: " << text;
    std::size_t shown = 0;
    std::size_t begin = text.find('\n') + 1;  // behind what script says
    for (std::size_t end = text.find('\r'); end != std::string::npos;
         end = text.find('\r', begin)) {
      const std::string part = text.substr(begin, end - begin);
      begin = end + 1;
      if (text[begin] == '\n') continue;  // a line of the report, or the terminal's own
      EXPECT_LT(part.size(), static_cast<std::size_t>(columns)) << part;
      if (part.find_first_not_of(' ') != std::string::npos) ++shown;
    }
    EXPECT_GT(shown, 2U) << text;
  }
}

TEST_F(CommandTest, HelpDoesNotWrapOnATerminalAndIsALineAnOptionElsewhere) {
  const fs::path typescript = store_ / "typescript";
  const std::string help = std::string(HEARSAY_COMMAND) + " test --help";
  ASSERT_EQ(
      run_shell("script -qec \"stty cols 70; " + help + "\" " + typescript.string()).exit_code, 0);
  const auto longest_words = [](std::istream& text) {
    std::size_t longest = 0;
    for (std::string line; std::getline(text, line);) {
      const bool is_listing = line.find(":{") != std::string::npos || line.starts_with("Script");
      if (!is_listing) longest = std::max(longest, line.find_last_not_of('\r') + 1);
    }
    return longest;
  };
  std::ifstream file(typescript);
  EXPECT_LE(longest_words(file), 70U);
  std::istringstream elsewhere(run_shell(help).output);
  EXPECT_GT(longest_words(elsewhere), 120U);
}

TEST(HelpOfCommands, AStdoutThatTakesNothingIsSaid) {
  const Finished finished =
      run_shell("(" + std::string(HEARSAY_COMMAND) + " test --help >/dev/full)");
  EXPECT_EQ(finished.exit_code, 254) << finished.output;
  EXPECT_NE(finished.output.find("stdout takes nothing"), std::string::npos) << finished.output;
}

TEST(HelpOfCommands, SaysWhatIsTrue) {
  const auto help = [](const std::string& command) {
    return run_shell(HEARSAY_COMMAND + (" " + command + " --help")).output;
  };
  EXPECT_EQ(help("test").find("REQUIRED"), std::string::npos) << "--challenge does as well";
  const std::string demo = help("cluster demo");
  ASSERT_NE(demo.find("--bus URL"), std::string::npos) << demo;
  EXPECT_EQ(demo.find("--bus URL="), std::string::npos) << "without it a server is started";
  EXPECT_NE(help("cluster status").find("--bus URL=nats:"), std::string::npos);
  EXPECT_NE(help("compare").find("(default: no-fault, late, partition, loss, kills)"),
            std::string::npos);
}

TEST(HelpOfCommands, ACommandsCommandHasHelpToo) {
  const Finished help = run_shell(std::string(HEARSAY_COMMAND) + " help trace value");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("How a value spread"), std::string::npos) << help.output;
  const Finished unknown = run_shell(std::string(HEARSAY_COMMAND) + " help trace vlaue");
  EXPECT_EQ(unknown.exit_code, 254);
  EXPECT_NE(unknown.output.find("there is no command vlaue"), std::string::npos) << unknown.output;
  const Finished nearest = run_shell(std::string(HEARSAY_COMMAND) + " help tset");
  EXPECT_EQ(nearest.exit_code, 254);
  EXPECT_NE(nearest.output.find("do you mean test?"), std::string::npos) << nearest.output;
}

TEST(Misplaced, OptionsInFrontOfTheCommandAreToldWhereTheyBelong) {
  const std::pair<const char*, const char*> calls[] = {
      {"--workload echo test",
       "hearsay test: options stand behind the command: test --workload ..."},
      {"-w echo test", "behind the command: test -w ..."},
      {"-w echo check x", "behind the command: check -w ..."},
      {"trace --node n1 log", "behind the command: log --node ..."},
      {"cluster --nodes=n0 up", "behind the command: up --nodes=n0 ..."}};
  for (const auto& [call, words] : calls) {
    const Finished finished = run_shell(std::string(HEARSAY_COMMAND) + " " + call);
    EXPECT_EQ(finished.exit_code, std::string(call).starts_with("cluster") ? 2 : 254) << call;
    EXPECT_NE(finished.output.find(words), std::string::npos) << call << ": " << finished.output;
  }
  const Finished unknown = run_shell(std::string(HEARSAY_COMMAND) + " --wrkload echo test");
  EXPECT_NE(unknown.output.find("do you mean --workload?"), std::string::npos) << unknown.output;
}

TEST_F(CommandTest, TheHelpOfWhatCtrlCEndsNamesItsExitCode) {
  for (const char* command : {"test", "sim", "compare", "challenges", "drill"}) {
    const Finished help = run_shell(std::string(HEARSAY_COMMAND) + " " + command + " --help");
    const std::size_t codes = help.output.find("Exit codes: 0 ");
    ASSERT_NE(codes, std::string::npos) << command;
    EXPECT_NE(help.output.find(" 130", codes), std::string::npos) << help.output.substr(codes);
  }
}

}  // namespace
}  // namespace hearsay::test
