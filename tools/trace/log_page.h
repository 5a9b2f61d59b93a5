// The lines of `hearsay trace log`, as they look: on a terminal a column a node, else one line an
// event with the node's name. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/trace/trace_event.h"

namespace hearsay::traces {

struct PageLook {
  std::size_t columns = 0;  // of the terminal; 0: none, lines are as long as they are
  bool colours = false;
};

// What stdout is, and what NO_COLOR and COLUMNS say.
PageLook look_of_stdout();

class LogPage {
 public:
  LogPage(PageLook look, std::vector<std::string> nodes);

  // "" or the names of the nodes above their columns.
  std::string heading() const;
  // With line feed.
  std::string line(const TraceEvent& event, std::int64_t since_start_ns);

 private:
  std::string lanes(std::size_t node, const std::string& mark) const;

  PageLook look_;
  std::vector<std::string> nodes_;
  std::size_t lane_ = 0;        // columns a node; 0: no columns
  std::size_t name_width_ = 0;  // of the longest name
  std::vector<bool> dead_;      // has no worker
};

}  // namespace hearsay::traces
