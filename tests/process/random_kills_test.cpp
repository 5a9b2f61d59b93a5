// A thousand kills at random times while a client keeps asking: nothing acknowledged is lost, no
// answer is lost, none comes twice, nothing gets stuck.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "tests/process/request_ledger.h"
#include "tests/process/trace_check.h"
#include "tests/process/worker_killer.h"
#include "tests/support/messages.h"
#include "tests/support/sanitized.h"

namespace hearsay::test {
namespace {

constexpr std::uint64_t kKills = kSanitized ? 100 : 1000;
constexpr std::size_t kAtOnce = 16;

// Patience is for slow machines: a late answer is not what is tested here.
const std::vector<std::string> kPatient{"--reply-deadline-ms=600000", "--hang-limit-ms=60000"};

std::vector<std::string> with_chaos() {
  std::vector<std::string> arguments = kPatient;
  // A sanitized worker takes longer than 5 ms to start: it would never get to work.
  arguments.insert(arguments.end(),
                   {kSanitized ? "--chaos-kill-ms=50" : "--chaos-kill-ms=5", "--chaos-seed=7"});
  return arguments;
}

class RandomKillsTest : public testing::Test {
 protected:
  void start(const std::vector<std::string>& arguments) {
    node_ = std::make_unique<NodeRunner>(NodeSetup{"hearsay-node", arguments});
    begin_ = std::chrono::steady_clock::now();
    ASSERT_TRUE(node_->send_line(ledger_.init({"n1"})));
    take_one_answer();
  }

  // Keeps a window of requests under way.
  void ask_and_listen() {
    while (ledger_.outstanding() < kAtOnce) {
      ASSERT_TRUE(node_->send_line(ledger_.next_request())) << "stuck: takes no input";
    }
    take_one_answer();
  }

  void take_one_answer() {
    const nlohmann::json message = node_->next_message();
    ASSERT_FALSE(message.is_null())
        << "stuck: " << ledger_.outstanding() << " requests have no answer\n"
        << node_->stderr_text();
    ASSERT_EQ(ledger_.take_answer(message), "");
  }

  // Everything asked is answered, everything acknowledged is there, and the node ends well.
  void finish(std::uint64_t kills) {
    while (ledger_.outstanding() > 0) ASSERT_NO_FATAL_FAILURE(take_one_answer());
    ASSERT_TRUE(node_->send_line(ledger_.read_request()));
    ASSERT_NO_FATAL_FAILURE(take_one_answer());
    const std::set<std::int64_t> all(ledger_.acknowledged().begin(), ledger_.acknowledged().end());
    EXPECT_EQ(ledger_.last_read(), all);
    node_->close_stdin();
    const auto rest = node_->read_until_eof();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->size(), 0U) << "answered twice: " << rest->front();
    EXPECT_EQ(node_->exit_code(), 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
    std::cout << kills << " kills in " << took.count() << " s; " << ledger_.asked() << " requests, "
              << all.size() << " values\n";
  }

  RequestLedger ledger_{1, "n1"};
  std::unique_ptr<NodeRunner> node_;
  std::chrono::steady_clock::time_point begin_;
};

TEST_F(RandomKillsTest, FromOutside) {
  std::vector<std::string> arguments = kPatient;
  arguments.emplace_back(kTraced);
  ASSERT_NO_FATAL_FAILURE(start(arguments));
  const WorkerKiller killer(*node_, kKills, std::chrono::milliseconds(kSanitized ? 100 : 10), 1);
  while (!killer.done()) ASSERT_NO_FATAL_FAILURE(ask_and_listen());
  ASSERT_EQ(killer.kills(), kKills) << "no new worker came";
  ASSERT_NO_FATAL_FAILURE(finish(killer.kills()));
  EXPECT_EQ(check_traces({{"n1", node_->stderr_text()}}), "");
}

TEST_F(RandomKillsTest, ByTheNodesOwnChaos) {
  ASSERT_NO_FATAL_FAILURE(start(with_chaos()));
  constexpr std::uint64_t kRequestsBetweenLooks = 200;
  std::uint64_t kills = 0;
  for (std::uint64_t asked = 0; kills < kKills; ++asked) {
    ASSERT_NO_FATAL_FAILURE(ask_and_listen());
    if (asked % kRequestsBetweenLooks != 0) continue;
    kills = node_->count_events("worker_killed");
  }
  finish(kills);
}

}  // namespace
}  // namespace hearsay::test
