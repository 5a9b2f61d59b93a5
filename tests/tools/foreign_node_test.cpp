// Foreign bytes and foreign amounts: whatever a node writes, the report comes, and says so.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "tests/support/sanitized.h"
#include "tests/tools/command_fixture.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::test {
namespace {

class ForeignNode : public CommandTest {
 protected:
  bool is_printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
      const auto code = static_cast<unsigned char>(c);
      return c == '\n' || (code >= 0x20 && code < 0x7F);
    });
  }
  // With so much memory what the faulty node answers does not fit long before the run's end.
  void expect_too_little_memory(int memory_kb, const std::string& arguments,
                                const std::string& fault) const {
    const Finished finished =
        run_shell("ulimit -v " + std::to_string(memory_kb) + "; exec " +
                  command(arguments + " --node-count 1 --time-limit 100 --bin " +
                          HEARSAY_TEST_NODES + "/faulty.py -- " + fault));
    EXPECT_EQ(finished.exit_code, 255);
    EXPECT_NE(finished.output.find("THE RUN FAILED: hearsay test keeps what nodes answer and "
                                   "services store until the verdict: no memory is left for it"),
              std::string::npos)
        << finished.output.substr(0, 2000);
  }
};

TEST_F(ForeignNode, ControlCharactersDoNotReachTheTerminal) {
  const Finished finished = run_faulty("echo", "escape");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("\\x1b]0;owned\\x07"), std::string::npos) << finished.output;
  EXPECT_TRUE(is_printable(finished.output)) << finished.output;
}

// Lists of some length are taken apart in a destructor that needs memory.
TEST_F(ForeignNode, ListsThatMemoryDoesNotHoldCostNoReport) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer wants more than any limit";
  expect_too_little_memory(300'000, "-w broadcast --rate 200", "reads-much");
}

TEST_F(ForeignNode, AnswersThatMemoryDoesNotHoldCostNoReport) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer wants more than any limit";
  expect_too_little_memory(400'000, "-w unique-ids --rate 100", "huge-ids");
  EXPECT_EQ(results().at("hearsay").at("failure-kind"), "no-memory");
  EXPECT_GT(fs::file_size(store_ / "latest" / "history.jsonl"), 4'000'000U);
  const Finished checked = run_shell(std::string(HEARSAY_COMMAND) + " check -w unique-ids " +
                                     (store_ / "latest").string());
  EXPECT_EQ(checked.exit_code, 2) << checked.output;
}

TEST_F(ForeignNode, ALogThatIsNotUtf8IsShown) {
  const Finished finished = run_faulty("echo", "foreign-log", "--log-stderr");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("caf\\xe9 \\x1b[31mred\\x07"), std::string::npos)
      << finished.output;
  EXPECT_TRUE(is_printable(finished.output)) << finished.output;
}

TEST_F(ForeignNode, ArgumentsAndPathsNeedNotBeUtf8) {
  const std::string strange = "\xFF\x1B[31m";
  const fs::path link = store_ / ("node" + strange);
  fs::create_symlink(std::string(HEARSAY_TEST_NODES) + "/faulty.py", link);
  const Finished finished =
      run_shell(command("-w echo --node-count 1 --time-limit 0.5 --rate 20 --bin \"") +
                link.string() + "\" -- \"" + strange + "\"");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_EQ(results().at("valid?"), true);
  const Finished missing = run_shell(command("-w echo --bin \"/no/") + strange + "\"");
  EXPECT_EQ(missing.exit_code, 255);
  EXPECT_TRUE(is_printable(missing.output)) << missing.output;
  const Finished wrong = run_shell(command("-w \"") + strange + "\"");
  EXPECT_EQ(wrong.exit_code, 254);
  EXPECT_TRUE(is_printable(wrong.output)) << wrong.output;
}

TEST_F(ForeignNode, ThePageTakesAnyArgument) {
  const std::string line = std::string(HEARSAY_COMMAND) + " test --store " + store_.string() +
                           " --bin " + HEARSAY_TEST_NODES +
                           "/faulty.py -w echo --node-count 1 --time-limit 1 --rate 20 -- \"\xFF\"";
  const Finished finished = run_shell(line);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  const std::string page = read("report.html");
  EXPECT_FALSE(bench::repaired_utf8(page)) << "it is UTF-8";
  EXPECT_NE(page.find("\\\\xff"), std::string::npos) << "spelled out, in JSON";
}

