// The picture of a drill: one mark a strike, in its place, and nothing that a node wrote as HTML.
#include "tools/drill/picture.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::drill {
namespace {

using nlohmann::json;

json results_with(const json& list) {
  return {{"version", "1"},
          {"valid?", true},
          {"strikes-s", 10.0},
          {"strikes", {{"list", list}, {"by-place", json::array()}}}};
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(DrillPicture, HasAMarkForEachStrikeThatWasFollowedByAnAnswer) {
  const std::string html = make_picture(results_with({{0.0, "n0", "idle", 1.0},
                                                      {10000.0, "n1", "commit", 100.0},
                                                      {5000.0, "n1", "step", nullptr}}),
                                        "");
  EXPECT_EQ(count_of(html, "<circle"), 2U);
  EXPECT_EQ(count_of(html, "<rect"), 2U) << "two bars";
  // The corners of a scale from 1 to 100 ms and from 0 to 10 s.
  EXPECT_NE(html.find(R"(<circle cx="70.0" cy="316.0")"), std::string::npos) << html;
  EXPECT_NE(html.find(R"(<circle cx="1060.0" cy="14.0")"), std::string::npos) << html;
}

TEST(DrillPicture, OfNothingIsAPageToo) {
  const std::string html = make_picture(results_with(json::array()), "a table");
  EXPECT_NE(html.find("a table"), std::string::npos);
  EXPECT_EQ(count_of(html, "<circle"), 0U);
}

TEST(DrillPicture, WhatOthersWroteIsText) {
  json results = results_with({{0.0, "n0", "<script>", 1.0}});
  results["failure"] = "<script>alert(1)</script>";
  const std::string html = make_picture(results, "<img src=x>");
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos);
}

TEST(DrillPicture, OfManyStrikesAnEvenChoiceIsDrawn) {
  json list = json::array();
  for (std::size_t i = 0; i < 2 * kMostDrawn; ++i) list.push_back({1.0, "n0", "idle", 2.0});
  const std::size_t drawn = count_of(make_picture(results_with(list), ""), "<circle");
  EXPECT_LE(drawn, kMostDrawn);
  EXPECT_GT(drawn, kMostDrawn / 2);
}

}  // namespace
}  // namespace hearsay::drill
