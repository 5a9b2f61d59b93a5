#include "tools/bench/contest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/bench/results.h"

namespace hearsay::measure {
namespace {

Entry entry(const std::string& name, const std::vector<double>& values) {
  Entry made{name, name == kOurs, {}, {}, {}};
  for (const double value : values) made.rounds.push_back({{"speed", value}});
  return made;
}

Contest contest() {
  Contest made{"ring", "Who is <faster>", {{"speed", "things/s", 1}}, {}, {}};
  made.entries = {entry(kOurs, {5000, 1000, 3000}), entry("other", {1000, 500, 1500}),
                  entry("missing", {})};
  made.entries.back().why_not = "it is not there";
  made.targets = {{"speed", kOurs, "other", true, 2},
                  {"speed", kOurs, "other", true, 1.9},
                  {"speed", kOurs, "other", false, 1.9},
                  {"speed", kOurs, "", false, 3000},
                  {"speed", kOurs, "missing", true, 1}};
  return made;
}

TEST(Contest, TheMedianOfTheRoundsCounts) {
  EXPECT_EQ(entry("a", {5, 1, 3}).figure("speed"), 3);
  EXPECT_EQ(entry("a", {4, 1, 3, 2}).figure("speed"), 2.5);
  EXPECT_TRUE(std::isnan(entry("a", {}).figure("speed")));
  EXPECT_TRUE(std::isnan(entry("a", {1}).figure("weight")));
}

TEST(Contest, TargetsAreMediansOfTheRoundsRatios) {
  const auto results = make_results({contest()});
  const auto& targets = results.at("contests")[0].at("targets");
  EXPECT_EQ(targets[0].at("reached"), 2.0);
  EXPECT_EQ(targets[0].at("met"), true);
  EXPECT_EQ(targets[1].at("met"), true);
  EXPECT_EQ(targets[2].at("met"), false);
  EXPECT_EQ(targets[3].at("reached"), 3000.0);
  EXPECT_EQ(targets[3].at("met"), true);
  EXPECT_TRUE(targets[4].at("met").is_null());
}

TEST(Contest, TheTableHasEveryEntryAndSaysWhatWasNotReached) {
  const std::string table = make_table(make_results({contest()}));
  EXPECT_NE(table.find("  hearsay   3,000.0\n"), std::string::npos) << table;
  EXPECT_NE(table.find("  missing  not measured: it is not there\n"), std::string::npos) << table;
  EXPECT_NE(table.find("  reached     things/s: hearsay / other = 2.00, wanted at least 2\n"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("  NOT reached things/s: hearsay / other = 2.00, wanted at most 1.9\n"),
            std::string::npos)
      << table;
}

TEST(Contest, ThePictureHasABarForEachThatWasMeasured) {
  const std::string picture = make_picture(make_results({contest()}));
  EXPECT_NE(picture.find("Who is &lt;faster&gt;"), std::string::npos);
  std::size_t bars = 0;
  for (std::size_t at = picture.find("<rect x="); at != std::string::npos;
       at = picture.find("<rect x=", at + 1)) {
    ++bars;
  }
  EXPECT_EQ(bars, 2);
  EXPECT_NE(picture.find("not measured"), std::string::npos);
}

}  // namespace
}  // namespace hearsay::measure
