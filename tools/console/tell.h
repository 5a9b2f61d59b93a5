// Words for people, on stderr and stdout. What nodes wrote may stand in them: nothing in it steers
// the terminal.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace hearsay::bench {

// To stderr, nothing added. Never throws because nobody can read it: a closed or full stderr is no
// reason to end a run. Nor does it wait (patient_stream.h): what stderr does not take now follows
// with the next words, with go_on_telling(), or at the end.
void tell_text(std::string_view text);

template <typename... Values>
void tell(fmt::format_string<Values...> format, Values&&... values) {
  tell_text(fmt::format(format, std::forward<Values>(values)...));
}

void go_on_telling();
// Waits for whoever reads stderr: before a fork, and before words that stand behind these.
void finish_telling();

// To stdout; behind what was told if that is the same stream. Returns "" or why it takes no more.
std::string print(std::string_view text);

// JSON for print(), with a line end: what print() would spell out is \uXXXX in it, and programs can
// read it. `indent`: -1 for one line.
std::string printable_json(const nlohmann::json& json, int indent);

// The line about the progress, on a terminal that stderr is; elsewhere there is none. It is never
// wider than the terminal. What is told or printed takes it away first. One at a time. Not
// thread-safe.
class ProgressLine {
 public:
  // `first_ns`: nothing before this; afterwards not more often than kShownEveryNs.
  explicit ProgressLine(std::int64_t first_ns);
  // Takes the line away.
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool is_terminal() const { return terminal_; }
  // Whether it is time for show().
  bool is_due(std::int64_t now_ns) const { return terminal_ && now_ns >= next_ns_; }
  void show(std::int64_t now_ns, std::string_view text);
  void clear();

 private:
  bool terminal_;
  std::size_t shown_bytes_ = 0;
  std::int64_t next_ns_;
};

// Takes the line away; from now on there is none. For what writes piece by piece to where somebody
// reads along: a line would stand between the pieces.
void end_progress();

// Whether another program reads it, which may write to the same terminal at any time.
bool is_piped(std::FILE* file);

}  // namespace hearsay::bench
