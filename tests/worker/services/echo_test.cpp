#include <gtest/gtest.h>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

TEST(Echo, AnyJsonComesBackUnchanged) {
  CoreHarness core;
  core.initialise();
  for (const char* text : {R"("Please echo 3")", R"({"b":[1,null,true],"a":"\n\u00e9"})", "null",
                           "123456789012345678901234567890", "\"\""}) {
    const Json value = Json::parse(text);
    EXPECT_EQ(core.ask({{"type", "echo"}, {"echo", value}})["echo"], value) << text;
  }
}

TEST(Echo, WithoutTheFieldItIsABadRequest) {
  CoreHarness core;
  core.initialise();
  const Json body = core.ask({{"type", "echo"}});
  EXPECT_EQ(body["code"], 12);
  EXPECT_EQ(body["text"], "missing field 'body.echo'");
}

}  // namespace
}  // namespace hearsay::test
