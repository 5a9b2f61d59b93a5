// Gossip messages that no node of ours sends. What is refused changes nothing; what is not does no
// harm: the node lives, answers reads, sends only to nodes, and recovers to what it was.
#include <gtest/gtest.h>

#include <random>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"
#include "tests/worker/support/refusals.h"

namespace hearsay::test {
namespace {

// Valid messages to n0 of three nodes, by strategy.
std::vector<Json> valid_messages(const std::string& strategy) {
  std::vector<Json> bodies{
      Json::parse(R"({"type":"gossip-have","epoch":3,"missed":[7,1,2]})"),
      Json::parse(
          R"({"type":"gossip-have","epoch":3,"ranks":[0,2],"vector":[[1,60,2],[2,61,0]],"early":[[2,61,4]],"at":5000})"),
      Json::parse(R"({"type":"gossip-have","epoch":3,"count":2,"fingerprint":99,"asks":1})"),
      Json::parse(R"({"type":"gossip-fill","epoch":3,"runs":[[2,61,2,["x"]]],"next":1,
                      "stream":[61,4],"echo":800000,"known":1})")};
  if (strategy == "relay") {
    bodies.push_back(Json::parse(R"({"type":"gossip-tell","epoch":3,"at":5000,"hop":100000,
                                     "jitter":3000,"runs":[[1,60,1,[5,6]]],"urgent":1,
                                     "seen":[5,1,0]})"));
    bodies.push_back(Json::parse(R"({"type":"gossip-spread","epoch":4,"root":1,"incarnation":60,
        "number":5,"place":1,"repeats":2,"at":500,"hop":100000,"loss":20,"ping":[0,1000,2000],"heads":[2,61,3],
        "runs":[[1,60,3,[7]],[2,61,1,["a"]]]})"));
  } else {
    bodies.push_back(Json::parse(R"({"type":"gossip-spread","era":9,"into":1000,
                                     "parts":[[3,[[1,60,1,[5,6]]]],[0,[[2,61,1,["a"]]]]]})"));
  }
  return bodies;
}

// A node that has seen some gossip and is in the middle of things.
class Node {
 public:
  explicit Node(const std::string& strategy) : core_({.strategy = strategy}) {
    core_.initialise();
    core_.ask({{"type", "broadcast"}, {"message", "own"}});
    for (const Json& body : valid_messages(strategy)) hear_numbered(core_, body);
    core_.now_ns += kNsPerSecond;
  }

  bool refuses(const Json& body, const std::string& src = "n1") {
    std::vector<Json> lines;
    const bool refused = test::refuses(core_, body, src, &lines);
    expect_sane(lines);
    return refused;
  }
  void expect_recovers() {
    const Json before = core_.ask({{"type", "read"}});
    core_.restart();
    expect_sane(core_.worker_started(++generation_));
    const Json after = core_.ask({{"type", "read"}});
    EXPECT_EQ(after["messages"], before["messages"]);
  }
  void fire_a_timer() {
    std::vector<Json> lines;
    core_.fire_next_timer(lines);
    expect_sane(lines);
  }

 private:
  // Anything else would silence the node under Maelstrom.
  static void expect_sane(const std::vector<Json>& lines) {
    for (const Json& line : lines) {
      EXPECT_TRUE(line["dest"] == "n1" || line["dest"] == "n2") << line;
      for (const auto& [name, field] : line["body"].items()) {
        EXPECT_TRUE(!field.is_number() || field.is_number_unsigned()) << name << line;
      }
    }
  }

