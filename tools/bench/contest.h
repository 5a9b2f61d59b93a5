// A contest: who does the same work, what is measured of each, and what was hoped for.
//
// One entry at a time runs, for a second or so; the entries take turns, round after round, so that
// a busy machine is busy for all of them. Figures are the medians of the rounds. Single-threaded.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace hearsay::measure {

// The entry that is compared with others.
inline constexpr const char* kOurs = "hearsay";

// By the name of the figure.
using Figures = std::map<std::string, double>;

// What could not be measured, and why: for the table, in place of figures.
class Unmeasured : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Entry {
  std::string name;
  bool ours = false;
  // One round. Throws Unmeasured; then it is asked no more.
  std::function<Figures()> run;
  std::vector<Figures> rounds = {};
  std::string why_not = {};

  // The median; nan without rounds.
  double figure(const std::string& name) const;
};

struct Column {
  std::string figure;
  std::string heading;
  int decimals = 0;
};

// `ours` divided by `other` (an entry's name; empty: by one), in the figure, is to be at least or
// at most so much.
struct Target {
  std::string figure;
  std::string ours;
  std::string other;
  bool at_least;
  double limit;
};

struct Contest {
  std::string room;  // --only
  std::string title;
  std::vector<Column> columns;  // the first is drawn
  std::vector<Entry> entries;
  std::vector<Target> targets = {};
};

const Entry* find_entry(const Contest& contest, const std::string& name);
// The median of the rounds' ratios: a machine that is slow in a round is slow for both. nan when
// one of the two has no figures.
double reached(const Contest& contest, const Target& target);
bool is_met(const Target& target, double reached);

}  // namespace hearsay::measure
