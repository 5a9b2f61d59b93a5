// What came out of challenges, as lines for people and as JSON. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/console/challenge.h"

namespace hearsay::challenges {

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Entry {
  const bench::Challenge* challenge;
  bool passed = false;
  bool has_verdict = false;
  bool went_to_its_end = false;    // with a verdict, and all files written
  nlohmann::json figures;          // as in results.json; of a run without a verdict null
  std::vector<std::string> notes;  // why it did not pass, and what to know
  std::string directory;           // "": there is none
  bool has_page = false;
};

// "PASS", "FAIL" or "no verdict".
std::string verdict_word(const Entry& entry);

std::string make_heading();
// A line, and one more for each note.
std::string make_line(const Entry& entry);
nlohmann::json to_json(const std::vector<Entry>& entries);

}  // namespace hearsay::challenges
