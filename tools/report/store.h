// Where a run's files go: STORE/WORKLOAD/TIME/, with links STORE/WORKLOAD/latest and STORE/latest,
// as Jepsen lays them out.
//
// A disk may be full, read-only or somebody else's. That costs files, never the run: nothing here
// throws, what was not written is remembered with the reason. A file that could be written only in
// part is removed. What a node put in the place of one is not opened (tools/console/own_file.h).
// Not thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

inline constexpr const char* kResultsName = "results.json";
inline constexpr const char* kDrillName = "drill.json";
inline constexpr const char* kReportName = "report.txt";
inline constexpr const char* kPageName = "report.html";

// A new file in a folder of ours. Returns "" or "FILE: the reason".
std::string write_own_file(const std::filesystem::path& path, std::string_view text);
// The same, piece by piece: `fill` ends with false when a piece could not be written.
using WritePiece = std::function<bool(std::string_view text)>;
std::string write_own_file(const std::filesystem::path& path,
                           const std::function<bool(const WritePiece&)>& fill);
// Wherever the user wants it: a file there is written over, a link followed, a device written to.
std::string write_file(const std::filesystem::path& path, std::string_view text);

// With line ends and indentation, for people too. What is not UTF-8 in it is replaced.
std::string to_text(const nlohmann::json& json);

class Store {
 public:
  // Makes the folder and the links.
  Store(const std::filesystem::path& root, const std::string& workload, std::int64_t wall_ns);

  // Empty: it could not be made, nothing will be written.
  const std::filesystem::path& directory() const { return directory_; }
  // Makes the folder for the nodes' stderr, returns it. Empty: it could not be made.
  std::filesystem::path make_log_directory();
  // The same for recordings: an absolute path.
  std::filesystem::path make_recording_directory();

  // results.json, report.txt, report.html, history.jsonl.
  void write_results(const nlohmann::json& results);
  void write_report(std::string_view text);
  void write_history(const History& history);
  void write_page(std::string_view html);
  // Any other file. False: it is not there.
  bool write(const char* name, std::string_view text);

  // What could not be written, and why: "FILE: the reason".
  const std::vector<std::string>& problems() const { return problems_; }
  // What somebody else could not write there. "": nothing went wrong.
  void note(std::string problem);

 private:
  void make(const std::filesystem::path& root, const std::string& workload, std::int64_t wall_ns);
  std::filesystem::path make_folder(const char* name);

  std::filesystem::path directory_;
  std::vector<std::string> problems_;
};

}  // namespace hearsay::bench