TEST_F(ForeignNode, AnAnswerThatFitsNoRequestIsQuoted) {
  const std::string flags = "-w echo --node-count 1 --rate 5 --time-limit 1 --bin ";
  const std::string node = flags + HEARSAY_TEST_NODES + "/faulty.py ";
  const Finished wrong = run_shell(command(node + "-- wrong-in-reply-to"));
  EXPECT_EQ(wrong.exit_code, 1) << wrong.output;
  EXPECT_NE(wrong.output.find("a message whose in_reply_to is 1001, which no open request has: "
                              "{\"type\": \"echo_ok\""),
            std::string::npos)
      << wrong.output;
  EXPECT_NE(wrong.output.find("n0 answered nothing that fits a request"), std::string::npos)
      << wrong.output;
  const nlohmann::json stray = results().at("hearsay").at("stray-replies").at(0);
  EXPECT_EQ(stray.at("node"), "n0");
  EXPECT_GT(stray.at("count"), 0);
  const Finished none = run_shell(command(node + "-- no-in-reply-to"));
  EXPECT_NE(none.output.find("a message without in_reply_to: {"), std::string::npos) << none.output;
  EXPECT_NE(none.output.find("Maelstrom does not look at this"), std::string::npos) << none.output;
}

TEST_F(ForeignNode, AnInitOkThatFitsNoRequestIsQuoted) {
  const Finished finished = run_faulty("echo", "init-string");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("did not answer init: it sent c"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("in_reply_to is \"1\", a string and no number: "
                                 "{\"type\": \"init_ok\", \"in_reply_to\": \"1\"}"),
            std::string::npos)
      << finished.output;
  EXPECT_EQ(finished.output.find("does it flush"), std::string::npos) << "it has answered";
}

TEST_F(ForeignNode, ALineWithoutAnEndIsBoundedAndNamed) {
  const Finished finished = run_faulty("echo", "endless-line");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("a line of more than 64 MiB"), std::string::npos)
      << finished.output;
  EXPECT_EQ(results().at("hearsay").at("bad-line-counts"), nlohmann::json({{"too-much", 1}}))
      << "its rest is skipped, and the lines behind it are read";
  EXPECT_EQ(results().at("stats").at("ok-count"), results().at("stats").at("count"));
}

TEST_F(ForeignNode, ALogWithoutAnEndIsBoundedAndNamed) {
  const Finished finished = run_faulty("echo", "endless-log");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("more than 64 MiB on stderr"), std::string::npos)
      << finished.output;
  EXPECT_EQ(fs::file_size(store_ / "latest" / "node-logs" / "n0.log"), std::uintmax_t{64} << 20U);
  EXPECT_EQ(results().at("stats").at("ok-count"), results().at("stats").at("count"));
}

TEST_F(ForeignNode, AnAnswerWithoutALineEndIsSaidToBeOne) {
  const Finished finished = run_faulty("echo", "no-line-end");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("bytes without a line end"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("init_ok"), std::string::npos) << finished.output;
}

TEST_F(ForeignNode, AnswersToItselfAreSaidToBeThat) {
  const Finished finished = run_faulty("echo", "to-itself");
  EXPECT_NE(finished.output.find("to itself: is that where its answers go?"), std::string::npos)
      << finished.output;
}

TEST_F(ForeignNode, ASilenceBehindInitIsAskedAboutItsFlush) {
  const Finished finished = run_faulty("echo", "forgets-flush");
  EXPECT_NE(finished.output.find("said nothing after the run had begun: does it flush"),
            std::string::npos)
      << finished.output;
}

// Its node starts a process that sleeps for a time that no other test's does.
class Runaway : public CommandTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    sleep_ = "61." + std::to_string(::getpid());
    ::setenv("RUNAWAY_S", sleep_.c_str(), 1);
  }
  bool lives() const {
    const std::string arguments = "sleep" + std::string(1, '\0') + sleep_ + std::string(1, '\0');
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      const std::string text(std::istreambuf_iterator<char>(file), {});
      if (text == arguments) return true;
    }
    return false;
  }

 private:
  std::string sleep_;
};

TEST_P(Runaway, DoesNotSurviveTheRun) {
  const Finished finished = run_faulty("echo", GetParam());
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  // A daemon has no parent that tells whose it is: one name for all three, said once.
  const char* words = GetParam() == std::string("daemon")
                          ? "a node (sleep) left 3 processes running"
                          : "n0 left processes running";
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  EXPECT_FALSE(lives());
}

TEST_P(Runaway, DiesWithItsNode) {
  const Finished finished =
      run_faulty("unique-ids", GetParam(), "--nemesis kill --kill-interval 0.5");
  EXPECT_LE(finished.exit_code, 1)
      << "whether an id came between two deaths is chance: " << finished.output;
  EXPECT_GT(results().at("hearsay").at("node-kills").at("count"), 0);
  EXPECT_FALSE(lives());
}

INSTANTIATE_TEST_SUITE_P(All, Runaway, testing::Values("setsid", "daemon"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace hearsay::test
