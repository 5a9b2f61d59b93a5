// What a node makes of a message that no node of ours sends.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {

// With a msg_id, so that a refusal is answered. Returns what the node puts out.
inline std::vector<Json> hear_numbered(CoreHarness& core, const Json& body,
                                       const std::string& src = "n1") {
  Json numbered = body;
  numbered["msg_id"] = 77;
  return core.send({{"src", src}, {"dest", "n0"}, {"body", numbered}});
}

// Whether the node refused it, with error 12; if so, nothing may have changed. `taken`: what it put
// out if not.
inline bool refuses(CoreHarness& core, const Json& body, const std::string& src = "n1",
                    std::vector<Json>* taken = nullptr) {
  const std::string journal = core.journal();
  const std::size_t wakes = core.wakes.size();
  const auto lines = hear_numbered(core, body, src);
  if (lines.empty() || lines.back()["body"]["type"] != "error") {
    if (taken != nullptr) *taken = lines;
    return false;
  }
  EXPECT_EQ(lines.size(), 1U) << body;
  EXPECT_EQ(lines[0]["body"]["code"], 12) << body;
  EXPECT_EQ(core.journal(), journal) << body;
  EXPECT_EQ(core.wakes.size(), wakes) << body;
  return true;
}

}  // namespace hearsay::test
