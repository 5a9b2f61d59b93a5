#include "tools/experiment/verdict/node_talk.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <string_view>

namespace hearsay::bench {
namespace {

constexpr std::int64_t kMostLinesForPeople = 100'000;
constexpr std::array kErrorWords = {"Error", "error:",    "Exception", "exception",
                                    "panic", "Traceback", "fatal",     "not found"};
constexpr std::string_view kHeading = "Traceback";  // names none

bool names_an_error(const std::string& line) {
  return std::any_of(kErrorWords.begin(), kErrorWords.end(),
                     [&](const char* word) { return line.find(word) != std::string::npos; });
}

}  // namespace

bool NodeTalk::complains() const {
  return std::any_of(last_log_lines.begin(), last_log_lines.end(), names_an_error);
}

bool NodeTalk::answers_on_stderr() const {
  return std::any_of(last_log_lines.begin(), last_log_lines.end(), [](const std::string& line) {
    return line.starts_with('{') && line.find("in_reply_to") != std::string::npos;
  });
}

bool NodeTalk::floods() const {
  return log_lines > kMostLinesForPeople;
}

std::string NodeTalk::words_on_standstill() const {
  if (is_stopped)
    return "is stopped (by SIGSTOP, SIGTTIN or a debugger), until somebody lets it go on";
  if (untaken_bytes == 0 || is_busy) return "";
  return fmt::format(
      "has not read the last {} bytes that came on its stdin: what does it wait for? Answers of "
      "other nodes and of services come over stdin, too",
      untaken_bytes);
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
