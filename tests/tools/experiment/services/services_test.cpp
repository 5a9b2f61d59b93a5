// The services by themselves, and as members of a network.
#include "tools/experiment/services/services.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/virtual_nodes.h"
#include "tools/experiment/services/clojure_text.h"

namespace hearsay::bench {
namespace {

// The reply's body, null if there is none.
ServiceJson ask(Service& service, const std::string& client, const char* body) {
  const auto reply = service.handle(
      ServiceJson{{"src", client}, {"dest", "x"}, {"body", ServiceJson::parse(body)}}.dump());
  if (!reply) return nullptr;
  EXPECT_EQ(reply->dest, client);
  ServiceJson answer = ServiceJson::parse(reply->body);
  EXPECT_EQ(ServiceJson(reply->type), answer["type"]);
  return answer;
}

TEST(ClojureText, IsWhatClojurePrints) {
  const auto text = [](const char* json) { return clojure_text(ServiceJson::parse(json)); };
  EXPECT_EQ(text(R"([1,"a\"b",null,true,{"z":1,"a":[]}])"),
            R"([1 "a\"b" nil true {"z" 1, "a" []}])");
  EXPECT_EQ(text("[1.0,2.5,-0.001,1e7,12345678.0,1.5e-4,1e300]"),
            "[1.0 2.5 -0.001 1.0E7 1.2345678E7 1.5E-4 1.0E300]");
  EXPECT_EQ(text(R"("line\nend\ttab\\")"), R"("line\nend\ttab\\")");
  EXPECT_EQ(clojure_plain_text("text"), "text");
  EXPECT_EQ(clojure_plain_text(nullptr), "");
  EXPECT_EQ(clojure_plain_text(ServiceJson::parse(R"(["text"])")), R"(["text"])");
}

TEST(LinKv, AMissingMemberIsNull) {
  LinKv service;
  EXPECT_EQ(ask(service, "n0", R"({"type":"write"})").dump(),
            R"({"type":"write_ok","in_reply_to":null})");
  EXPECT_EQ(ask(service, "n0", R"({"type":"read","key":null,"msg_id":"m"})").dump(),
            R"({"type":"read_ok","value":null,"in_reply_to":"m"})");
  EXPECT_EQ(ask(service, "n0", R"({"type":"cas","to":5,"msg_id":3})")["type"], "cas_ok");
}

TEST(LinKv, MembersInAnotherOrderAreTheSameValue) {
  LinKv service;
  ask(service, "n0", R"({"type":"write","key":{"a":1,"b":2},"value":{"x":1,"y":[1]}})");
  const ServiceJson reply =
      ask(service, "n0", R"({"type":"cas","key":{"b":2,"a":1},"from":{"y":[1],"x":1},"to":2})");
  EXPECT_EQ(reply["type"], "cas_ok") << reply;
}

TEST(LinKv, ZeroIsOneValueAndOneKeyWhateverItsSign) {
  LinKv service;
  ask(service, "n0", R"({"type":"write","key":[0.0],"value":{"x":[-0.0,"-0.0"]}})");
  const auto cas = [&](const char* from) {
    return ask(
        service, "n0",
        (std::string(R"({"type":"cas","key":[-0.0],"to":{"x":[0.0,"-0.0"]},"from":)") + from + "}")
            .c_str());
  };
  EXPECT_EQ(cas(R"({"x":[0.0,"-0.0"]})")["type"], "cas_ok");
  EXPECT_EQ(cas(R"({"x":[-0.0,"-0.0"]})")["type"], "cas_ok");
  EXPECT_EQ(cas(R"({"x":[0.0,"0.0"]})")["code"], 22) << "a text";
  EXPECT_EQ(cas(R"({"x":[0,"-0.0"]})")["code"], 22) << "a whole number";
}

