#include "common/options/fold.h"

#include <algorithm>

namespace hearsay {
namespace {

// So much of a line is for words, however far in they should stand.
constexpr std::size_t kFewestColumns = 20;
constexpr std::size_t kNone = std::string_view::npos;

std::size_t indent_of(std::string_view line, std::size_t columns) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.find("  ", begin);
  const std::size_t behind = gap == kNone ? kNone : line.find_first_not_of(' ', gap);
  const std::size_t indent = behind == kNone ? begin : behind;
  return indent + kFewestColumns <= columns ? indent : 0;
}

// Where a row of so many columns ends: behind a blank, else behind a comma, as in a list of
// choices, else behind the first word, however long. kNone: there is one row.
std::size_t end_of_row(std::string_view line, std::size_t word, std::size_t columns) {
  const std::size_t blank = line.rfind(' ', columns);
  if (blank != kNone && blank >= word) return blank + 1;
  const std::size_t comma = line.rfind(',', columns - 1);
  if (comma != kNone && comma > word) return comma + 1;
  const std::size_t later = line.find(' ', std::max(word, columns));
  return later == kNone ? kNone : later + 1;
}

void fold_line(std::string_view line, std::size_t columns, std::string& folded) {
  const std::size_t indent = indent_of(line, columns);
  if (line.size() > columns && indent == 0) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  }
  std::size_t room = columns;
  while (line.size() > room) {
    const std::size_t word = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = end_of_row(line, word, room);
    if (end == kNone) break;
    folded.append(line.substr(0, line.find_last_not_of(' ', end - 1) + 1)).append("\n");
    folded.append(indent, ' ');
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
    room = columns - indent;
  }
  folded.append(line);
}

}  // namespace

std::string fold(std::string_view text, std::size_t columns) {
  std::string folded;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fold_line(text.substr(0, end), columns, folded);
    if (end < text.size()) folded += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return folded;
}

}  // namespace hearsay
