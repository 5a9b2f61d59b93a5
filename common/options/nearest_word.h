// What somebody may have meant who wrote a word that nobody knows.
#pragma once

#include <string>
#include <vector>

namespace hearsay {

// " (do you mean --node-count?)", or "" if nothing is near: no hint is better than a wrong one, so
// of four letters one may differ. Capitals do not matter.
std::string suggest(const std::string& text, const std::vector<std::string>& words);

}  // namespace hearsay
