// Three nodes that gossip, wired by a router, the workers of each being killed at random times:
// every client gets its answers, and in the end every value is everywhere; so say the traces.
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>

#include "tests/process/request_ledger.h"
#include "tests/process/trace_check.h"
#include "tests/process/worker_killer.h"
#include "tests/support/messages.h"
#include "tests/support/sanitized.h"

namespace hearsay::test {
namespace {

constexpr std::uint64_t kKillsANode = kSanitized ? 20 : 150;
constexpr std::size_t kWindow = 8;

class LineQueue {
 public:
  void push(std::string line) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  // Nothing when none comes in time, or after close().
  std::optional<std::string> pop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return closed_ || !lines_.empty(); });
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  bool closed() {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool closed_ = false;
};

// A node with its client. Its lines go where they are addressed, through queues, so that nobody who
// reads ever waits for somebody who writes.
class Member {
 public:
  explicit Member(std::size_t number)
      : name_(std::string("n").append(std::to_string(number))),
        ledger_(number, name_),
        node_({"hearsay-node",
               {"--gossip=push", "--gossip-interval-ms=20", "--reply-deadline-ms=600000",
                "--hang-limit-ms=60000", kTraced}}) {}

  void begin(std::span<std::unique_ptr<Member>> members) {
    reader_ = std::jthread([this, members] { route(members); });
    writer_ = std::jthread([this] { write(); });
  }
  void end() {
    to_node_.close();
    writer_.join();
    node_.close_stdin();
    reader_.join();
  }

  void ask(std::string line) { to_node_.push(std::move(line)); }
  std::string take_answer() {
    const auto line = answers_.pop(kPatience);
    if (!line) return "stuck: no answer\n" + node_.stderr_text();
    return ledger_.take_answer(nlohmann::json::parse(*line));
  }

  RequestLedger& ledger() { return ledger_; }
  NodeRunner& node() { return node_; }
  const std::string& name() const { return name_; }

 private:
  void route(std::span<std::unique_ptr<Member>> members) {
    while (auto line = node_.read_line()) {
      const std::string dest = nlohmann::json::parse(*line)["dest"];
      if (dest == ledger_.client()) answers_.push(*line);
      for (const auto& member : members) {
        if (dest == member->name_) member->to_node_.push(*line);
      }
    }
  }
  void write() {
    while (!to_node_.closed()) {
      const auto line = to_node_.pop(kPatience);
      if (line && !node_.send_only(*line + '\n')) return;
    }
  }

  std::string name_;
  RequestLedger ledger_;
  NodeRunner node_;
  LineQueue to_node_;
  LineQueue answers_;
  std::jthread reader_;
  std::jthread writer_;
};

class ClusterKillsTest : public testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < 3; ++i) members_.at(i) = std::make_unique<Member>(i + 1);
    for (const auto& member : members_) member->begin(members_);
    for (const auto& member : members_) {
      member->ask(member->ledger().init({"n1", "n2", "n3"}));
      ASSERT_EQ(member->take_answer(), "");
    }
  }
  void TearDown() override {
    for (const auto& member : members_) member->end();
    std::map<std::string, std::string> logs;
    for (const auto& member : members_) {
      EXPECT_EQ(member->node().exit_code(), 0);
      logs[member->name()] = member->node().stderr_text();
    }
    EXPECT_EQ(check_traces(logs), "");
  }

  void ask_and_listen(Member& member) {
    while (member.ledger().outstanding() < kWindow) member.ask(member.ledger().next_request());
    ASSERT_EQ(member.take_answer(), "");
  }

  std::set<std::int64_t> read(Member& member) {
    member.ask(member.ledger().read_request());
    EXPECT_EQ(member.take_answer(), "");
    return member.ledger().last_read();
  }

  // Asks again until every node shows exactly these values; false when that takes too long.
  bool all_show(const std::set<std::int64_t>& values) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (const auto& member : members_) {
      while (read(*member) != values) {
        if (HasFailure() || std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    }
    return true;
  }

  std::array<std::unique_ptr<Member>, 3> members_;
};

TEST_F(ClusterKillsTest, EveryValueIsEverywhereInTheEnd) {
  std::vector<std::unique_ptr<WorkerKiller>> killers;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    killers.push_back(std::make_unique<WorkerKiller>(
        members_.at(i)->node(), kKillsANode, std::chrono::milliseconds(kSanitized ? 200 : 20), i));
  }
  const auto all_dead = [&] {
    return std::all_of(killers.begin(), killers.end(), [](const auto& k) { return k->done(); });
  };
  while (!all_dead()) {
    for (const auto& member : members_) ASSERT_NO_FATAL_FAILURE(ask_and_listen(*member));
  }
  for (const auto& killer : killers) EXPECT_EQ(killer->kills(), kKillsANode);
  std::set<std::int64_t> values;
  std::uint64_t requests = 0;
  for (const auto& member : members_) {
    while (member->ledger().outstanding() > 0) ASSERT_EQ(member->take_answer(), "");
    values.insert(member->ledger().acknowledged().begin(), member->ledger().acknowledged().end());
    requests += member->ledger().asked();
  }
  EXPECT_TRUE(all_show(values));
  std::cout << 3 * kKillsANode << " kills, " << requests << " requests, " << values.size()
            << " values\n";
}

}  // namespace
}  // namespace hearsay::test