// 2^100 and its neighbour, which are one double.
TEST(LinKv, NumbersOfAnySizeAreWhatTheyAre) {
  const std::string large = "1267650600228229401496703205376";
  const std::string next = "1267650600228229401496703205377";
  LinKv service;
  const auto ask_for = [&](const std::string& body) {
    const auto reply = service.handle(R"({"src":"n0","dest":"lin-kv","body":)" + body + "}");
    return reply ? reply->body : "";
  };
  ask_for(R"({"type":"write","key":)" + large + R"(,"value":[)" + next + R"(,"x"],"msg_id":1})");
  EXPECT_EQ(ask_for(R"({"type":"read","key":)" + large + R"(,"msg_id":)" + next + "}"),
            R"({"type":"read_ok","value":[)" + next + R"(,"x"],"in_reply_to":)" + next + "}");
  for (const std::string& other : {next, '"' + large + '"'}) {
    EXPECT_NE(ask_for(R"({"type":"read","key":)" + other + "}").find("key does not exist"),
              std::string::npos)
        << other;
  }
  const std::string refusal =
      ask_for(R"({"type":"cas","key":)" + large + R"(,"from":)" + large + R"(,"to":1})");
  EXPECT_NE(refusal.find("current value [" + next + R"( \"x\"] is not )" + large),
            std::string::npos)
      << refusal;
}

TEST(LinKv, TheFlagCountsUnlessItIsFalseOrNull) {
  LinKv service;
  const auto type_with = [&](const char* flag) {
    static int key = 0;
    const std::string body = R"({"type":"cas","from":1,"to":2,"key":)" + std::to_string(key++) +
                             R"(,"create_if_not_exists":)" + flag + "}";
    return ask(service, "n0", body.c_str())["type"].get<std::string>();
  };
  EXPECT_EQ(type_with("false"), "error");
  EXPECT_EQ(type_with("null"), "error");
  EXPECT_EQ(type_with("0"), "cas_ok");
  EXPECT_EQ(type_with("\"no\""), "cas_ok");
}

TEST(EveryService, DoesNotAnswerWhatItDoesNotKnow) {
  LinKv lin_kv;
  SeqKv seq_kv(1);
  LwwKv lww_kv(1);
  LinTso lin_tso;
  for (Service* service : std::vector<Service*>{&lin_kv, &seq_kv, &lww_kv, &lin_tso}) {
    for (const char* body : {R"({"type":"delete","key":1})", R"({"type":5})", "{}"}) {
      EXPECT_TRUE(ask(*service, "n0", body).is_null()) << body;
    }
  }
  EXPECT_TRUE(ask(lin_tso, "n0", R"({"type":"read","key":1})").is_null());
  EXPECT_TRUE(ask(lin_kv, "n0", R"({"type":"ts"})").is_null());
}

TEST(SeqKv, AReaderMayStayInThePastForEver) {
  SeqKv service(7);
  for (int i = 0; i < 20; ++i) {
    ask(service, "n0", (R"({"type":"write","key":"x","value":)" + std::to_string(i) + "}").c_str());
  }
  std::set<std::string> first_reads;
  for (int i = 0; i < 300; ++i) {
    const ServiceJson reply =
        ask(service, "reader " + std::to_string(i), R"({"type":"read","key":"x"})");
    first_reads.insert(reply["type"] == "error" ? "missing" : reply["value"].dump());
  }
  EXPECT_EQ(first_reads.size(), 21U);
  EXPECT_EQ(ask(service, "n0", R"({"type":"read","key":"x"})")["value"], 19);
}

TEST(SeqKv, AClientGoesForwardWithinTheRingAndAChangeBringsItToTheEnd) {
  SeqKv service(3);
  std::int64_t last = -1;
  for (int i = 0; i < 30; ++i) {
    ask(service, "n0", (R"({"type":"write","key":"x","value":)" + std::to_string(i) + "}").c_str());
    const ServiceJson reply = ask(service, "n1", R"({"type":"read","key":"x"})");
    const std::int64_t now = reply["type"] == "error" ? -1 : reply["value"].get<std::int64_t>();
    EXPECT_GE(now, last);
    last = now;
  }
  ask(service, "n1", R"({"type":"write","key":"own","value":"never written before"})");
  EXPECT_EQ(ask(service, "n1", R"({"type":"read","key":"x"})")["value"], 29);
}

TEST(SeqKv, FarBehindReadsGoBack) {
  bool went_back = false;
  for (std::uint64_t seed = 0; seed < 20 && !went_back; ++seed) {
    SeqKv service(seed);
    for (int i = 0; i < 100; ++i) {
      ask(service, "n0",
          (R"({"type":"write","key":"x","value":)" + std::to_string(i) + "}").c_str());
    }
    std::int64_t last = -1;
    for (int i = 0; i < 10; ++i) {
      const std::int64_t now =
          ask(service, "n1", R"({"type":"read","key":"x"})")["value"].get<std::int64_t>();
      EXPECT_GE(now, 100 - VersionedStore::kHeld);
      went_back = went_back || now < last;
      last = now;
    }
  }
  EXPECT_TRUE(went_back);
}

