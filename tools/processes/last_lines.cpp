#include "tools/processes/last_lines.h"

#include <algorithm>
#include <utility>

#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {

void LastLines::take(std::string_view line) {
  ++count_;
  if (lines_.size() == kMost) lines_.pop_front();
  std::string beginning(line.substr(0, Findings::kShownLineBytes));
  std::replace(beginning.begin(), beginning.end(), '\t', ' ');  // spelled out it hides the rest
  lines_.push_back({std::move(beginning), line.size()});
}

std::vector<std::string> LastLines::shown() const {
  std::vector<std::string> shown;
  shown.reserve(lines_.size());
  for (const Line& line : lines_) shown.push_back(shorten_line(line.beginning, line.bytes));
  return shown;
}

}  // namespace hearsay::bench
