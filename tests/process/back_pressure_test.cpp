// More input than anybody takes away: the node waits, loses nothing, and answers nothing twice.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/shm/segment.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kManyRequests = 50'000;

std::string echo_requests() {
  std::string requests;
  for (std::int64_t id = 1; id <= kManyRequests; ++id) requests += echo_line(id, id) + '\n';
  return requests;
}

// How often each id is answered, properly.
void count(const nlohmann::json& message, std::vector<int>& answers) {
  const std::int64_t id = answered_by(message);
  ASSERT_TRUE(id >= 1 && id <= kManyRequests) << message;
  EXPECT_EQ(type_of(message), "echo_ok");
  EXPECT_EQ(message["body"]["echo"], id);
  ++answers[static_cast<std::size_t>(id)];
}

void expect_each_once(const std::vector<int>& answers) {
  for (std::size_t id = 1; id < answers.size(); ++id) ASSERT_EQ(answers[id], 1) << id;
}

// No reply is late here, however slow the machine.
const NodeSetup kPatientNode{"hearsay-node", {"--reply-deadline-ms=600000"}};

TEST(BackPressure, NobodyReadsUntilAllIsWritten) {
  Conversation conversation(kPatientNode);
  NodeRunner& node = conversation.node();
  const std::jthread writer([&] {
    EXPECT_TRUE(node.send_only(echo_requests())) << node.stderr_text();
    node.close_stdin();
  });
  // The pipes and rings are full long before all is written: everything waits now.
  ASSERT_TRUE(node.worker() > 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  std::vector<int> answers(kManyRequests + 1);
  while (const auto line = node.read_line()) count(nlohmann::json::parse(*line), answers);
  expect_each_once(answers);
  EXPECT_EQ(node.exit_code(), 0);
  EXPECT_EQ(node.stderr_text().find("worker_died"), std::string::npos) << "waiting is not hanging\n"
                                                                       << node.stderr_text();
}

// Bad lines are answered without the worker; their answers must not pile up either.
TEST(BackPressure, NobodyReadsTheAnswersToBadLines) {
  Conversation conversation({"hearsay-node", {"--reply-deadline-ms=600000", "--trace-level=off"}});
  NodeRunner& node = conversation.node();
  std::string bad_lines;
  for (std::int64_t id = 1; id <= kManyRequests; ++id) {
    bad_lines +=
        R"({"src":"c1","dest":"n1","body":{"type":1,"msg_id":)" + std::to_string(id) + "}}\n";
  }
  std::atomic<bool> written = false;
  const std::jthread writer([&] {
    EXPECT_TRUE(node.send_only(bad_lines));
    written = true;
    node.close_stdin();
  });
  ASSERT_TRUE(quiet_in_time(node.pid()));
  EXPECT_FALSE(written) << "all of it was read and kept";
  std::int64_t answers = 0;
  while (const auto line = node.read_line()) {
    EXPECT_EQ(answered_by(nlohmann::json::parse(*line)), ++answers);
  }
  EXPECT_EQ(answers, kManyRequests);
  EXPECT_EQ(node.exit_code(), 0);
}

TEST(BackPressure, ASlowReaderGetsEverything) {
  Conversation conversation(kPatientNode);
  NodeRunner& node = conversation.node();
  const std::jthread writer([&] {
    EXPECT_TRUE(node.send_only(echo_requests())) << node.stderr_text();
    node.close_stdin();
  });
  std::vector<int> answers(kManyRequests + 1);
  std::int64_t lines = 0;
  while (const auto line = node.read_line()) {
    count(nlohmann::json::parse(*line), answers);
    if (++lines % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  expect_each_once(answers);
  EXPECT_EQ(node.exit_code(), 0);
}

// While stdout stands still for longer than the hang limit, the worker waits for room: it is not
// hung, and must not be replaced for it.
TEST(BackPressure, AWorkerThatWaitsForRoomIsNotReplaced) {
  Conversation conversation(
      {"hearsay-node", {"--reply-deadline-ms=600000", "--hang-limit-ms=500"}});
  NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  std::string requests;
  for (std::int64_t id = 1; id <= 10; ++id) {
    requests += echo_line(id, std::string(2 * shm::kRingBytes, 'x')) + '\n';
  }
  std::jthread writer([&] { EXPECT_TRUE(node.send_only(requests)) << node.stderr_text(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(node.worker(), worker);
  for (std::int64_t id = 1; id <= 10; ++id) {
    EXPECT_EQ(type_of(conversation.answer_to(id)), "echo_ok");
  }
  writer.join();
  conversation.expect_good_end();
}

// Small messages both ways, so that the request ring fills while the reply ring is full.
TEST(BackPressure, MixedSizesInBothDirections) {
  Conversation conversation(kPatientNode);
  std::string requests;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 3'000; ++i) sizes.push_back(i % 97 == 0 ? 100'000 + i : i % 1'000);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    requests += echo_line(static_cast<std::int64_t>(i), std::string(sizes[i], 'y')) + '\n';
  }
  ASSERT_TRUE(conversation.node().send(requests)) << conversation.node().stderr_text();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto answer = conversation.node().next_message();
    ASSERT_EQ(answered_by(answer), static_cast<std::int64_t>(i));
    ASSERT_EQ(answer["body"]["echo"].get_ref<const std::string&>().size(), sizes[i]);
  }
  conversation.expect_good_end();
}

}  // namespace
}  // namespace hearsay::test