TEST(LwwKv, TwoStoresNeverMeet) {
  LwwKv service(5);
  ask(service, "n0", R"({"type":"write","key":"x","value":1})");
  int missing = 0;
  for (int i = 0; i < 1000; ++i) {
    if (ask(service, "n0", R"({"type":"read","key":"x"})")["type"] == "error") ++missing;
  }
  EXPECT_GT(missing, 400);
  EXPECT_LT(missing, 600);
}

TEST(EveryService, TheSeedDecides) {
  const auto reads = [](std::uint64_t seed) {
    LwwKv service(seed);
    ask(service, "n0", R"({"type":"write","key":"x","value":1})");
    std::string text;
    for (int i = 0; i < 40; ++i) text += ask(service, "n0", R"({"type":"read","key":"x"})").dump();
    return text;
  };
  EXPECT_EQ(reads(1), reads(1));
  EXPECT_NE(reads(1), reads(2));
}

class ServicesInANetwork : public testing::Test {
 protected:
  void make(const NetworkOptions& options) {
    network_.emplace(heap_, nodes_, options, 1);
    network_->add_node("n0");
    network_->add_node("n1");
    services_.emplace(*network_, 1);
  }
  void request(std::int64_t at_ns, const std::string& src, const std::string& dest) {
    EXPECT_FALSE(network_->send(at_ns, src, dest, R"({"type":"ts","msg_id":1})", "ts"));
  }

  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  std::optional<Network> network_;
  std::optional<Services> services_;
};

TEST_F(ServicesInANetwork, LatencyAppliesBothWaysAndTrafficIsTheServers) {
  make({{100}});
  request(0, "n0", "lin-tso");
  test::run_virtually(heap_);
  ASSERT_EQ(nodes_.arrivals.size(), 1U);
  EXPECT_EQ(nodes_.arrivals[0].time_ms, 200);
  EXPECT_EQ(nodes_.arrivals[0].message.at("src"), "lin-tso");
  EXPECT_EQ(nodes_.arrivals[0].message.at("body"),
            nlohmann::json::parse(R"({"type":"ts_ok","ts":0,"in_reply_to":1})"));
  EXPECT_EQ(network_->server_messages().sent, 2);
  EXPECT_EQ(network_->server_messages().received, 2);
  EXPECT_EQ(network_->client_messages().sent, 0);
}

TEST_F(ServicesInANetwork, NoFaultHitsThem) {
  NetworkOptions options{{10}};
  options.wire.loss = 1;
  make(options);
  network_->cut(Fault::partition, {{true, true}, {true, true}});
  request(0, "n0", "lin-tso");
  test::run_virtually(heap_);
  EXPECT_EQ(nodes_.arrivals.size(), 1U);
}

TEST_F(ServicesInANetwork, RequestsWaitInItsQueueInTheOrderInWhichTheyComeDue) {
  make({{100, LatencyDistribution::uniform}});
  for (int i = 0; i < 50; ++i) request(i * kNsPerMs, i % 2 == 0 ? "n0" : "n1", "lin-tso");
  test::run_virtually(heap_);
  std::set<int> stamps;
  for (const auto& arrival : nodes_.arrivals) {
    stamps.insert(arrival.message.at("body").at("ts").get<int>());
  }
  EXPECT_EQ(stamps.size(), 50U);
}

TEST_F(ServicesInANetwork, ANodeThatIsDownGetsNoReply) {
  make({{100}});
  request(0, "n0", "lin-tso");
  test::run_virtually(heap_, 150 * kNsPerMs);
  network_->take_down(150 * kNsPerMs, 0);
  test::run_virtually(heap_);
  EXPECT_TRUE(nodes_.arrivals.empty());
  EXPECT_EQ(network_->hit_by(Fault::kill), 1);
}

TEST_F(ServicesInANetwork, AreNoNodes) {
  make({});
  EXPECT_EQ(network_->node_count(), 2U);
  EXPECT_EQ(network_->traffic().busiest_node(), 0U);
}

}  // namespace
}  // namespace hearsay::bench
