// Which files a run's trace is, and when its load began.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hearsay::traces {

struct RunLogs {
  std::string name;                           // as people gave it
  std::filesystem::path folder;               // of the logs; empty when files were named
  std::filesystem::path run;                  // the run's folder, if there is one
  std::vector<std::filesystem::path> files;   // n2 before n10
  std::optional<std::int64_t> load_start_ns;  // as in the events' ts
  bool one_machine = false;                   // one clock: a bench started all nodes itself
  // Of nodes on a bus, by name: how far their clocks were ahead of that of the bench, as it
  // measured that at the start.
  std::map<std::string, std::int64_t> ahead_of_bench_ns;
};

// `given`: a run's folder, a folder of logs, or log files. Throws TraceProblem, which says what to
// do, when there is no such thing or no log in it. No pipe is opened, named or found: nodes may
// have put it there, and it could be read once only.
RunLogs find_logs(const std::vector<std::string>& given);

// The logs that are there now. Throws TraceProblem when one is no regular file.
std::vector<std::filesystem::path> list_logs(const std::filesystem::path& folder);

// Whether the run has left its verdict: nothing more comes.
bool is_finished(const RunLogs& logs);

}  // namespace hearsay::traces
