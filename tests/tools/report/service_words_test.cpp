// What nodes ask the services for in vain, in words; and what is usual.
#include "tools/report/service_words.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/tools/experiment/virtual_nodes.h"

namespace hearsay::bench {
namespace {

class ServiceWords : public testing::Test {
 protected:
  ServiceWords() { network_.add_node("n0"); }
  // So often, by that node.
  void ask(const char* service, const std::string& body, int times = 1) {
    if (!services_) services_.emplace(network_, 1);
    for (int i = 0; i < times; ++i) network_.send(0, "n0", service, body, "any");
    test::run_virtually(heap_);
  }
  std::vector<std::string> words() const { return service_words(*services_); }

  using Words = std::vector<std::string>;
  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  Network network_{heap_, nodes_, {}, 1};
  std::optional<Services> services_;
};

TEST_F(ServiceWords, WhatAGoodNodeDoesIsNotSpokenOf) {
  ask("seq-kv", R"({"type":"read","key":"k","msg_id":1})", 50);
  ask("seq-kv", R"({"type":"write","key":"k","value":1,"msg_id":2})");
  ask("seq-kv", R"({"type":"read","key":"k","msg_id":1})", 50);
  ask("lin-tso", R"({"type":"ts","msg_id":3})");
  ask("lin-kv", R"({"type":"cas","key":"k","from":1,"to":2,"msg_id":4})", 19);
  EXPECT_EQ(words(), Words());
}

TEST_F(ServiceWords, ATypeThatNobodyKnowsIsQuotedWithThoseThatAreKnown) {
  ask("seq-kv", R"({"type":"compare_and_set","msg_id":1})", 2);
  ask("lin-tso", R"({"msg_id":1})");
  EXPECT_EQ(words(),
            (Words{"n0 sent seq-kv 2 requests of a type that it does not know, so nothing is "
                   "answered: \"compare_and_set\" (it knows read, write and cas)",
                   "n0 sent lin-tso 1 request of a type that it does not know, so nothing is "
                   "answered: null (it knows ts)"}));
}

TEST_F(ServiceWords, ARequestWithoutAMsgIdHasAnAnswerThatNamesNone) {
  ask("lww-kv", R"({"type":"write","key":1,"value":2})", 3);
  ask("lin-kv", R"({"type":"write","key":1,"value":2,"msg_id":null})");
  EXPECT_EQ(words(), (Words{"n0 sent lin-kv 1 request without a msg_id: their answers can't say "
                            "which request they are to",
                            "n0 sent lww-kv 3 requests without a msg_id: their answers can't say "
                            "which request they are to"}));
}

TEST_F(ServiceWords, ATypeThatOnlyEverGotErrorsIsTold) {
  ask("lin-kv", R"({"type":"write","key":"k","value":1,"msg_id":1})");
  ask("lin-kv", R"({"type":"cas","key":"k","from":5,"to":6,"msg_id":2})", 20);
  EXPECT_EQ(words(), (Words{R"(lin-kv answered every cas of n0 with an error, 20 times, the last: )"
                            R"({"type":"error","code":22,"text":"current value 1 is not 5"})"}));
  ask("lin-kv", R"({"type":"cas","key":"k","from":1,"to":6,"msg_id":2})");
  EXPECT_EQ(words(), Words());
}

}  // namespace
}  // namespace hearsay::bench
