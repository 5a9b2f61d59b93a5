#include "tools/experiment/verdict/node_talk.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <string_view>

namespace hearsay::bench {
namespace {

constexpr std::int64_t kMostLinesForPeople = 100'000;
constexpr std::array kErrorWords = {"Error", "Exception", "exception", "panic", "Traceback"};
constexpr std::string_view kHeading = "Traceback";  // names none

bool names_an_error(const std::string& line) {
  return std::any_of(kErrorWords.begin(), kErrorWords.end(),
                     [&](const char* word) { return line.find(word) != std::string::npos; });
}

}  // namespace

bool NodeTalk::complains() const {
  return std::any_of(last_log_lines.begin(), last_log_lines.end(), names_an_error);
}

bool NodeTalk::floods() const {
  return log_lines > kMostLinesForPeople;
}

std::string NodeTalk::telling_line() const {
  std::string last;
  for (const std::string& line : std::ranges::reverse_view(last_log_lines)) {
    if (names_an_error(line) && !line.starts_with(kHeading)) return line;
    if (last.empty() && line.find_first_not_of(' ') != std::string::npos) last = line;
  }
  return last;
}

}  // namespace hearsay::bench
