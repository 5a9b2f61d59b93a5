// The warden, with real processes that do nothing: the test writes into the segment what a worker
// would, kills them, and says what time it is.
#include "supervisor/worker_warden.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/options/exit_codes.h"
#include "supervisor/node_files.h"
#include "tests/supervisor/pipe_of_test.h"
#include "tests/support/node_runner.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::supervisor {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr std::uint64_t kInput = 8;  // a position

class WorkerWardenTest : public testing::Test {
 protected:
  WorkerWardenTest() {
    let_workers("exec sleep 100");
    warden_.emplace(options_, (folder_ / "worker").string(), segment_, files_.shared(-1), trace_,
                    [this](std::uint64_t generation, std::uint64_t) { generation_ = generation; });
  }

  // What workers do from now on, in the shell's words.
  void let_workers(const std::string& command) {
    std::ofstream(folder_ / "worker") << "#!/bin/sh\n" << command << '\n';
    ::chmod((folder_ / "worker").c_str(), 0700);
  }
  // Lets the warden look until it has told of one more of these events. Time stands still.
  bool look_until(const std::string& event, bool busy = false) {
    const std::size_t before = count(event);
    const auto give_up = std::chrono::steady_clock::now() + test::kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      warden_->on_time(now_ns_, busy);
      if (count(event) > before) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  std::size_t count(const std::string& event) {
    return static_cast<std::size_t>(
        std::count_if(events().begin(), events().end(),
                      [&](const nlohmann::json& each) { return each["event"] == event; }));
  }
  const std::vector<nlohmann::json>& events() {
    trace_.flush();
    text_ += trace_pipe_.read();
    for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
      events_.push_back(nlohmann::json::parse(text_.substr(0, end)));
      text_.erase(0, end + 1);
    }
    return events_;
  }
  pid_t worker() {
    pid_t pid = 0;
    for (const auto& event : events()) {
      if (event["event"] == "worker_started") pid = event["worker_pid"];
    }
    return pid;
  }

  // The worker that was started last...
  void get_ready(bool busy = false) {
    segment_.header().ready_generation.store(generation_, kRelaxed);
    warden_->on_time(now_ns_, busy);
  }
  void run_input() { segment_.header().running_position.store(kInput, kRelaxed); }
  void commit(std::uint64_t inputs) {
    shm::CommitSlot slot = shm::active_slot(segment_.commit());
    slot.inputs += inputs;
    shm::commit(segment_.commit(), slot);
  }
  // ... dies, and its successor is started, if that must wait when it is due.
  void die_of(int signal) {
    ASSERT_GT(worker(), 0);
    test::send_signal(worker(), signal);
    ASSERT_TRUE(look_until("worker_died"));
    start_when_due();
  }
  void start_when_due() {
    while (count("worker_started") == count("worker_died")) {
      ASSERT_TRUE(warden_->next_ns(false)) << "nobody wakes up";
      now_ns_ = std::max(now_ns_, *warden_->next_ns(false));
      warden_->on_time(now_ns_, false);
    }
  }
  // Busy for so long, with looks as often as the warden wants them. Whether it was killed.
  bool is_killed_within(std::int64_t duration_ns) {
    const std::size_t before = count("worker_killed");
    const std::int64_t end_ns = now_ns_ + duration_ns;
    while (now_ns_ < end_ns && count("worker_killed") == before) {
      warden_->on_time(now_ns_, true);
      const auto next_ns = warden_->next_ns(true);
      if (!next_ns) return false;
      now_ns_ = std::max(now_ns_ + 1, *next_ns);
    }
    return count("worker_killed") > before;
  }
  std::uint64_t poison() { return segment_.header().poison_position.load(kRelaxed); }

  const test::TemporaryFolder folder_;
  Options options_;
  NodeFiles files_ = NodeFiles::in_memory();
  shm::Segment segment_{files_.segment.get()};
  PipeOfTest trace_pipe_;
  trace::TraceWriter trace_{trace::Level::trace, trace_pipe_.write_end(), "supervisor"};
  std::string text_;
  std::vector<nlohmann::json> events_;
  std::int64_t now_ns_ = 1000 * kNsPerSecond;
  std::uint64_t generation_ = 0;
  std::optional<WorkerWarden> warden_;
};

TEST_F(WorkerWardenTest, AnInputOnWhichThreeCrashIsPoison) {
  warden_->start(now_ns_);
  for (int crash = 0; crash < 3; ++crash) {
    EXPECT_EQ(poison(), shm::kNoPosition) << crash;
    run_input();
    die_of(SIGSEGV);
  }
  EXPECT_EQ(poison(), kInput);
}

TEST_F(WorkerWardenTest, KillsFromOutsideCountForLess) {
  warden_->start(now_ns_);
  for (int kill = 0; kill < 5; ++kill) {
    run_input();
    die_of(SIGKILL);
  }
  EXPECT_EQ(poison(), shm::kNoPosition);
}

TEST_F(WorkerWardenTest, WhatAPredecessorRanIsNotBlamedAgain) {
  warden_->start(now_ns_);
  run_input();
  for (int crash = 0; crash < 3; ++crash) die_of(SIGSEGV);
  EXPECT_EQ(poison(), shm::kNoPosition) << "two of them ran nothing";
}

