#include "common/options/nearest_word.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace hearsay {
namespace {

// How many letters must be changed, added, left out or swapped to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> far(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) far[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) far[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = far[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      far[i][j] = std::min({changed, far[i - 1][j] + 1, far[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) far[i][j] = std::min(far[i][j], far[i - 2][j - 2] + 1);
    }
  }
  return far[a.size()][b.size()];
}

}  // namespace

std::string suggest(const std::string& text, const std::vector<std::string>& words) {
  constexpr std::size_t kFarthest = 3;
  constexpr std::size_t kLongestWord = 50;
  if (text.size() > kLongestWord) return "";
  const std::string lower = CLI::detail::to_lower(text);
  const std::size_t farthest = std::min(kFarthest, (text.size() + 1) / 3);
  const std::string* nearest = nullptr;
  std::pair least(farthest + 1, std::size_t{0});
  for (const std::string& word : words) {
    const bool begun = text.size() > 2 && word.starts_with(lower);
    const std::size_t changes = distance(lower, CLI::detail::to_lower(word));
    const std::size_t counted =
        begun ? std::min(std::min<std::size_t>(2, farthest), changes) : changes;
    const std::pair far(counted, changes);
    if (far >= least) continue;
    least = far;
    nearest = &word;
  }
  return nearest == nullptr ? "" : " (do you mean " + *nearest + "?)";
}

}  // namespace hearsay