  CoreHarness core_;
  std::uint64_t generation_ = 1;
};

class Malformed : public ::testing::TestWithParam<std::string> {};

// In all messages that have them, or in those of a type.
const std::vector<std::string> kOptional{"type",
                                         "early",
                                         "asks",
                                         "next",
                                         "stream",
                                         "echo",
                                         "known",
                                         "urgent",
                                         "jitter",
                                         "seen",
                                         "ping",
                                         "heads",
                                         "repeats",
                                         "loss",
                                         "gossip-have at",
                                         "gossip-spread at",
                                         "gossip-spread hop"};

TEST_P(Malformed, WhatIsValidIsTaken) {
  for (const Json& body : valid_messages(GetParam())) {
    Node node(GetParam());
    EXPECT_FALSE(node.refuses(body)) << body;
    node.expect_recovers();
  }
}

TEST_P(Malformed, AMissingFieldIsRefused) {
  Node node(GetParam());
  for (const Json& body : valid_messages(GetParam())) {
    for (const auto& [name, value] : body.items()) {
      const std::string of_type = body["type"].get<std::string>() + " " + name;
      if (std::count(kOptional.begin(), kOptional.end(), name) > 0) continue;
      if (std::count(kOptional.begin(), kOptional.end(), of_type) > 0) continue;
      Json less = body;
      less.erase(name);
      EXPECT_TRUE(node.refuses(less)) << less;
    }
  }
}

TEST_P(Malformed, AFieldOfAnotherTypeIsRefused) {
  Node node(GetParam());
  for (const Json& body : valid_messages(GetParam())) {
    for (const auto& [name, value] : body.items()) {
      if (name == "type") continue;
      for (const char* wrong : {"null", "true", "\"3\"", "{}", "1.5", "-1", "[[]]", "[-1]",
                                "[\"1\",2,3]", "36893488147419103232", "1e3"}) {
        Json other = body;
        other[name] = Json::parse(wrong);
        EXPECT_TRUE(node.refuses(other)) << other;
      }
    }
  }
}

TEST_P(Malformed, RanksThatNoNodeHasAreRefused) {
  Node node(GetParam());
  for (const Json& body : valid_messages(GetParam())) {
    for (const std::uint64_t rank : {std::uint64_t{3}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
      for (const char* pointer : {"/root", "/place", "/next", "/ranks/0", "/ranks/1", "/heads/0",
                                  "/runs/0/0", "/vector/0/0", "/parts/0/1/0/0", "/early/0/0"}) {
        const Json::json_pointer at(pointer);
        if (!body.contains(at)) continue;
        Json other = body;
        other[at] = rank;
        EXPECT_TRUE(node.refuses(other)) << other;
      }
    }
  }
}

TEST_P(Malformed, HugeNumbersAreRefused) {
  Node node(GetParam());
  for (const Json& body : valid_messages(GetParam())) {
    for (const std::uint64_t huge : {~std::uint64_t{0}, (std::uint64_t{1} << 62) + 1}) {
      for (const char* pointer :
           {"/epoch",   "/number",    "/repeats",       "/at",       "/hop",    "/era",
            "/into",    "/parts/0/0", "/parts/0/1/0/2", "/count",    "/asks",   "/urgent",
            "/jitter",  "/loss",      "/seen/0",        "/seen/1",   "/seen/2", "/echo",
            "/known",   "/missed/1",  "/missed/2",      "/stream/1", "/ping/1", "/ping/2",
            "/heads/2", "/runs/0/2",  "/vector/0/2",    "/early/0/2"}) {
        const Json::json_pointer at(pointer);
        if (!body.contains(at)) continue;
        Json other = body;
        other[at] = huge;
        EXPECT_TRUE(node.refuses(other)) << other;
      }
    }
  }
}

TEST_P(Malformed, OnlyNodesGossip) {
  Node node(GetParam());
  for (const Json& body : valid_messages(GetParam())) {
    for (const char* src : {"c1", "n3", "seq-kv"}) {
      EXPECT_TRUE(node.refuses(body, src)) << src << body;
    }
  }
}

TEST_P(Malformed, ABatchThatIsNotForThisNodeIsRefused) {
  if (GetParam() != "relay") return;
  Node node(GetParam());
  Json own = valid_messages(GetParam()).back();
  own["root"] = 0;
  EXPECT_TRUE(node.refuses(own));
  Json root = valid_messages(GetParam()).back();
  root["place"] = 0;
  EXPECT_TRUE(node.refuses(root));
}

// Changes a random part of a message.
void mutate(Json& part, std::mt19937& dice) {
  if (part.is_structured() && !part.empty() && dice() % 8 != 0) {
    auto at = part.begin();
    std::advance(at, dice() % part.size());
    if (dice() % 10 == 0) {
      part.erase(at);
    } else {
      mutate(*at, dice);
    }
    return;
  }
  static const Json kValues = Json::parse(R"([0,1,2,3,4,7,60,61,-1,1.5,null,true,"","n1",[],[[]],{},
      4294967295,4294967296,4503599627370496,4503599627370497,4611686018427387904,
      4611686018427387905,9223372036854775807,9223372036854775808,18446744073709551615,
      [1,2,3],[[1,60,1,[5]]],[[0,7,1,["mine"]]],[[0,7,2]]])");
  part = kValues[dice() % kValues.size()];
}

TEST_P(Malformed, RandomMutationsDoNoHarm) {
  std::mt19937 dice(11);
  const auto bodies = valid_messages(GetParam());
  int refused = 0;
  constexpr int kMessages = 4'000;
  auto node = std::make_unique<Node>(GetParam());
  for (int i = 0; i < kMessages; ++i) {
    Json body = bodies[dice() % bodies.size()];
    const std::string type = body["type"];
    for (auto times = dice() % 3 + 1; times > 0; --times) mutate(body, dice);
    if (!body.is_object()) continue;
    body["type"] = type;
    refused += node->refuses(body);
    if (dice() % 4 == 0) node->fire_a_timer();
    if (dice() % 50 == 0) node->expect_recovers();
    if (dice() % 100 == 0) node = std::make_unique<Node>(GetParam());
  }
  EXPECT_GT(refused, kMessages / 4);
  EXPECT_LT(refused, kMessages * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Strategies, Malformed, ::testing::Values("relay", "epidemic"),
                         [](const auto& which) { return which.param; });

}  // namespace
}  // namespace hearsay::test
