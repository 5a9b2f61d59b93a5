// The simulator over a service that breaks the rules: it is found out.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tools/sim/sim_node.h"
#include "worker/core/context.h"

namespace hearsay::test {
namespace {

// Counts in a variable that belongs to no worker, and in memory that the journal does not know.
class Careless final : public core::Service {
 public:
  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 2> kTypes{"static", "unkept"};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override {
    static std::int64_t beyond = 0;
    const std::int64_t count = message.type == "static" ? ++beyond : ++unkept_;
    context.reply(message, "counted",
                  [&](protocol::MessageWriter& body) { body.integer("count", count); });
  }
  void snapshot(const ChangeSink& sink) const override { sink(1, bytes_of(unkept_)); }

 private:
  std::int64_t unkept_ = 0;
};

class OwnService : public ::testing::Test {
 protected:
  OwnService() : node_({.services = {}, .key = {1, 2}, .nodes = {}}, desk_) {
    start();
    say(R"({"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0"]})");
    while (node_.has_input()) node_.step();
  }
  bool start() {
    node_.start_worker(0);
    return node_.worker_up();
  }
  void say(const std::string& body) {
    EXPECT_EQ(node_.take_line(0, R"({"src":"c1","dest":"n0","body":)" + body + "}"), "");
  }

  sim::SimNode::Desk desk_;
  sim::SimNode node_;
};

TEST_F(OwnService, AStepThatAnswersOtherwiseWhenItIsRunAgainIsSeen) {
  say(R"({"type":"static","msg_id":2})");
  node_.crash(true);
  EXPECT_TRUE(start());
  node_.step();
  EXPECT_FALSE(node_.repeats_well());
  say(R"({"type":"static","msg_id":3})");
  node_.step();
  EXPECT_TRUE(node_.repeats_well()) << "it ran for the first time";
}

TEST_F(OwnService, AStepThatAnswersTheSameAgainIsGood) {
  say(R"({"type":"unkept","msg_id":2})");
  node_.crash(true);
  EXPECT_TRUE(start());
  node_.step();
  EXPECT_TRUE(node_.repeats_well());
}

TEST_F(OwnService, AStateThatTheJournalDoesNotKnowIsSeen) {
  say(R"({"type":"unkept","msg_id":2})");
  node_.step();
  node_.crash(false);
  EXPECT_FALSE(start());
}

}  // namespace
}  // namespace hearsay::test

std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
  return {{"careless", 9, [](const auto&) { return std::make_unique<test::Careless>(); }}};
}
