// One line of a node's log -> TraceEvent.
//
// The only place that knows the library which parses (simdjson). A line is ours if it is a JSON
// object with the whole header; what else stands in it must fit the vocabulary only as far as we
// know it: an event or a field of another version is no error. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "tools/trace/trace_event.h"

namespace hearsay::traces {

// The writer's lines are shorter than 4096 bytes.
inline constexpr std::size_t kLongestLineBytes = 4096;
// So many bytes behind a line must be readable.
inline constexpr std::size_t kPaddingBytes = 64;

enum class LineKind {
  event,
  unknown_event,  // ours, of another vocabulary
  foreign,        // not ours, or damaged
};

// What a line is sorted by.
struct LineStamp {
  std::int64_t ts_ns;
  std::int64_t pid;
  std::string_view node;  // "": it does not say; in the line, or until the next call
};

class LineParser {
 public:
  LineParser();
  ~LineParser();
  LineParser(LineParser&&) noexcept;
  LineParser& operator=(LineParser&&) noexcept;

  // Fills everything of `event` but time_ns, node and life. Its texts live until the next call.
  // Behind `line` kPaddingBytes must be readable.
  LineKind parse(std::string_view line, TraceEvent& event);
  // Looks at little of the line if it begins as our writer begins it. Nothing: it is not ours. What
  // has a stamp may still turn out to be foreign.
  std::optional<LineStamp> stamp_of(std::string_view line);

 private:
  struct Library;
  LineKind parse_good_utf8(std::string_view line, TraceEvent& event);

  std::unique_ptr<Library> library_;
};

}  // namespace hearsay::traces