TEST_F(WorkerWardenTest, OneThatHangsIsBlamedOnceAndItsSuccessorForItself) {
  warden_->start(now_ns_);
  get_ready();
  run_input();
  ASSERT_TRUE(is_killed_within(60 * kNsPerSecond));
  ASSERT_TRUE(look_until("worker_died"));
  start_when_due();
  for (int kill = 0; kill < 2; ++kill) {
    run_input();
    die_of(SIGKILL);
  }
  EXPECT_EQ(poison(), shm::kNoPosition);
}

TEST_F(WorkerWardenTest, OneThatSomebodyStoppedDoesNotHang) {
  warden_->start(now_ns_);
  for (int stop = 0; stop < 3; ++stop) {
    get_ready();
    run_input();
    test::send_signal(worker(), SIGSTOP);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(worker()), &info, WSTOPPED | WNOWAIT), 0);
    ASSERT_TRUE(is_killed_within(60 * kNsPerSecond));
    EXPECT_EQ(events().back()["event"], "worker_killed");
    EXPECT_TRUE(events().back()["cause"].get<std::string>().starts_with("stopped by a signal"));
    ASSERT_TRUE(look_until("worker_died"));
    start_when_due();
  }
  EXPECT_EQ(poison(), shm::kNoPosition);
}

TEST_F(WorkerWardenTest, OneThatNeverWasReadyIsNotIdleBecauseTheLastOneWas) {
  warden_->start(now_ns_);
  get_ready();
  die_of(SIGKILL);
  for (int kill = 0; kill < 3; ++kill) die_of(SIGKILL);
  EXPECT_EQ(count("worker_delayed"), 0U);
  die_of(SIGKILL);
  EXPECT_EQ(count("worker_delayed"), 1U);
}

TEST_F(WorkerWardenTest, WhatPredecessorsDidIsNoProgress) {
  warden_->start(now_ns_);
  get_ready();
  commit(5);
  for (int crash = 0; crash < 4; ++crash) die_of(SIGSEGV);
  EXPECT_EQ(count("worker_delayed"), 1U);
}

TEST_F(WorkerWardenTest, TroubleLastsUntilWorkIsDone) {
  warden_->start(now_ns_);
  get_ready();
  for (int crash = 0; crash < 4; ++crash) die_of(SIGSEGV);
  ASSERT_EQ(count("worker_delayed"), 1U);
  const std::int64_t first_ns = warden_->without_worker_ns(now_ns_);
  EXPECT_GT(first_ns, 0);
  now_ns_ += kNsPerSecond;
  die_of(SIGSEGV);
  EXPECT_GE(warden_->without_worker_ns(now_ns_), first_ns + kNsPerSecond) << "it goes on";
  get_ready(true);
  EXPECT_GT(warden_->without_worker_ns(now_ns_), 0);
  commit(1);
  warden_->on_time(now_ns_, true);
  EXPECT_GT(warden_->without_worker_ns(now_ns_), 0) << "the news of its own start";
  commit(1);
  warden_->on_time(now_ns_, true);
  EXPECT_EQ(warden_->without_worker_ns(now_ns_), 0);
}

TEST_F(WorkerWardenTest, OneThatNeverBecomesReadyIsHopelessAtTheTenthAttempt) {
  warden_->start(now_ns_);
  for (int crash = 0; crash < 9; ++crash) die_of(SIGSEGV);
  EXPECT_THROW(die_of(SIGSEGV), NodeFailure);
}

TEST_F(WorkerWardenTest, OneThatWasReadyIsTriedLongerButNotForEver) {
  warden_->start(now_ns_);
  get_ready();
  for (int crash = 0; crash < 29; ++crash) die_of(SIGSEGV);
  EXPECT_THROW(die_of(SIGSEGV), NodeFailure);
}

TEST_F(WorkerWardenTest, ALongMessageGivesTimeUntilNothingWaits) {
  warden_->start(now_ns_);
  get_ready();
  warden_->on_time(now_ns_, true);
  warden_->allow_for(20'000'000);  // 20 s
  warden_->allow_for(10);
  EXPECT_FALSE(is_killed_within(15 * kNsPerSecond));
  commit(1);
  warden_->on_time(now_ns_, false);
  EXPECT_TRUE(is_killed_within(15 * kNsPerSecond)) << "the next input may not take so long";
}

TEST_F(WorkerWardenTest, WakesUpForWhatIsDueOnly) {
  warden_->start(now_ns_);
  EXPECT_TRUE(warden_->next_ns(false)) << "it starts";
  get_ready();
  EXPECT_FALSE(warden_->next_ns(false));
  EXPECT_TRUE(warden_->next_ns(true));
}

TEST_F(WorkerWardenTest, WhatNoOtherWorkerCouldDoEndsTheNode) {
  for (const int code : {kExitCorrupt, kExitDisk}) {
    let_workers("exit " + std::to_string(code));
    warden_.emplace(options_, (folder_ / "worker").string(), segment_, files_.shared(-1), trace_,
                    [](std::uint64_t, std::uint64_t) {});
    warden_->start(now_ns_);
    EXPECT_THROW(look_until("worker_started"), NodeFailure) << code;
  }
}

}  // namespace
}  // namespace hearsay::supervisor
