#include "worker/core/roster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hearsay::core {
namespace {

std::vector<std::string> names_in(const Roster& roster) {
  std::vector<std::string> names;
  for (const std::string_view name : roster) names.emplace_back(name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Roster, KeepsItsOrder) {
  const Roster roster{"n2", "n10", "n1"};
  EXPECT_EQ(names_in(roster), (Names{"n2", "n10", "n1"}));
  EXPECT_EQ(roster[1], "n10");
  EXPECT_TRUE(roster.contains("n1"));
  EXPECT_FALSE(roster.contains("n"));
  EXPECT_FALSE(roster.contains("n3"));
  EXPECT_TRUE(Roster().empty());
  EXPECT_FALSE(Roster().contains("n1"));
}

TEST(Roster, WithoutAName) {
  const Roster roster{"a", "b", "c"};
  EXPECT_EQ(names_in(roster.without("a")), (Names{"b", "c"}));
  EXPECT_EQ(names_in(roster.without("c")), (Names{"a", "b"}));
  EXPECT_EQ(names_in(roster.without("d")), (Names{"a", "b", "c"}));
  EXPECT_EQ(names_in(roster.without("b").without("a")), (Names{"c"}));
  EXPECT_FALSE(roster.without("b").contains("b"));
  EXPECT_TRUE(roster.without("b").contains("c"));
  EXPECT_TRUE(Roster{"a"}.without("a").empty());
}

TEST(Roster, WithoutANameThatIsThereTwice) {
  const Roster roster{"a", "b", "a", "b"};
  EXPECT_EQ(names_in(roster.without("a")), (Names{"b", "b"}));
  EXPECT_FALSE(roster.without("a").contains("a"));
  EXPECT_EQ(names_in(roster.without("a").without("b")), Names{});
}

TEST(Roster, RanksAreTheOrderOfTheBytes) {
  std::vector<std::string> names;
  for (int i = 300; i > 0; --i) names.push_back("n" + std::to_string(i));
  names.emplace_back("n7");
  const Roster roster(names);
  std::sort(names.begin(), names.end());
  for (std::size_t rank = 0; rank < names.size(); ++rank) {
    EXPECT_EQ(roster.by_rank(rank), names[rank]);
    const bool again = rank > 0 && names[rank - 1] == names[rank];
    EXPECT_EQ(roster.rank(names[rank]), again ? rank - 1 : rank);
  }
  EXPECT_EQ(roster.rank("n301"), std::nullopt);
  EXPECT_EQ(roster.rank(""), std::nullopt);
  EXPECT_EQ(Roster().rank("n1"), std::nullopt);
}

TEST(Roster, EqualityIsThatOfTheNames) {
  const Roster roster{"a", "b", "c"};
  EXPECT_EQ(roster.without("b"), (Roster{"a", "c"}));
  EXPECT_FALSE(roster == (Roster{"a", "b"}));
  EXPECT_FALSE((Roster{"ab", "c"}) == (Roster{"a", "bc"}));
}

TEST(Roster, IsReadFromJson) {
  const Roster expected{"a", "b"};
  EXPECT_EQ(Roster::parse(R"(["a", "b"])", expected), expected);
  EXPECT_EQ(Roster::parse(R"(["a"])", expected), Roster{"a"});
  EXPECT_EQ(Roster::parse(R"(["a","b","c"])", expected), (Roster{"a", "b", "c"}));
  EXPECT_EQ(Roster::parse(R"(["b","a"])", expected), (Roster{"b", "a"}));
  EXPECT_EQ(Roster::parse(R"(["\u0061","b"])", {}), expected);
  EXPECT_EQ(Roster::parse("[]", expected), Roster());
  EXPECT_EQ(Roster::parse(R"(["a",1])", expected), std::nullopt);
  EXPECT_EQ(Roster::parse(R"("a")", expected), std::nullopt);
}

// Whose text is asked for is recognised by it; one that leaves a name out has another text.
TEST(Roster, IsReadFromItsOwnJson) {
  const Roster all{"a", "b", "c"};
  EXPECT_EQ(all.json(), R"(["a","b","c"])");
  EXPECT_EQ(all.without("b").json(), R"(["a","c"])");
  EXPECT_EQ(Roster::parse(all.json(), all), all);
  EXPECT_EQ(Roster::parse(all.json(), all.without("b")), all);
  EXPECT_EQ(Roster::parse(all.without("b").json(), all), (Roster{"a", "c"}));
  EXPECT_EQ(Roster::parse(all.without("b").json(), all.without("b")), (Roster{"a", "c"}));
}

TEST(Roster, SurvivesJson) {
  const Roster roster{"a", "n\"2", ""};
  EXPECT_EQ(Roster::parse(roster.json(), {}), roster);
  EXPECT_EQ(Roster().json(), "[]");
}

}  // namespace
}  // namespace hearsay::core
