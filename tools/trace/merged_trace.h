// All logs of a run as one trace, in the order of time; memory does not grow with the logs. Where
// clocks differ, times are those of the reference (clock_offsets.h).
//
// Lines of the same time come in the order of their files, and in each as they stand there, so
// the same files always give the same trace. Nodes have numbers from 0 on: first those that the
// files are named after, in their order, then others as they appear. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/trace/clock_offsets.h"
#include "tools/trace/log_file.h"
#include "tools/trace/progress.h"
#include "tools/trace/trace_event.h"

namespace hearsay::traces {

class MergedTrace {
 public:
  // `clocks`: of the files, in their order; where there is none they all have one clock.
  // `progress`: is shown while next() goes on; outlives this. Throws TraceProblem.
  explicit MergedTrace(const std::vector<std::filesystem::path>& files,
                       std::vector<Clock> clocks = {}, Progress* progress = nullptr);

  // The next event, or null at the end of what is there now. It lives until the next call.
  const TraceEvent* next();
  // The same without progress, and only up to this time, on the event's own clock; what is later
  // stays for the next call.
  const TraceEvent* next_until(std::int64_t time_ns);
  // Looks again for more in files that had ended. New files may be added.
  void look_again();
  void add_file(const std::filesystem::path& path);

  const std::vector<std::string>& nodes() const { return nodes_; }
  const std::vector<std::unique_ptr<LogFile>>& files() const { return files_; }

 private:
  struct Head {
    std::int64_t time_ns;
    std::size_t file;
    bool operator>(const Head& other) const {
      return time_ns != other.time_ns ? time_ns > other.time_ns : file > other.file;
    }
  };

  void push(std::size_t file);
  void go_on();
  std::int64_t bytes() const;
  std::uint32_t number_of(std::string_view node);

  std::vector<std::unique_ptr<LogFile>> files_;
  std::vector<Clock> clocks_;
  Progress* progress_;
  std::vector<Head> heads_;  // a heap, the earliest in front
  std::vector<std::int64_t> latest_ns_;
  std::vector<std::size_t> ended_;
  bool front_is_out_ = false;  // the caller has the front's event
  std::vector<std::string> nodes_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<std::uint32_t> last_node_;  // of each file
  std::vector<std::uint32_t> starts_;     // of each node
};

}  // namespace hearsay::traces
