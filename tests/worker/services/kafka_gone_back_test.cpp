// Logs of nodes whose state has gone back in time: nothing is given twice, nothing appended twice.
#include <gtest/gtest.h>

#include <vector>

#include "tests/worker/services/logs.h"

namespace hearsay::test {
namespace {

// It gives no offset again that others know, and waits until they have told it.
TEST(KafkaGoneBack, AnOwnerAsksFirst) {
  for (const bool compacted : {false, true}) {
    Logs logs(3);
    const std::string log = logs.log_of(0);
    ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
    const auto then = logs.cluster.core(0).state();
    const std::size_t end = logs.whole_log(0, log).size();
    EXPECT_EQ(logs.answer(logs.send(0, log, "lost"))["offset"], end);
    ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
    logs.cluster.go_back(0, then);
    if (compacted) {
      logs.cluster.core(0).compact();
      logs.cluster.restart(0);
    }
    EXPECT_EQ(logs.answer(logs.send(0, log, "too early"))["code"], 11);
    const int asked = logs.send(1, log, "of a peer");
    logs.cluster.run_for(kNsPerSecond);
    EXPECT_EQ(logs.answer(asked)["offset"], end + 1);
    EXPECT_EQ(logs.answer(logs.send(0, log, "afterwards"))["offset"], end + 2);
    ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
    for (std::size_t node = 0; node < 3; ++node) {
      EXPECT_EQ(logs.messages_from(node, log, end),
                (std::vector<Json>{"lost", "of a peer", "afterwards"}));
    }
  }
}

// It would ask under numbers that the owner has done, or for what it has asked already.
TEST(KafkaGoneBack, WhoAsksWantsNothingOfBefore) {
  Logs logs(2);
  const std::string log = logs.log_of(1);
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  const std::size_t end = logs.whole_log(0, log).size();
  logs.cluster.lost = [](const auto& message) { return message.from == 0; };
  const int unanswered = logs.send(0, log, "asked for");
  const auto then = logs.cluster.core(0).state();
  logs.cluster.lost = nullptr;
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_EQ(logs.answer(unanswered)["type"], "send_ok");
  logs.answers.clear();
  EXPECT_EQ(logs.answer(logs.send(0, log, "more")), Json());
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  logs.cluster.go_back(0, then);
  EXPECT_EQ(logs.answer(unanswered), Json()) << "it was answered since";
  const int afterwards = logs.send(0, log, "afterwards");
  ASSERT_TRUE(logs.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_EQ(logs.answer(afterwards)["offset"], end + 2);
  EXPECT_EQ(logs.messages_from(0, log, end),
            (std::vector<Json>{"asked for", "more", "afterwards"}));
}

}  // namespace
}  // namespace hearsay::test
