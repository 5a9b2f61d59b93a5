// Values that don't fit a line between nodes: nobody promises to tell them, and no message is
// longer than its receiver takes.
#include "worker/gossip/value_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

constexpr std::uint64_t kLineBytes = 1'200'000;
const std::uint64_t kLongest = gossip::ValueLimit(kLineBytes).bytes();

// A JSON string whose text is so long, its quotes included.
std::string text_of(std::uint64_t bytes, char filling = 'x') {
  // NOLINTNEXTLINE(modernize-return-braced-init-list): braces would make two characters of them
  return std::string(bytes - 2, filling);
}

void expect_fit(const std::vector<Json>& lines) {
  for (const Json& line : lines) EXPECT_LE(line.dump().size(), kLineBytes) << line["body"]["type"];
}

class LimitedValue : public ::testing::TestWithParam<std::string> {
 protected:
  LimitedValue() { core_.initialise(); }

  Json broadcast(const Json& value) {
    return core_.ask({{"type", "broadcast"}, {"message", value}});
  }
  Json broadcast_text(const std::string& value) {
    const auto lines = core_.send_text(
        R"({"src":"c1","dest":"n0","body":{"type":"broadcast","msg_id":900,"message":)" + value +
        "}}");
    const auto answer = std::find_if(lines.begin(), lines.end(),
                                     [](const Json& line) { return line["dest"] == "c1"; });
    return answer == lines.end() ? Json() : (*answer)["body"];
  }
  std::vector<Json> hear(Json body) {
    body["msg_id"] = 901;
    return core_.send({{"src", "n1"}, {"dest", "n0"}, {"body", body}});
  }
  Json messages() { return core_.ask({{"type", "read"}})["messages"]; }

  CoreHarness core_{GossipOptions{.strategy = GetParam(), .max_line_bytes = kLineBytes}};
};

TEST_P(LimitedValue, OneByteTooMuchIsRefusedBeforeAnythingIsChanged) {
  EXPECT_EQ(broadcast(text_of(kLongest))["type"], "broadcast_ok");
  const std::string journal = core_.journal();
  const std::size_t wakes = core_.wakes.size();
  const Json answer = broadcast(text_of(kLongest + 1));
  EXPECT_EQ(answer["code"], 12);
  const std::string text = answer["text"];
  EXPECT_NE(text.find("it may have " + std::to_string(kLongest)), std::string::npos) << text;
  EXPECT_NE(text.find("--max-line-bytes " + std::to_string(kLineBytes)), std::string::npos) << text;
  EXPECT_TRUE(core_.journal() == journal);
  EXPECT_EQ(core_.wakes.size(), wakes);
  EXPECT_EQ(messages().size(), 1U);
}

// Each 1e5 becomes 1e+05.
TEST_P(LimitedValue, TheCanonicalTextCounts) {
  std::string list = "[1e5";
  while (list.size() < kLongest - 10) list += ",1e5";
  EXPECT_EQ(broadcast_text(list + "]")["code"], 12);
  EXPECT_EQ(messages(), Json::array());
}

TEST_P(LimitedValue, APeersIsRefusedToo) {
  const Json value = text_of(kLongest + 1);
  const std::string journal = core_.journal();
  const Json runs{{1, 60, 1, {value}}};
  for (const Json& body :
       {Json{{"type", "gossip"}, {"messages", {value}}},
        Json{{"type", "gossip-fill"}, {"epoch", 0}, {"runs", runs}},
        Json{{"type", "gossip-tell"}, {"epoch", 0}, {"at", 5}, {"hop", 0}, {"runs", runs}}}) {
    const auto lines = hear(body);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["body"]["code"], 12);
  }
  EXPECT_TRUE(core_.journal() == journal);
}

// Long values, short ones and ones of their own length together, over many rounds.
TEST_P(LimitedValue, NoMessageIsLongerThanALine) {
  std::set<Json> told;
  const auto look = [&](const std::vector<Json>& lines) {
    expect_fit(lines);
    for (const Json& line : lines) {
      for (const Json& value : line["body"].value("messages", Json::array())) told.insert(value);
    }
  };
  Json values = Json::array();
  for (const char filling : {'a', 'b', 'c'}) values.push_back(text_of(kLongest, filling));
  for (int i = 0; i < 150; ++i) values.push_back(std::to_string(i) + text_of(20'000));
  for (const Json& value : values) {
    look(core_.send({{"src", "c1"},
                     {"dest", "n0"},
                     {"body", {{"type", "broadcast"}, {"msg_id", 7}, {"message", value}}}}));
  }
  const int rounds = GetParam() == "push" ? 2 : 20;  // each has all there is
  for (int round = 0; round < rounds; ++round) {
    std::vector<Json> lines;
    if (core_.fire_next_timer(lines)) look(lines);
  }
  const bool tells_all_at_once = GetParam() == "push" || GetParam() == "flood";
  EXPECT_EQ(told.size(), tells_all_at_once ? values.size() : 0U);
}

INSTANTIATE_TEST_SUITE_P(Strategies, LimitedValue,
                         ::testing::Values("relay", "epidemic", "flood", "push"),
                         [](const auto& tested) { return tested.param; });

TEST(ValueLimit, LeavesRoomInALine) {
  EXPECT_EQ(gossip::ValueLimit().bytes(), kLongestLineBytes - 512 * 1024);
  EXPECT_EQ(gossip::ValueLimit(2048).bytes(), 1024U);
}

}  // namespace
}  // namespace hearsay::test
