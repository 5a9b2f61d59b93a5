// What services of the real Maelstrom answered, held against ours: to the byte where there is no
// chance; where there is, each reply must be one that ours can give after all that came before.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/experiment/services/store_services.h"
#include "tools/experiment/services/timestamps.h"

namespace hearsay::bench {
namespace {

struct Exchange {
  std::string client;
  ServiceJson request;
  ServiceJson reply;  // without in_reply_to
};

std::vector<Exchange> recorded(const std::string& recording, const std::string& service) {
  std::ifstream file(std::string(HEARSAY_TEST_DATA) + "/services/" + recording + ".jsonl");
  std::vector<Exchange> exchanges;
  for (std::string line; std::getline(file, line);) {
    ServiceJson parts = ServiceJson::parse(line);
    if (parts[0] != service) continue;
    parts[3].erase("in_reply_to");
    exchanges.push_back({parts[1].get<std::string>(), parts[2], parts[3]});
  }
  EXPECT_FALSE(exchanges.empty()) << recording << " " << service;
  return exchanges;
}

StoreRequest parsed(const Exchange& exchange) {
  return parse_store_request(exchange.request).value();
}

class RecordedServices : public testing::TestWithParam<const char*> {};

TEST(RecordedLinKv, AnswersTheSame) {
  for (const char* recording : {"basics", "mixed"}) {
    StoredValues values;
    for (const Exchange& each : recorded(recording, "lin-kv")) {
      EXPECT_EQ(carry_out(parsed(each), answer_store_request, values).dump(), each.reply.dump())
          << each.request;
    }
  }
}

// Which replicas there may be, by what was answered so far. Keys don't know of each other.
TEST_P(RecordedServices, LwwKvMayAnswerSo) {
  using Replicas = std::pair<StoredValues, StoredValues>;
  std::map<std::string, std::set<Replicas>> possible;  // by key
  for (const Exchange& each : recorded(GetParam(), "lww-kv")) {
    const StoreRequest request = parsed(each);
    std::set<Replicas>& before = possible[request.key];
    if (before.empty()) before.emplace();
    std::set<Replicas> after;
    for (const Replicas& replicas : before) {
      Replicas first = replicas;
      if (carry_out(request, answer_loose_store_request, first.first).dump() == each.reply.dump()) {
        after.insert(std::move(first));
      }
      Replicas second = replicas;
      if (carry_out(request, answer_loose_store_request, second.second).dump() ==
          each.reply.dump()) {
        after.insert(std::move(second));
      }
    }
    ASSERT_FALSE(after.empty()) << each.client << ": " << each.request << " " << each.reply;
    before = std::move(after);
  }
}

// Where the store and its clients may be. Which version one client has seen says nothing of the
// others'.
struct Place {
  VersionedStore store;
  std::map<std::string, std::set<std::int64_t>> seen;
};

std::vector<Place> places_after(const Place& before, const Exchange& each) {
  const StoreRequest request = parsed(each);
  auto seen = before.seen.find(each.client);
  const std::int64_t oldest = seen == before.seen.end() ? 0 : *seen->second.begin();
  std::vector<Place> changed;
  std::set<std::int64_t> unchanged;
  for (std::int64_t drawn = oldest; drawn <= before.store.newest(); ++drawn) {
    VersionedStore store = before.store;
    if (store.answer(request, drawn).dump() != each.reply.dump()) continue;
    if (store.newest() == before.store.newest()) {
      unchanged.insert(drawn);
    } else if (changed.empty()) {  // from whatever version, it is made on the newest one
      changed.push_back({store, before.seen});
      changed.back().seen[each.client] = {store.newest()};
    }
  }
  if (!unchanged.empty()) {
    changed.push_back(before);
    changed.back().seen[each.client] = unchanged;
  }
  return changed;
}

TEST_P(RecordedServices, SeqKvMayAnswerSo) {
  std::vector<Place> places(1);
  for (const Exchange& each : recorded(GetParam(), "seq-kv")) {
    std::vector<Place> after;
    for (const Place& place : places) {
      for (Place& next : places_after(place, each)) after.push_back(std::move(next));
    }
    ASSERT_FALSE(after.empty()) << each.client << ": " << each.request << " " << each.reply;
    ASSERT_LT(after.size(), 1000U);
    places = std::move(after);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RecordedServices, testing::Values("basics", "mixed", "far-behind"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(RecordedTimestamps, AreTheSame) {
  LinTso service;
  for (const Exchange& each : recorded("basics", "lin-tso")) {
    const ServiceJson message = {{"src", each.client}, {"body", each.request}};
    const auto reply = service.handle(message.dump());
    ASSERT_TRUE(reply);
    ServiceJson body = ServiceJson::parse(reply->body);
    EXPECT_EQ(body["in_reply_to"], each.request["msg_id"]);
    body.erase("in_reply_to");
    EXPECT_EQ(body, each.reply);
  }
}

}  // namespace
}  // namespace hearsay::bench
