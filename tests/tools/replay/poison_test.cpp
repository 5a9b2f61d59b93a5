// Inputs that kill their worker by themselves (tests/process/faulty_service.h), recorded and
// replayed with the same service, and with one that was mended.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/process/faulty_service.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"
#include "tools/replay/player.h"
#include "tools/replay/verdict.h"
#include "worker/core/context.h"
#include "worker/core/service_list.h"
#include "worker/services/broadcast.h"
#include "worker/services/echo.h"
#include "worker/services/unique_ids.h"

namespace hearsay {
namespace {

bool is_mended = false;

class MendedService final : public core::Service {
 public:
  std::span<const std::string_view> types() const override { return faulty_.types(); }
  void handle(core::Context& context, const protocol::Message& message) override {
    context.reply(message, "well_ok");
  }

 private:
  test::FaultyService faulty_;
};

std::unique_ptr<core::Service> make_service() {
  if (is_mended) return std::make_unique<MendedService>();
  return std::make_unique<test::FaultyService>();
}

}  // namespace

// As the worker's that the test runs.
std::vector<core::ServiceEntry> core::services() {
  return {{"echo", 1, [](const auto&) { return std::make_unique<services::Echo>(); }},
          {"unique-ids", 2, [](const auto&) { return std::make_unique<services::UniqueIds>(); }},
          {"broadcast", 3,
           [](const GossipOptions& gossip) {
             return std::make_unique<services::Broadcast>(services::kBroadcastWords, gossip);
           }},
          {"faulty", 1000, [](const auto&) { return make_service(); }}};
}

namespace replay {
namespace {

class ReplayFaulty : public testing::Test {
 protected:
  void SetUp() override { is_mended = false; }
  void record(const char* type) {
    test::Conversation talk(
        {.arguments = {"--worker=" + test::built_program("hearsay-worker-killpoints").string(),
                       "--hang-limit-ms=300", "--record=" + folder_.path().string()}});
    talk.say(test::request_line("c1", "n1", "broadcast", 5, {{"message", 5}}));
    talk.say(test::request_line("c1", "n1", type, 6));
    EXPECT_EQ(test::error_code_of(talk.answer_to(6)), 13);
    EXPECT_TRUE(talk.still_echoes());
    talk.expect_end();
  }
  std::string path() const { return folder_ / "n1.recording"; }

  test::TemporaryFolder folder_;
};

class ReplayPoison : public ReplayFaulty, public testing::WithParamInterface<const char*> {};

TEST_P(ReplayPoison, DiesAgainAtTheSameInput) {
  record(GetParam());
  Player player(path());
  std::string told;
  player.set_tell([&](const std::string& line) { told += line + '\n'; });
  while (player.look() != nullptr) player.run();
  EXPECT_TRUE(player.is_same()) << describe_verdict(player, path());
  EXPECT_EQ(player.deaths(), 3U);
  EXPECT_NE(told.find("ends the worker again"), std::string::npos) << told;
}

TEST_P(ReplayPoison, IsSurvivedByWhatWasMended) {
  record(GetParam());
  is_mended = true;
  Player player(path());
  while (player.look() != nullptr) player.run();
  EXPECT_FALSE(player.difference()) << describe_verdict(player, path());
  EXPECT_EQ(player.survived().size(), 3U);
  EXPECT_FALSE(player.is_same());
}

INSTANTIATE_TEST_SUITE_P(Kinds, ReplayPoison, testing::Values("crash", "throw"));

// As gdb would see it: in this process, at the first worker that died of it.
TEST_F(ReplayFaulty, RunsHereWhenItIsWanted) {
  record("crash");
  Player player(path());
  player.set_wants_last_steps([](const Life& life, const Player::Next* fatal) {
    return fatal != nullptr && life.generation() == 2;
  });
  const auto run_all = [&] {
    while (player.look() != nullptr) player.run();
  };
  EXPECT_EXIT(run_all(), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace replay
}  // namespace hearsay
