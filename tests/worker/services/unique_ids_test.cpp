#include <gtest/gtest.h>

#include <set>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

TEST(UniqueIds, DifferWithinANodeAndAcrossCrashesAndLives) {
  std::set<std::string> ids;
  std::size_t asked = 0;
  for (const std::uint64_t incarnation : {1U, 2U, 3U}) {
    CoreHarness core({}, {incarnation, 42});
    core.initialise();
    for (int i = 0; i < 100; ++i) {
      if (i % 10 == 0) core.restart();
      ids.insert(core.ask({{"type", "generate"}})["id"].get<std::string>());
      ++asked;
    }
  }
  EXPECT_EQ(ids.size(), asked);
}

TEST(UniqueIds, DifferThoughTheStateGoesBack) {
  CoreHarness core;
  core.initialise();
  const auto then = core.state();
  std::set<std::string> ids;
  for (int life = 0; life < 3; ++life) {
    if (life > 0) core.go_back_to(then);
    for (int i = 0; i < 10; ++i) ids.insert(core.ask({{"type", "generate"}})["id"]);
  }
  EXPECT_EQ(ids.size(), 30U);
}

TEST(UniqueIds, CarryTheNodesName) {
  CoreHarness core({}, {0xabc, 42});
  core.initialise();
  const std::string id = core.ask({{"type", "generate"}})["id"];
  EXPECT_EQ(id.substr(0, 7), "n0-abc-");
}

}  // namespace
}  // namespace hearsay::test
