// Messages between replicas that no node of ours sends. What is refused changes nothing; what is
// not does no harm.
#include <gtest/gtest.h>

#include <random>

#include "common/base/units.h"
#include "tests/worker/support/refusals.h"

namespace hearsay::test {
namespace {

struct Replicated {
  const char* workload;
  const char* request;  // that changes something
  const char* entries;
  std::vector<const char*> bad_entries;
};

const Replicated kReplicated[] = {
    {"pn-counter",
     R"({"type":"add","delta":3})",
     R"([[1,60,5,2],[2,61,7,0]])",
     {"[1,60,5]", "[1,60,5,2,0]", "[3,60,5,2]", "[1,60,-5,2]", "[1,60,5,9223372036854775808]",
      "[1,60,5.5,2]", "[1,60,\"5\",2]", "5", "null", "{}"}},
    {"txn-rw-register",
     R"({"type":"txn","txn":[["r",1,null],["w",1,2]]})",
     R"([[1,"x",500,2],["k",{"a":[]},70,0]])",
     {"[1,2,3]", "[1,2,3,0,5]", "[1,2,3,3]", "[1,2,-3,0]", "[1,2,1152921504606846977,0]",
      "[1,2,\"3\",0]", "5", "null", "{}"}},
    {"kafka",
     R"({"type":"commit_offsets","offsets":{"a":3}})",
     R"([["x",0,1,60,0,{"a":[]}],["x",1,2,61,4,"b"],["y",5]])",
     {"[\"x\",0,1,60,0]", "[\"x\",0,1,60,0,5,6]", "[5,0]", "[\"x\",-1]", "[\"x\",1.5]",
      "[\"x\",2,3,60,0,1]", "[\"x\",2,1,60,281474976710657,1]", "[\"x\"]",
      "[\"x\",4294967297,1,60,0,1]", "[\"x\",4294967297]", "5", "null", "{}"}}};

class ReplicaMalformed : public ::testing::TestWithParam<Replicated> {
 protected:
  ReplicaMalformed() {
    core_.initialise();
    core_.ask(Json::parse(GetParam().request));
    hear(valid());
    core_.now_ns += kNsPerSecond;
  }
  static Json valid() {
    Json body = Json::parse(
        R"({"type":"gossip-delta","lives":[60,7],"confirms":0,"everywhere":1,"interval":[0,4],"behind":1,"asks":1})");
    body["entries"] = Json::parse(GetParam().entries);
    return body;
  }
  std::vector<Json> hear(const Json& body, const std::string& src = "n1") {
    return hear_numbered(core_, body, src);
  }
  bool refuses(const Json& body, const std::string& src = "n1") {
    return test::refuses(core_, body, src);
  }
  // A successor is what this one is.
  void expect_recovers() {
    core_.compact();
    const std::string before = core_.journal();
    core_.restart();
    core_.compact();
    EXPECT_EQ(core_.journal(), before);
    core_.wakes.clear();
    core_.worker_started(++generation_);
  }

  CoreHarness core_{{}, {7, 42}, nullptr, GetParam().workload};
  std::uint64_t generation_ = 1;
};

TEST_P(ReplicaMalformed, WhatIsValidIsTaken) {
  EXPECT_FALSE(refuses(valid()));
  EXPECT_FALSE(refuses(valid(), "n2"));
  expect_recovers();
}

TEST_P(ReplicaMalformed, OnlyNodesAreHeard) {
  EXPECT_TRUE(refuses(valid(), "c1"));
  EXPECT_TRUE(refuses(valid(), "n0"));
}

TEST_P(ReplicaMalformed, WhatIsMissingIsRefused) {
  for (const char* name : {"lives", "confirms", "entries"}) {
    Json body = valid();
    body.erase(name);
    EXPECT_TRUE(refuses(body)) << name;
  }
}

TEST_P(ReplicaMalformed, WhatIsNoSuchThingIsRefused) {
  constexpr const char* kBad[] = {"null",
                                  "-1",
                                  "1.5",
                                  "\"1\"",
                                  "[1]",
                                  "[1,-2]",
                                  "[1,2,3]",
                                  "{}",
                                  "[[1],2]",
                                  "18446744073709551616",
                                  "4611686018427387905",
                                  "true"};
  const Json good = valid();
  for (const auto& [name, field] : good.items()) {
    for (const char* bad : kBad) {
      if (name == "type") continue;
      Json body = good;
      body[name] = Json::parse(bad);
      EXPECT_TRUE(refuses(body)) << body;
    }
  }
  for (const char* bad : GetParam().bad_entries) {
    Json body = valid();
    body["entries"].push_back(Json::parse(bad));
    EXPECT_TRUE(refuses(body)) << body;
  }
}

TEST_P(ReplicaMalformed, NumbersThatCannotBeAreRefused) {
  for (const char* fields :
       {R"({"lives":[0,7]})", R"({"interval":[4,4]})", R"({"interval":[5,4]})",
        R"({"interval":[0,4611686018427387905]})", R"({"behind":2})",
        R"({"interval":[0,17592186044421]})", R"({"everywhere":17592186044421})", R"({"asks":2})",
        R"({"confirms":4611686018427387904})"}) {
    Json body = valid();
    body.update(Json::parse(fields));
    EXPECT_TRUE(refuses(body)) << body;
  }
}

// What could not be refused for what it is: the node goes on, sends to nodes only, and recovers.
TEST_P(ReplicaMalformed, AnythingElseDoesNoHarm) {
  std::mt19937 random(3);
  const auto any = [&random](std::uint64_t most) {
    return random() % 4 == 0 ? most : random() % 9;
  };
  for (int i = 0; i < 300; ++i) {
    Json body = valid();
    const std::uint64_t since = any(1'000'000);
    body["lives"] = {60 + random() % 3, random() % 3 == 0 ? 0 : 7};
    body["confirms"] = any(std::uint64_t{1} << 31);
    body["everywhere"] = any(std::uint64_t{1} << 43);
    body["interval"] = {since, since + 1 + any(std::uint64_t{1} << 43)};
    body["behind"] = random() % 2;
    body["asks"] = random() % 2;
    if (random() % 3 == 0) body.erase("interval");
    auto lines = hear(body, random() % 2 == 0 ? "n1" : "n2");
    if (random() % 3 == 0) core_.ask(Json::parse(GetParam().request));
    if (random() % 3 == 0) core_.fire_next_timer(lines);
    for (const Json& line : lines) {
      EXPECT_TRUE(line["dest"] == "n1" || line["dest"] == "n2") << line;
      EXPECT_NE(line["body"]["type"], "error") << line << body;
    }
    if (random() % 5 == 0) expect_recovers();
  }
}

INSTANTIATE_TEST_SUITE_P(Workloads, ReplicaMalformed, ::testing::ValuesIn(kReplicated),
                         [](const auto& tested) {
                           std::string name = tested.param.workload;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace hearsay::test
