// What a client takes for an answer: what comes while it waits, and what came before it asked.
#include "tools/experiment/clients/client.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/virtual_nodes.h"

namespace hearsay::bench {
namespace {

class ClientTest : public testing::Test {
 protected:
  ClientTest() { network_.add_node("n0"); }
  // To the client, now.
  void say(const std::string& id, int in_reply_to) {
    network_.send(0, "n0", client_.name(),
                  nlohmann::json{{"type", "x_ok"}, {"id", id}, {"in_reply_to", in_reply_to}}.dump(),
                  "x_ok");
    test::run_virtually(heap_);
  }
  void ask() {
    client_.request(0, "n0", Request("x", R"({"type":"x"})"), std::nullopt,
                    [this](std::int64_t, const nlohmann::json& body) {
                      taken_.push_back(body.at("id").get<std::string>());
                    });
    test::run_virtually(heap_);
  }
  std::int64_t strays() const {
    const auto found = odd_replies_.strays().find("n0");
    return found == odd_replies_.strays().end() ? 0 : found->second.count;
  }

  using Taken = std::vector<std::string>;
  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  Network network_{heap_, nodes_, {}, 1};
  OddReplies odd_replies_;
  Client client_{heap_, network_, odd_replies_};
  Taken taken_;
};

TEST_F(ClientTest, WhatItWaitsForIsTaken) {
  ask();
  say("other", 7);
  say("right", 1);
  say("again", 1);
  EXPECT_EQ(taken_, Taken{"right"});
  EXPECT_EQ(strays(), 1);
  EXPECT_EQ(odd_replies_.duplicates().size(), 1U);
}

TEST_F(ClientTest, WhatCameBeforeItAskedIsTheAnswer) {
  say("none's", 9);
  say("early", 1);
  say("for the next one", 2);
  EXPECT_EQ(taken_, Taken{});
  ask();
  EXPECT_EQ(taken_, Taken{"early"});
  EXPECT_EQ(strays(), 1) << "what stood before it";
  say("right", 1);
  EXPECT_EQ(odd_replies_.duplicates().size(), 1U);
  ask();
  EXPECT_EQ(taken_, (Taken{"early", "for the next one"}));
}

TEST_F(ClientTest, WhatNamesALaterRequestIsPassedOverWhereItWaits) {
  ask();
  say("early", 2);
  EXPECT_EQ(strays(), 1);
  say("right", 1);
  ask();
  EXPECT_EQ(taken_, Taken{"right"});
}

TEST_F(ClientTest, SecondAnswersAreCountedBeyondThoseThatAreKept) {
  ask();
  say("right", 1);
  for (int i = 0; i < 1100; ++i) say("again", 1);
  EXPECT_EQ(odd_replies_.duplicates().size(), 1000U);
  EXPECT_EQ(odd_replies_.duplicate_count(), 1100);
}

TEST_F(ClientTest, WhatNobodyEverAskedForIsKeptBoundedInBytesToo) {
  for (int i = 0; i < 6; ++i) say(std::string(200'000, 'x'), 5000);
  EXPECT_EQ(strays(), 1);
  ask();
  EXPECT_EQ(strays(), 6);
  say("right", 1);
  for (int i = 0; i < 6; ++i) say(std::string(200'000, 'x'), 5000);
  EXPECT_EQ(strays(), 7) << "there is room again";
}

TEST_F(ClientTest, WhatNobodyEverAskedForIsKeptBoundedAndTold) {
  for (int i = 0; i < 1100; ++i) say("x", 5000);
  EXPECT_EQ(strays(), 100);
  ask();
  EXPECT_EQ(strays(), 1100);
}

}  // namespace
}  // namespace hearsay::bench
