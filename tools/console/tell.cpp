#include "tools/console/tell.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "common/base/terminal.h"
#include "tools/console/patient_stream.h"
#include "tools/console/progress_times.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::bench {
namespace {

// Finished at the end of the process at the latest.
PatientStream& told() {
  static PatientStream stream(STDERR_FILENO);
  return stream;
}

// What stands on the terminal now, if anything does.
struct Screen {
  ProgressLine* line = nullptr;
  bool over = false;  // no line any more
};

Screen& screen() {
  static Screen only;
  return only;
}

void clear_progress() {
  if (screen().line != nullptr) screen().line->clear();
}

// Of the terminal on stderr, one less than it has: some wrap when the last one is written.
std::size_t usable_columns() {
  return terminal_columns(STDERR_FILENO).value_or(kUsualColumns) - 1;
}

// Its first `columns` characters (what is printed here is one column wide each).
std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
    if (begins && seen++ == columns) break;
  }
  return text.substr(0, bytes);
}

bool are_one_stream(int a, int b) {
  struct stat of_a {};
  struct stat of_b {};
  return ::fstat(a, &of_a) == 0 && ::fstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
         of_a.st_ino == of_b.st_ino;
}

}  // namespace

void tell_text(std::string_view text) {
  clear_progress();
  told().write(printable_lines(text));
}

void go_on_telling() {
  told().go_on();
}

void finish_telling() {
  told().finish();
}

std::string print(std::string_view text) {
  clear_progress();
  // Where both are one stream, in order; where not, a report does not wait for who reads stderr.
  if (are_one_stream(STDOUT_FILENO, STDERR_FILENO)) finish_telling();
  const std::string safe = printable_lines(text);
  if (std::ferror(stdout) != 0) return "an earlier write failed";
  errno = 0;
  const bool good =
      std::fwrite(safe.data(), 1, safe.size(), stdout) == safe.size() && std::fflush(stdout) == 0;
  return good ? "" : std::strerror(errno);
}

std::string printable_json(const nlohmann::json& json, int indent) {
  constexpr char kDelete = '\x7f';  // the one character of ASCII that is left as it is
  const std::string text =
      json.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace) + '\n';
  std::string printable;
  printable.reserve(text.size());
  for (const char c : text) {
    if (c == kDelete) {
      printable += "\\u007f";
    } else {
      printable += c;
    }
  }
  return printable;
}

ProgressLine::ProgressLine(std::int64_t first_ns)
    : terminal_(::isatty(STDERR_FILENO) != 0), next_ns_(first_ns) {}

void ProgressLine::show(std::int64_t now_ns, std::string_view text) {
  if (!terminal_ || screen().over || told().is_behind()) return;
  next_ns_ = now_ns + kShownEveryNs;
  clear_progress();
  const std::string safe = printable(text);
  const std::string_view fits = first_columns(safe, usable_columns());
  told().write(fits);
  shown_bytes_ = fits.size();
  screen().line = this;
}

// By blanks, as many as it has bytes, or more: not every terminal knows escape sequences.
void ProgressLine::clear() {
  if (screen().line == this) screen().line = nullptr;
  if (shown_bytes_ == 0) return;
  const std::string blanks(std::min(std::exchange(shown_bytes_, 0), usable_columns()), ' ');
  told().write('\r' + blanks + '\r');
}

void end_progress() {
  clear_progress();
  finish_telling();
  screen().over = true;
}

bool is_piped(std::FILE* file) {
  struct stat status {};
  return ::fstat(::fileno(file), &status) == 0 &&
         (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

}  // namespace hearsay::bench
