#include "worker/core/service_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "worker/services/echo.h"
#include "worker/services/unique_ids.h"

namespace hearsay::core {
namespace {

ServiceEntry echo(const std::string& name, std::uint16_t tag, bool in_auto = true) {
  return {name, tag, [](const auto&) { return std::make_unique<services::Echo>(); }, in_auto};
}

ServiceEntry ids(const std::string& name, std::uint16_t tag) {
  return {name, tag, [](const auto&) { return std::make_unique<services::UniqueIds>(); }};
}

// The names of those that are switched on.
std::vector<std::string> on(const std::vector<ServiceEntry>& entries, const std::string& workload) {
  std::vector<std::string> names;
  for (const RegisteredService& each : switch_on(entries, {workload, {}})) {
    if (each.service) names.push_back(each.name);
  }
  return names;
}

std::string problem(const std::vector<ServiceEntry>& entries, const std::string& workload) {
  try {
    on(entries, workload);
  } catch (const BadWorkload& bad) {
    return bad.what();
  }
  return {};
}

using Names = std::vector<std::string>;

TEST(ServiceList, AutoIsAllThatAreInIt) {
  const std::vector<ServiceEntry> entries{echo("a", 1), ids("b", 2), echo("c", 3, false)};
  EXPECT_EQ(on(entries, "auto"), (Names{"a", "b"}));
  EXPECT_EQ(on(entries, "c"), (Names{"c"}));
  EXPECT_EQ(on(entries, "b,c"), (Names{"b", "c"}));
  EXPECT_EQ(on({echo("a", 1, false), ids("b", 2)}, "auto,a"), (Names{"a", "b"}));
}

TEST(ServiceList, ACollisionNamesTheTypeAndBothServices) {
  const std::vector<ServiceEntry> entries{echo("first", 1), ids("other", 2), echo("second", 3)};
  EXPECT_EQ(problem(entries, "auto"),
            "messages of the type 'echo' are claimed by 'first' and by 'second': switch on one of "
            "them with --workload");
  EXPECT_EQ(problem(entries, "second,other"), "");
}

TEST(ServiceList, WhatNobodyKnowsIsNamed) {
  const std::vector<ServiceEntry> entries{echo("a", 1)};
  for (const char* workload : {"b", "a,b", "auto,b", "a,,b"}) {
    EXPECT_NE(problem(entries, workload).find("(it has auto, a)"), std::string::npos) << workload;
  }
}

TEST(ServiceList, TagsAreUniqueAndNotTheNodesOwn) {
  EXPECT_EQ(problem({echo("a", 7), ids("b", 7)}, "a"), "'a' and 'b' have the same tag 7");
  EXPECT_NE(problem({echo("a", 0)}, "a"), "");
  EXPECT_NE(problem({echo("a", 65'535)}, "a"), "");
}

}  // namespace
}  // namespace hearsay::core
