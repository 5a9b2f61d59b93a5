#include "tools/processes/last_lines.h"

#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {

void LastLines::take(std::string_view line) {
  if (lines_.size() == kMost) lines_.pop_front();
  lines_.push_back({std::string(line.substr(0, Findings::kShownLineBytes)), line.size()});
}

std::vector<std::string> LastLines::shown() const {
  std::vector<std::string> shown;
  shown.reserve(lines_.size());
  for (const Line& line : lines_) shown.push_back(shorten_line(line.beginning, line.bytes));
  return shown;
}

}  // namespace hearsay::bench
