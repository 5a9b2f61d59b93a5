// Jobs in child processes.
#include "tools/processes/run_pool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hearsay::bench {
namespace {

using Answers = std::vector<std::optional<std::string>>;

Answers answers_of(std::size_t count, std::size_t at_a_time,
                   const std::function<std::string(std::size_t job)>& work) {
  Answers answers;
  run_pool(
      count, at_a_time, work,
      [&](std::size_t job, const JobEnd& end) {
        EXPECT_EQ(job, answers.size()) << "in the order of the jobs";
        answers.push_back(end.answer);
        return true;
      },
      [&](const PoolState& state) {
        EXPECT_LE(state.running.size(), at_a_time);
        EXPECT_TRUE(std::is_sorted(state.running.begin(), state.running.end()));
        EXPECT_LE(state.done + state.running.size(), count);
      });
  return answers;
}

TEST(RunPool, AnswersComeInTheOrderOfTheJobs) {
  const Answers answers = answers_of(9, 3, [](std::size_t job) {
    if (job % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return std::to_string(job * job);
  });
  ASSERT_EQ(answers.size(), 9U);
  for (std::size_t job = 0; job < 9; ++job) EXPECT_EQ(answers[job], std::to_string(job * job));
}

TEST(RunPool, AJobHasAProcessOfItsOwn) {
  const Answers answers = answers_of(2, 2, [](std::size_t) { return std::to_string(::getpid()); });
  EXPECT_NE(answers[0], answers[1]);
  EXPECT_NE(answers[0], std::to_string(::getpid()));
}

TEST(RunPool, AJobThatHasTooLittleMemoryIsNotToBlame) {
  run_pool(
      1, 1, [](std::size_t) -> std::string { throw std::bad_alloc(); },
      [](std::size_t, const JobEnd& end) {
        EXPECT_FALSE(end.answer);
        EXPECT_TRUE(end.is_from_outside());
        EXPECT_EQ(end.in_words(), "had too little memory");
        return true;
      },
      [](const PoolState&) {});
}

TEST(RunPool, AnAnswerMayBeLargerThanAPipeAndMayBeEmpty) {
  const std::string large(1'000'000, 'x');
  const Answers answers =
      answers_of(2, 2, [&](std::size_t job) { return job == 0 ? large : std::string(); });
  EXPECT_EQ(answers[0], large);
  EXPECT_EQ(answers[1], "");
}

TEST(RunPool, WhoDiesOrThrowsGivesNoAnswerAndTakesNobodyAlong) {
  const Answers answers = answers_of(4, 2, [](std::size_t job) -> std::string {
    if (job == 1) ::raise(SIGKILL);
    if (job == 2) throw std::runtime_error("thrown on purpose");
    return "well";
  });
  EXPECT_EQ(answers, (Answers{"well", std::nullopt, std::nullopt, "well"}));
}

TEST(RunPool, TellsHowAProcessEnded) {
  std::vector<std::string> words;
  std::vector<bool> from_outside;
  run_pool(
      4, 1,
      [](std::size_t job) {
        constexpr int kSignals[] = {SIGKILL, SIGTERM, SIGABRT};
        sigset_t none;  // another test may have blocked some
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        if (job < 3) std::raise(kSignals[job]);
        throw std::runtime_error("thrown on purpose");
        return std::string();
      },
      [&](std::size_t, const JobEnd& end) {
        words.push_back(end.in_words());
        from_outside.push_back(end.is_from_outside());
        return true;
      },
      [](const PoolState&) {});
  EXPECT_EQ(words, (std::vector<std::string>{"was ended by signal 9 (Killed)",
                                             "was ended by signal 15 (Terminated)",
                                             "was ended by signal 6 (Aborted)", "died"}));
  EXPECT_EQ(from_outside, (std::vector<bool>{true, true, false, false}));
}

TEST(RunPool, EndsWhenAsked) {
  std::size_t taken = 0;
  const auto start = std::chrono::steady_clock::now();
  run_pool(
      1000, 2,
      [](std::size_t job) {
        if (job > 1) std::this_thread::sleep_for(std::chrono::minutes(5));
        return std::string();
      },
      [&](std::size_t, const JobEnd&) { return ++taken < 2; }, [](const PoolState&) {});
  EXPECT_EQ(taken, 2U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(4))
      << "what still runs is killed";
}

TEST(RunPool, WithoutJobsDoesNothing) {
  EXPECT_TRUE(answers_of(0, 2, [](std::size_t) { return std::string(); }).empty());
}

}  // namespace
}  // namespace hearsay::bench
